import assert from 'node:assert/strict'
import { groupRuns } from '../../shared/runs/group.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun } from '../../shared/runs/run.ts'
import { searchRuns } from '../../shared/runs/search.ts'
import { openSearcher, type Searcher } from '../../shared/runs/searcher.ts'
import { eachWithStore } from './store.ts'

describe('openSearcher()', () => {
  const held = eachWithStore()
  let searcher: Searcher

  beforeEach(() => {
    searcher = openSearcher(held.store.path)
  })
  afterEach(() => searcher.close())

  it('finds what searchRuns() finds, also what was written a moment ago', async () => {
    const all = { experimentIds: ['0'], orderBy: ['metrics.a DESC'] }
    for (let i = 0; i < 5; i++) {
      const { id } = createRun(held.store, { experimentId: '0', startMs: i })
      logBatch(held.store, id, {
        metrics: [{ key: 'a', value: i === 2 ? NaN : i, step: 2n ** 60n, atMs: 1 }],
      })
      assert.deepEqual(await searcher.search(all), searchRuns(held.store, all))
      assert.equal(await searcher.count(all), i + 1)
      const groups = { experimentIds: ['0'], by: [{ kind: 'status' as const }] }
      assert.deepEqual(await searcher.group(groups), groupRuns(held.store, groups))
    }
  })

  it('answers several questions asked at once, each to its asker', async () => {
    for (let i = 0; i < 9; i++) createRun(held.store, { runId: `r${i}`, experimentId: '0', startMs: i })
    const pages = await Promise.all(
      Array.from({ length: 9 }, (_none, i) =>
        searcher.search({ experimentIds: ['0'], filter: `run_id = 'r${i}'` }),
      ),
    )
    assert.deepEqual(
      pages.map((page) => page.runs.map((run) => run.id)),
      Array.from({ length: 9 }, (_none, i) => [`r${i}`]),
    )
  })

  it('says what is wrong with a filter, and goes on', async () => {
    const wrong = { experimentIds: ['0'], filter: 'metrics.a > ' }
    await assert.rejects(searcher.search(wrong), { code: 'filter_invalid', details: { position: 12 } })
    assert.equal(await searcher.count({ experimentIds: ['0'] }), 0)
  })

  it('gives a search up that takes too long, and answers the next one', async () => {
    const impatient = openSearcher(held.store.path, { timeoutMs: 0 })
    await assert.rejects(impatient.search({ experimentIds: ['0'] }), { code: 'cancelled' })
    await impatient.close()
    assert.equal(await searcher.count({ experimentIds: ['0'] }), 0)
  })

  it('answers nothing once it is closed, and leaves nobody waiting', async () => {
    const open = searcher.search({ experimentIds: ['0'] })
    const failed = assert.rejects(open, { code: 'cancelled' })
    await searcher.close()
    await failed
    await assert.rejects(searcher.search({ experimentIds: ['0'] }), { code: 'cancelled' })
  })

  it('keeps writing while it searches', async () => {
    const run = createRun(held.store, { experimentId: '0', startMs: 1 }).id
    const search = searcher.search({ experimentIds: ['0'], filter: "params.a LIKE '%x%' OR metrics.m > 1" })
    for (let i = 0; i < 200; i++) {
      logBatch(held.store, run, { metrics: [{ key: 'm', value: i, step: i, atMs: i }] })
    }
    assert((await search).runs.length <= 1)
    assert.equal((await searcher.search({ experimentIds: ['0'] })).runs[0]?.metrics['m']?.step, 199)
  })
})
