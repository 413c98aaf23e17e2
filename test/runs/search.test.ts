import assert from 'node:assert/strict'
import fc from 'fast-check'
import { logInputs } from '../../shared/runs/dataset.ts'
import { createExperiment } from '../../shared/runs/experiment.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun, deleteRun, getRun, updateRun } from '../../shared/runs/run.ts'
import type { Run } from '../../shared/runs/run_data.ts'
import { countRuns, searchRuns, type RunSearch } from '../../shared/runs/search.ts'
import { type Store } from '../../shared/store/store.ts'
import { filters, names, printFilter, words } from './filters.ts'
import { matches, sortRuns } from './naive_search.ts'
import { eachWithStore } from './store.ts'

/** What a random run is made of; names are drawn from few, so that filters meet them. */
interface Sketch {
  startMs: number
  endMs: number | undefined
  status: 'RUNNING' | 'FINISHED'
  name: string
  deleted: boolean
  params: Record<string, string>
  tags: Record<string, string>
  metrics: [string, number][]
  datasets: [string, string, string][]
}

const some = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> =>
  fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3, noNullPrototype: true })
const word = fc.constantFrom(...words)
const sketches: fc.Arbitrary<Sketch> = fc.record({
  startMs: fc.constantFrom(0, 1, 2),
  endMs: fc.constantFrom(undefined, 1, 2),
  status: fc.constantFrom('RUNNING', 'FINISHED'),
  name: fc.constantFrom('x', 'X', 'xy'),
  deleted: fc.boolean(),
  params: some(word),
  tags: some(word),
  metrics: fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(NaN, -1, 0, 0.5, 1, Infinity)), {
    maxLength: 4,
  }),
  datasets: fc.array(fc.tuple(word, word, word), { maxLength: 2 }),
})

function store(into: Store, experimentId: string, sketch: Sketch, number: number): Run {
  const { startMs, name, status } = sketch
  const id = `r${number}`
  createRun(into, { runId: id, experimentId, startMs, name, status, userId: number % 2 === 0 ? 'x' : 'Xy' })
  if (sketch.endMs !== undefined) updateRun(into, id, { endMs: sketch.endMs })
  logBatch(into, id, {
    params: sketch.params,
    tags: sketch.tags,
    metrics: sketch.metrics.map(([key, value], i) => ({ key, value, step: i, atMs: 0 })),
  })
  logInputs(into, id, {
    datasets: sketch.datasets.map(([dataset, digest, context]) => ({
      name: dataset,
      digest,
      sourceType: 'local',
      source: '',
      schema: null,
      profile: null,
      tags: { 'mlflow.data.context': context },
    })),
  })
  if (sketch.deleted) deleteRun(into, id, 5)
  return getRun(into, id)
}

const orders = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom(
      'metrics.a',
      'metrics.`b c`',
      'params.a',
      'tags.`b c`',
      'start_time',
      'end_time',
      'run_name',
      'metrics.none',
    ),
    fc.constantFrom('', ' ASC', ' DESC'),
  ),
  { maxLength: 3, selector: ([field]) => field },
)

describe('searchRuns()', () => {
  const held = eachWithStore()

  it('finds what a plain loop over all runs finds, in the same order, whatever the pages', function () {
    this.timeout(60_000)
    let experiments = 0
    const property = fc.property(
      fc.array(sketches, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(filters, orders, fc.integer({ min: 1, max: 13 })), { minLength: 1, maxLength: 6 }),
      fc.constantFrom<NonNullable<RunSearch['view']>>('active', 'deleted', 'all'),
      (drawn, questions, view) => {
        held.store.run('DELETE FROM run')
        for (const table of ['param', 'tag', 'metric', 'latest_metric', 'run_dataset'])
          held.store.run(`DELETE FROM ${table}`)
        const experimentId = createExperiment(held.store, { name: `e${experiments++}`, nowMs: 0 })
        const runs = drawn.map((sketch, i) => store(held.store, experimentId, sketch, i))
        const seen = runs.filter((run) => view === 'all' || (run.deletedMs === null) === (view === 'active'))
        for (const [filter, order, maxResults] of questions) {
          const orderBy = order.map(([field, direction]) => field + direction)
          const expected = sortRuns(
            seen.filter((run) => matches(run, filter)),
            orderBy,
          ).map((run) => run.id)
          const search = { experimentIds: [experimentId], filter: printFilter(filter), orderBy, view }
          assert.deepEqual(readAll(held.store, { ...search, maxResults }), expected, search.filter)
          assert.deepEqual(readAll(held.store, { ...search, experimentIds: null, maxResults }), expected)
          assert.equal(countRuns(held.store, search), expected.length)
        }
      },
    )
    fc.assert(property, { numRuns: 150 })
  })

  it('gives runs as they were logged', () => {
    const run = createRun(held.store, { experimentId: '0', startMs: 1, tags: { a: 'b' } })
    logBatch(held.store, run.id, { params: { p: 'x' } })
    assert.deepEqual(searchRuns(held.store, { experimentIds: ['0'] }).runs, [getRun(held.store, run.id)])
  })

  it('looks in no experiment if none is named', () => {
    createRun(held.store, { experimentId: '0', startMs: 1 })
    assert.deepEqual(searchRuns(held.store, { experimentIds: [] }), { runs: [], nextPageToken: null })
    assert.equal(searchRuns(held.store, { experimentIds: null }).runs.length, 1)
  })

  it('shows the top level, or the children of one run; a child of a lost parent is on top', () => {
    const parent = createRun(held.store, { runId: 'p', experimentId: '0', startMs: 1 })
    createRun(held.store, {
      runId: 'c',
      experimentId: '0',
      startMs: 2,
      tags: { 'mlflow.parentRunId': parent.id },
    })
    createRun(held.store, {
      runId: 'o',
      experimentId: '0',
      startMs: 3,
      tags: { 'mlflow.parentRunId': 'lost' },
    })
    const ids = (within: NonNullable<RunSearch['within']>): string[] =>
      searchRuns(held.store, { experimentIds: ['0'], within }).runs.map((run) => run.id)
    assert.deepEqual(ids('top'), ['o', 'p'])
    assert.deepEqual(ids({ parentId: 'p' }), ['c'])
  })

  it('loses and doubles no run that was there, though runs come and go between two pages', () => {
    for (let i = 0; i < 30; i++) createRun(held.store, { runId: `r${i}`, experimentId: '0', startMs: i })
    const seen: string[] = []
    let pageToken = ''
    for (let i = 0; ; i++) {
      const page = searchRuns(held.store, { experimentIds: ['0'], maxResults: 7, pageToken })
      seen.push(...page.runs.map((run) => run.id))
      if (page.nextPageToken === null) break
      pageToken = page.nextPageToken
      createRun(held.store, { runId: `new${i}`, experimentId: '0', startMs: 100 + i })
      deleteRun(held.store, seen[i] ?? '', 5)
    }
    assert.equal(seen.length, 30)
    assert.equal(new Set(seen).size, 30)
  })

  it('takes tokens of MLflow, which hold an offset only', () => {
    for (let i = 0; i < 5; i++) createRun(held.store, { runId: `r${i}`, experimentId: '0', startMs: i })
    const pageToken = Buffer.from('{"offset": 3}').toString('base64')
    const { runs } = searchRuns(held.store, { experimentIds: ['0'], pageToken })
    assert.deepEqual(
      runs.map((run) => run.id),
      ['r1', 'r0'],
    )
  })

  for (const token of [
    '%',
    'abc',
    'bm90IGpzb24=',
    'eyJvZmZzZXQiOi0xfQ==',
    'bnVsbA==',
    'eyJvZmZzZXQiOjEsImFmdGVyIjpbMV19',
  ]) {
    it(`refuses the page token ${token}`, () => {
      const search = { experimentIds: ['0'], pageToken: token }
      assert.throws(() => searchRuns(held.store, search), {
        code: 'bad_request',
        message: /^Invalid page token/,
      })
    })
  }
})

function readAll(from: Store, search: RunSearch): string[] {
  const ids: string[] = []
  let pageToken = ''
  do {
    const page = searchRuns(from, { ...search, pageToken })
    assert(page.runs.length <= (search.maxResults ?? 1000))
    ids.push(...page.runs.map((run) => run.id))
    pageToken = page.nextPageToken ?? ''
  } while (pageToken !== '')
  return ids
}
