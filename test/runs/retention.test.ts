import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { logInputs } from '../../shared/runs/dataset.ts'
import { createExperiment, deleteExperiment, getExperiment } from '../../shared/runs/experiment.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import {
  artifactQuota,
  defaultRetention,
  findSpare,
  removeSpare,
  type SpareItem,
} from '../../shared/runs/retention.ts'
import { createRun, deleteRun, findRunSeq, getRun, updateRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

const day = 86_400_000
const nowMs = 100 * day
const runId = (digit: string): string => digit.repeat(32)

describe('findSpare() and removeSpare()', () => {
  const held = eachWithStore()
  let artifactsDir: string

  beforeEach(() => {
    artifactsDir = join(held.folder, 'artifacts')
    mkdirSync(artifactsDir)
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
  const find = (keepRuns = new Set<string>()): SpareItem[] =>
    findSpare(held.store, { artifactsDir, rules: defaultRetention, nowMs, keepRuns })

  it('purges runs after 30 days in the trash, with all they logged, and no other', () => {
    const [gone, young, alive] = [run('a', nowMs - 30 * day), run('b', nowMs - 30 * day + 1), run('c')]
    const before = getRun(held.store, alive)
    const items = find()
    assert.deepEqual(
      items.map(({ kind, what, why, sizeBytes }) => ({ kind, what, why, sizeBytes })),
      [{ kind: 'run', what: 'run run a (aaaaaaaa)', why: 'in the trash for 30 days', sizeBytes: 100 }],
    )
    assert(existsSync(join(artifactsDir, '0', gone)), 'finding changes nothing')
    assert.equal(removeSpare(held.store, artifactsDir, items), 100)
    assert.equal(findRunSeq(held.store, gone), undefined)
    assert(!existsSync(join(artifactsDir, '0', gone)))
    assert.notEqual(findRunSeq(held.store, young), undefined)
    assert.deepEqual(getRun(held.store, alive), before)
    for (const table of ['param', 'tag', 'metric', 'latest_metric', 'run_dataset', 'run_model_input']) {
      const left = held.store.all(`SELECT DISTINCT run FROM ${table}`).length
      assert.equal(left, 2, `rows of two runs are left in ${table}`)
    }
    assert.equal(held.store.get('SELECT count(*) AS n FROM dataset')?.['n'], 2)
    assert.deepEqual(find(), [])
  })

  it('keeps what something else still needs', () => {
    const id = run('a', 0)
    assert.deepEqual(find(new Set([id])), [])
  })

  it('purges an experiment once none of its runs stays', () => {
    const id = createExperiment(held.store, { name: 'old', nowMs: 0 })
    run('a', null, id)
    deleteExperiment(held.store, id, nowMs - 40 * day)
    assert.deepEqual(
      find(new Set([runId('a')])).map((item) => item.kind),
      [],
    )
    removeSpare(held.store, artifactsDir, find())
    assert.throws(() => getExperiment(held.store, id), { code: 'not_found' })
    assert.deepEqual(getExperiment(held.store, '0').deletedMs, null)
  })

  it('finds artifacts whose run is gone, and no others', () => {
    file(`0/${runId('d')}/artifacts/x`, 7)
    file(`0/models/m-1/artifacts/x`)
    file('.incoming/x')
    file('0/short/x')
    const items = find()
    assert.deepEqual(
      items.map((item) => item.paths),
      [[`0/${runId('d')}`]],
    )
    assert.equal(removeSpare(held.store, artifactsDir, items), 7)
    assert(existsSync(join(artifactsDir, '0/models/m-1/artifacts/x')))
  })

  /** Names of checkpoints, metrics by step, which may go. */
  const thinned: [string, string[], Record<string, [number, number][]>, string[]][] = [
    [
      'the best by its name',
      [
        'epoch=0-val_loss=0.5.ckpt',
        'epoch=1-val_loss=0.3.ckpt',
        'epoch=2-val_loss=0.4.ckpt',
        'epoch=3-val_loss=0.6.ckpt',
      ],
      {},
      ['epoch=0-val_loss=0.5.ckpt', 'epoch=2-val_loss=0.4.ckpt'],
    ],
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
          [2, NaN],
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
    it(`keeps of checkpoints the last and ${what}`, () => {
      const { id } = createRun(held.store, { runId: runId('e'), experimentId: '0', startMs: 1 })
      for (const name of names) file(`0/${id}/artifacts/checkpoints/${name}`)
      for (const [key, values] of Object.entries(metrics)) {
        logBatch(held.store, id, { metrics: values.map(([step, value]) => ({ key, value, step, atMs: 0 })) })
      }
      assert.deepEqual(find(), [], 'a run that still runs keeps all')
      updateRun(held.store, id, { status: 'FINISHED' })
      const paths = find().flatMap((item) => item.paths.map((path) => path.split('/').at(-1)))
      assert.deepEqual(paths, spare)
      removeSpare(held.store, artifactsDir, find())
      assert.deepEqual(find(), [])
      assert.notEqual(findRunSeq(held.store, id), undefined)
    })
  }

  it('tells how full the artifacts are', () => {
    assert.deepEqual(artifactQuota(join(held.folder, 'none'), defaultRetention), {
      sizeBytes: 0,
      state: 'fine',
    })
    file('0/x', 1000)
    const rules = { ...defaultRetention, warnBytes: 1000, fullBytes: 2000 }
    assert.deepEqual(artifactQuota(artifactsDir, rules), { sizeBytes: 1000, state: 'warn' })
    file('0/y', 1000)
    assert.equal(artifactQuota(artifactsDir, rules).state, 'full')
  })
})
