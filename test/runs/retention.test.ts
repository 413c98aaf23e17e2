import { createHash } from 'node:crypto'
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { logInputs } from '../../shared/runs/dataset.ts'
import { createExperiment, deleteExperiment, getExperiment } from '../../shared/runs/experiment.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { cleanUp, planCleanUp, type RetentionParts, type Spare } from '../../shared/runs/retention.ts'
import { createRun, deleteRun, findRunSeq, getRun, updateRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

const day = 86_400_000
const nowMs = 100 * day
const runId = (digit: string): string => digit.repeat(32)

describe('planCleanUp() and cleanUp()', () => {
  const held = eachWithStore()
  let artifactsDir: string
  let dataDir: string

  beforeEach(() => {
    artifactsDir = join(held.folder, 'artifacts')
    mkdirSync(artifactsDir)
    dataDir = join(held.folder, 'data')
  })

  const file = (path: string, bytes = 10): void => {
    mkdirSync(dirname(join(artifactsDir, path)), { recursive: true })
    writeFileSync(join(artifactsDir, path), Buffer.alloc(bytes))
  }
  const run = (digit: string, deletedMs: number | null = null, experimentId = '0'): string => {
    const { id } = createRun(held.store, {
      runId: runId(digit),
      experimentId,
      name: `run ${digit}`,
      startMs: 1,
    })
    logBatch(held.store, id, { params: { p: '1' }, metrics: [{ key: 'm', value: 1, step: 0, atMs: 0 }] })
    const dataset = {
      name: 'd',
      digest: digit,
      sourceType: '',
      source: '',
      schema: null,
      profile: null,
      tags: { a: 'b' },
    }
    logInputs(held.store, id, { datasets: [dataset], models: ['m-1'] })
    file(`${experimentId}/${id}/artifacts/model.pkl`, 100)
    if (deletedMs !== null) deleteRun(held.store, id, deletedMs)
    return id
  }
  const find = async (more: Partial<RetentionParts> = {}): Promise<Spare[]> => {
    const pinned = { runs: new Set<string>(), paths: new Set<string>() }
    return (await planCleanUp({ store: held.store, artifactsDir, dataDir, nowMs, pinned, ...more })).spares
  }
  const remove = async (spares: Spare[]): Promise<void> => {
    const done = await cleanUp({ spares, notes: [] }, (spare, why) => assert.fail(`${spare.what}: ${why}`))
    assert.deepEqual(done, spares)
  }

  /** A copy of data that runs may refer to, kept two days ago. */
  const copy = (content: string, runIds: readonly string[], keptMs = nowMs - 2 * day): string => {
    const sha256 = createHash('sha256').update(content).digest('hex')
    const place = join(dataDir, sha256.slice(0, 2), sha256)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, content)
    utimesSync(place, keptMs / 1000, keptMs / 1000)
    const source = JSON.stringify({ uri: '/x.csv', sha256 })
    const about = { sourceType: 'local', source, schema: null, profile: null, tags: {} }
    for (const id of runIds)
      logInputs(held.store, id, { datasets: [{ name: 'x.csv', digest: sha256, ...about }] })
    return place
  }

  it('gives back copies of data that no run refers to, and no other', async () => {
    const [alive, trashed] = [run('a'), run('b')]
    const kept = [copy('both', [alive, trashed]), copy('trash', [trashed]), copy('new', [], nowMs - day / 2)]
    const gone = copy('nobody', [])
    deleteRun(held.store, trashed, nowMs - day)
    const spares = await find()
    assert.deepEqual(
      spares.map(({ why, sizeBytes }) => [why, sizeBytes]),
      [['no run refers to it', 6]],
    )
    await remove(spares)
    assert.deepEqual([...kept, gone].map(existsSync), [true, true, true, false])
  })

  it('gives a copy back together with the last run that refers to it', async () => {
    const [alive, trashed] = [run('a'), run('b')]
    const shared = copy('both', [alive, trashed])
    const own = copy('trash', [trashed])
    deleteRun(held.store, trashed, nowMs - 31 * day)
    const spares = await find()
    assert.equal(spares.length, 2)
    await remove(spares)
    assert.deepEqual([shared, own].map(existsSync), [true, false])
  })

  it('leaves a copy that a run has come to refer to since it was planned', async () => {
    const place = copy('late', [])
    const spares = await find()
    copy('late', [run('a')])
    const failed: string[] = []
    await cleanUp({ spares, notes: [] }, (_spare, why) => failed.push(why))
    assert.match(failed.join(), /is needed by a run/)
    assert(existsSync(place))
  })

  it('counts copies of data towards the quota', async () => {
    const id = run('a')
    copy('x'.repeat(5000), [id])
    const pinned = { runs: new Set<string>(), paths: new Set<string>() }
    const rules = { trashDays: 30, orphanDays: 1, warnBytes: 5000, quotaBytes: 6000 }
    const plan = await planCleanUp({ store: held.store, artifactsDir, dataDir, nowMs, pinned, rules })
    assert.equal(plan.spares.length, 0)
    assert.match(plan.notes[0] ?? '', /copies of data/)
  })

  it('purges runs after 30 days in the trash, with all they logged, and no other', async () => {
    const [gone, young, alive] = [run('a', nowMs - 31 * day), run('b', nowMs - 30 * day), run('c')]
    const before = getRun(held.store, alive)
    const spares = await find()
    assert.deepEqual(
      spares.map(({ what, why, sizeBytes }) => ({ what, why, sizeBytes })),
      [{ what: 'run aaaaaaaa (run a)', why: 'deleted 31 days ago', sizeBytes: 100 }],
    )
    assert(existsSync(join(artifactsDir, '0', gone)), 'planning changes nothing')
    await remove(spares)
    assert.equal(findRunSeq(held.store, gone), undefined)
    assert(!existsSync(join(artifactsDir, '0', gone)))
    assert.notEqual(findRunSeq(held.store, young), undefined)
    assert.deepEqual(getRun(held.store, alive), before)
    for (const table of ['param', 'tag', 'metric', 'latest_metric', 'run_dataset', 'run_model_input']) {
      const left = held.store.all(`SELECT DISTINCT run FROM ${table}`).length
      assert.equal(left, 2, `rows of two runs are left in ${table}`)
    }
    assert.equal(held.store.get('SELECT count(*) AS n FROM dataset')?.['n'], 2)
    assert.deepEqual(await find(), [])
  })

  it('keeps what a registered model stands on', async () => {
    const id = run('a', 0)
    assert.deepEqual(await find({ pinned: { runs: new Set([id]), paths: new Set() } }), [])
    const pinned = { runs: new Set<string>(), paths: new Set([`0/${id}/artifacts/model.pkl`]) }
    await remove(await find({ pinned }))
    assert(existsSync(join(artifactsDir, `0/${id}/artifacts/model.pkl`)))
  })

  it('purges an experiment once none of its runs stays', async () => {
    const id = createExperiment(held.store, { name: 'old', nowMs: 0 })
    run('a', null, id)
    deleteExperiment(held.store, id, nowMs - 40 * day)
    await remove(await find())
    assert.throws(() => getExperiment(held.store, id), { code: 'not_found' })
    assert.deepEqual(getExperiment(held.store, '0').deletedMs, null)
  })

  it('takes from the trash before its time only as much as the quota needs', async () => {
    for (const digit of ['a', 'b', 'c']) run(digit, nowMs - (digit === 'b' ? 3 : 2) * day)
    const rules = { trashDays: 30, orphanDays: 1, warnBytes: 50, quotaBytes: 200 }
    assert.deepEqual(
      (await find({ rules })).map(({ what }) => what),
      ['run bbbbbbbb (run b)'],
    )
  })

  it('finds artifacts whose run is gone for a day, and no others', async () => {
    const orphan = `0/${runId('d')}`
    file(`${orphan}/artifacts/x`, 7)
    file(`0/models/m-1/artifacts/x`)
    file('.incoming/x')
    file('0/short/x')
    utimesSync(join(artifactsDir, orphan), 0, nowMs / 1000 - 3600)
    assert.deepEqual(await find(), [], 'it may be an upload whose run is still to come')
    utimesSync(join(artifactsDir, orphan), 0, nowMs / 1000 - 90_000)
    const spares = await find()
    assert.deepEqual(
      spares.map(({ what, sizeBytes }) => ({ what, sizeBytes })),
      [{ what: `artifacts ${orphan}`, sizeBytes: 7 }],
    )
    await remove(spares)
    assert(!existsSync(join(artifactsDir, orphan)))
    assert(existsSync(join(artifactsDir, '0/models/m-1/artifacts/x')))
  })

  /** Names of checkpoints, metrics by step, which may go. */
  const thinned: [string, string[], Record<string, [number, number][]>, string[]][] = [
    [
      'the best by a metric that is better lower',
      ['checkpoint-10/w', 'checkpoint-20/w', 'checkpoint-30/w'],
      {
        eval_loss: [
          [10, 3],
          [20, 2],
          [30, 1],
        ],
      },
      ['checkpoint-10', 'checkpoint-20'],
    ],
    [
      'the best by a metric that is better higher',
      ['epoch_1.pt', 'epoch_2.pt', 'epoch_10.pt'],
      {
        val_accuracy: [
          [1, 0.9],
          [2, 0.1],
          [10, 0.5],
        ],
      },
      ['epoch_2.pt'],
    ],
    ['all where nobody knows the best', ['epoch_1.pt', 'epoch_2.pt', 'epoch_3.pt'], { loss: [[1, 0.9]] }, []],
    ['all where there are two', ['epoch=1-val_loss=1.ckpt', 'epoch=2-val_loss=2.ckpt'], {}, []],
    ['what is no checkpoint', ['model.pkl', 'plot-1.png', 'plot-2.png', 'plot-3.png'], {}, []],
  ]
  for (const [what, names, metrics, spare] of thinned) {
    it(`keeps of checkpoints the last and ${what}`, async () => {
      const { id } = createRun(held.store, { runId: runId('e'), experimentId: '0', startMs: 1 })
      for (const name of names) file(`0/${id}/artifacts/checkpoints/${name}`)
      for (const [key, values] of Object.entries(metrics)) {
        logBatch(held.store, id, { metrics: values.map(([step, value]) => ({ key, value, step, atMs: 0 })) })
      }
      assert.deepEqual(await find({ checkpoints: true }), [], 'a run that still runs keeps all')
      updateRun(held.store, id, { status: 'FINISHED' })
      const pinned = { runs: new Set<string>(), paths: new Set<string>() }
      const plan = await planCleanUp({ store: held.store, artifactsDir, dataDir, nowMs, pinned })
      assert.deepEqual(plan.spares, [], 'what a run has stays until it is asked for')
      assert.equal(plan.notes.length, spare.length === 0 ? 0 : 1)
      if (spare.length > 0) assert.match(plan.notes[0] ?? '', /--checkpoints/)
      const spares = await find({ checkpoints: true })
      assert.deepEqual(spares.map((each) => each.what.split('/').at(-1)).sort(), spare)
      await remove(spares)
      assert.deepEqual(await find({ checkpoints: true }), [])
      assert.notEqual(findRunSeq(held.store, id), undefined)
    })
  }
})
