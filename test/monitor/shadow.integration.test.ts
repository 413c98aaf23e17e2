import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { seedRandom } from '../../shared/base/random.ts'
import type { AddedLabels, JoinedReport } from '../../shared/monitor/monitor_process.ts'
import type { Prediction } from '../../shared/serving/prediction.ts'
import { makeDaemonProject, type DaemonProject } from '../daemon/project.ts'
import { writePredictions } from './prediction_log.ts'

describe('daybook labels and shadow', function () {
  this.timeout(90_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())

  // The truth is y or n; the champion is right in 80 %, the shadow differs from it in 12 % and is right in 75 % of these.
  const random = seedRandom('shadow test')
  const other = (word: string): string => (word === 'y' ? 'n' : 'y')
  const requests = Array.from({ length: 3000 }, (_, i) => {
    const truth = random.next() < 0.4 ? 'y' : 'n'
    const job = ['sales', 'farm', 'office'][random.below(3)] ?? ''
    const differs = random.next() < (job === 'sales' ? 0.3 : 0.03)
    const champion = random.next() < (differs ? 0.25 : 0.85) ? truth : other(truth)
    const shadow = differs ? other(champion) : champion
    return { id: `r${i}`, truth, job, champion, shadow, minute: i }
  })
  const count = (what: (one: (typeof requests)[number]) => boolean): number => requests.filter(what).length

  it('joins answers and labels by id, and tells what a count by hand tells', async () => {
    const log = requests.flatMap(({ id, job, champion, shadow, minute }): Partial<Prediction>[] => {
      const common = { requestId: id, timeMs: 1_700_000_000_000 + minute * 60_000, inputs: { job, minute } }
      return [
        { ...common, output: champion },
        { ...common, output: shadow, slot: 'shadow' as const, revision: 2, modelUri: 'models:/test/2' },
      ]
    })
    await writePredictions(project.root, 'income', log as never)
    const labelled = requests.slice(0, 2500)
    const lines = labelled.map(({ minute, job, truth }) => `${minute},${job},${truth}`)
    project.file('labels.csv', ['minute,job,truth', ...lines, '99999,farm,y'].join('\n'))
    const added = await project.json<AddedLabels>([
      ...['labels', 'add', 'income', 'labels.csv'],
      ...['--label', 'truth', '--on', 'minute,job'],
    ])
    assert.equal(added.added, 2500)
    assert.equal(added.unmatched, 1)
    assert.deepEqual([added.coverage.labelled, added.coverage.answered], [2500, 3000])

    const report = await project.json<JoinedReport>(['shadow', 'income', '--html', 'shadow.html'])
    assert.equal(report.joined, 3000)
    assert.equal(report.agreement, 1 - count(({ champion, shadow }) => champion !== shadow) / 3000)
    assert.deepEqual(
      report.flips.map(({ from, to, count: times }) => [from, to, times]),
      [
        ['n', 'y'],
        ['y', 'n'],
      ]
        .map(([from, to]) => [from, to, count((one) => one.champion === from && one.shadow === to)])
        .sort((a, b) => Number(b[2]) - Number(a[2])),
    )
    const only = (right: 'champion' | 'shadow'): number =>
      labelled.filter((one) => one.champion !== one.shadow && one[right] === one.truth).length
    assert.equal(report.judgement?.mcnemar?.onlyFirst, only('champion'))
    assert.equal(report.judgement.mcnemar.onlySecond, only('shadow'))
    assert.equal(report.verdict, 'promote')
    assert.equal(report.slices[0]?.value, 'sales')
    const { mean } = report.judgement.difference ?? { mean: NaN }
    const { low, high } = report.judgement.bootstrap ?? { low: NaN, high: NaN }
    assert.ok(low < mean && mean < high && low > 0)
    assert.match(readFileSync(join(project.root, 'shadow.html'), 'utf8'), /Promote it/)
  })
  it('says without labels that nobody can tell, and shows the rest', async () => {
    const report = await project.json<JoinedReport>(['shadow', 'income', '--no-labels'])
    assert.equal(report.verdict, 'no-labels')
    const shown = await project.daybook(['shadow', 'income'])
    assert.match(shown.stdout, /WHERE THEY DIFFER MOST/)
  })
  it('names what is wrong with labels', async () => {
    const wrong = await project.daybook(['labels', 'add', 'income', 'labels.csv', '--on', 'minute'])
    assert.match(wrong.stderr, /The labels have no column "label"\nThere are: minute, job, truth/)
    const unknown = await project.daybook(['labels', 'add', 'incom', 'labels.csv'])
    assert.match(unknown.stderr, /There is no deployment "incom"/)
    const on = ['labels', 'add', 'income', 'labels.csv', '--label', 'truth', '--on', 'truth']
    assert.match(
      (await project.daybook(on)).stderr,
      /No request holds a column "truth"\nThey hold: job, minute/,
    )
  })
})
