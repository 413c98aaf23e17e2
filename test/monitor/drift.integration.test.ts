import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { seedRandom } from '../../shared/base/random.ts'
import type { DriftReport } from '../../shared/monitor/drift_report.ts'
import { makeDaemonProject, type DaemonProject } from '../daemon/project.ts'

describe('daybook drift', () => {
  let project: DaemonProject
  before(() => {
    project = makeDaemonProject()
    const random = seedRandom('drift in a terminal')
    const file = (name: string, by: number, jobs: readonly string[]): void => {
      const rows = Array.from(
        { length: 900 },
        () => `${random.normal() + by},${jobs[random.below(jobs.length)] ?? ''}`,
      )
      project.file(name, `age,job\n${rows.join('\n')}\n`)
    }
    file('before.csv', 0, ['clerk', 'farmer'])
    file('now.csv', 0.4, ['clerk', 'farmer'])
  })
  after(() => project.close())
  const ask = (...more: string[]) =>
    project.daybook(['drift', '--reference', 'before.csv', '--current', 'now.csv', ...more])

  it('prints what changed, writes the page, and fails where it is told to', async function () {
    this.timeout(60_000)
    const shown = await ask('--html', 'drift.html', '--fail-on', 'drift')
    assert.equal(shown.code, 3)
    assert.match(shown.stdout, /^1 of 2 columns has changed\. Most of all age: higher/)
    assert.match(shown.stdout, /The same: job/)
    const page = readFileSync(join(project.root, 'drift.html'), 'utf8')
    assert.ok(page.includes('<svg') && page.length < 500_000)
    assert.doesNotMatch(page, /(src|href)=|https?:/)
  })
  it('prints the same as JSON, by every profile', async function () {
    this.timeout(90_000)
    for (const profile of ['daybook', 'evidently', 'nannyml']) {
      const { code, stdout } = await ask('--json', '--profile', profile)
      const report = JSON.parse(stdout) as { profile: string; columns: { name: string; answer: string }[] }
      assert.equal(code, 0)
      assert.equal(report.profile, profile)
      assert.deepEqual(report.columns.map(({ name, answer }) => `${name} ${answer}`).sort(), [
        'age drift',
        'job no',
      ])
    }
  })
  it('judges by the one test that was asked for, where it fits', async function () {
    this.timeout(60_000)
    const { stdout } = await ask('--json', '--method', 'anderson', '--threshold', '0.01')
    const { columns } = JSON.parse(stdout) as DriftReport
    const of = (name: string) => columns.find((column) => column.name === name)?.score
    assert.deepEqual([of('age')?.method, of('age')?.value, of('age')?.threshold], ['anderson', 0.001, 0.01])
    assert.notEqual(of('job')?.method, 'anderson')
    const wrong = await ask('--method', 'magic')
    assert.match(wrong.stderr, /--method takes ks, anderson, .*, not "magic"/)
    assert.match((await ask('--threshold', '0.1')).stderr, /--threshold goes with --method/)
  })
  it('says what is wrong with a question', async function () {
    this.timeout(60_000)
    const column = await ask('--keep-together', 'day')
    assert.equal(column.code, 1)
    assert.match(column.stderr, /Neither table has a column "day"\nThere are: age, job/)
    const file = await project.daybook(['drift', '--reference', 'gone.csv', '--current', 'now.csv'])
    assert.equal(file.code, 1)
    assert.match(file.stderr, /There is no file/)
  })
})
