import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../shared/base/clock.ts'
import { grantCapability, type Capability } from '../../shared/daemon/capability.ts'
import { ingestEvents } from '../../shared/daemon/ingest.ts'
import { rollUp } from '../../shared/runs/roll_up.ts'
import { getRun, RunNotFoundError } from '../../shared/runs/run.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

describe('ingestEvents()', () => {
  let folder: string
  let store: Store
  let capability: Capability
  let logged: string[]
  let touched: string[]
  const runId = 'a'.repeat(32)
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-test-'))
    logged = []
    touched = []
    store = openStore(join(folder, 'daybook.db'))
    capability = grantCapability(store, { kind: 'kernel', notebook: 'n.ipynb' }, 1)
  })
  afterEach(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })

  let pausedNotebook: string | null = null
  function ingest(events: readonly object[]): number {
    const parts = {
      isPaused: (notebook: string | null) => notebook !== null && notebook === pausedNotebook,
      frame: () => undefined,
      cellBegins: () => undefined,
      store,
      clock: systemClock,
      keepArtifact: () => undefined,
      keepData: () => undefined,
      runCreated: () => undefined,
      runsTouched: (runs: readonly string[]) => {
        touched = [...runs]
      },
      log: (message: string) => logged.push(message),
    }
    return ingestEvents(parts, events.map((event) => JSON.stringify(event)).join('\n'), capability)
  }
  const begin = { type: 'run', run_id: runId, at: 5 }

  it('keeps the parameters that do not clash, and says once which did', () => {
    const [first, second] = [
      { type: 'params', run_id: runId, params: { rate: '0.1' } },
      { type: 'params', run_id: runId, params: { fresh: '1', rate: '0.2' } },
    ]
    assert.equal(ingest([begin, first, second, second]), 4)
    const run = getRun(store, runId)
    assert.deepEqual(run.params, { rate: '0.1', fresh: '1' })
    assert.equal(run.tags['daybook.warning'], 'parameter rate is "0.1"; "0.2" was logged later')
    assert.deepEqual(logged, [`run ${runId}: parameter rate is "0.1"; "0.2" was logged later`])
    ingest([{ type: 'params', run_id: runId, params: { fresh: '2', rate: '0.3' } }])
    assert.equal(getRun(store, runId).tags['daybook.warning']?.split('\n').length, 2)
    assert.equal(logged.length, 2)
  })

  it('takes an event whole or not at all, and those around it all the same', () => {
    const accepted = ingest([
      begin,
      { type: 'params', run_id: runId, params: { rate: '0.1' } },
      { type: 'params', run_id: 'f'.repeat(32), params: { fresh: '1' } },
      { type: 'metrics', run_id: runId, rows: [['loss', 0.5, 0, 6]] },
    ])
    assert.equal(accepted, 3)
    const run = getRun(store, runId)
    assert.deepEqual(run.params, { rate: '0.1' })
    assert.equal(run.metrics['loss']?.value, 0.5)
  })

  it('drops the new runs of a paused notebook, and lets those that had begun go on', () => {
    ingest([begin])
    pausedNotebook = 'n.ipynb'
    const later = 'b'.repeat(32)
    const accepted = ingest([
      { type: 'params', run_id: runId, params: { rate: '0.1' } },
      { ...begin, run_id: later },
      { type: 'params', run_id: later, params: { rate: '0.2' } },
      { type: 'run_end', run_id: later, status: 'FINISHED', at: 9 },
    ])
    pausedNotebook = null
    assert.equal(accepted, 4)
    assert.deepEqual(getRun(store, runId).params, { rate: '0.1' })
    assert.throws(() => getRun(store, later), RunNotFoundError)
  })

  it('gives a notebook run that has ended the baselines of what it has from its cells, and no others', () => {
    const [first, second] = ['1'.repeat(32), '2'.repeat(32)]
    ingest([
      begin,
      { ...begin, run_id: first, at: 6, parent_run_id: runId },
      { ...begin, run_id: second, at: 7, parent_run_id: runId },
      { type: 'metrics', run_id: first, rows: [['accuracy', 0.8, 0, 8]] },
      { type: 'metrics', run_id: second, rows: [['accuracy', 0.9, 0, 9]] },
      { type: 'metrics', run_id: first, rows: [['baseline/dummy/accuracy', 0.5, 0, 10]] },
    ])
    rollUp(store, runId)
    ingest([{ type: 'run_end', run_id: runId, status: 'FINISHED', at: 11 }])
    const values = (): Record<string, number> =>
      Object.fromEntries(Object.entries(getRun(store, runId).metrics).map(([key, { value }]) => [key, value]))
    assert.deepEqual(values(), { accuracy: 0.9 })
    ingest([
      { type: 'metrics', run_id: first, rows: [['baseline/linear/accuracy', 0.7, 0, 12]] },
      { type: 'metrics', run_id: second, rows: [['baseline/dummy/accuracy', 0.6, 0, 13]] },
    ])
    assert.deepEqual(values(), { accuracy: 0.9, 'baseline/dummy/accuracy': 0.6 })
    assert.ok(touched.includes(runId))
  })

  it('changes nothing when the same events come twice', () => {
    const events = [
      begin,
      {
        type: 'metrics',
        run_id: runId,
        rows: [
          ['loss', 'NaN', 0, 6],
          ['loss', 2, 1, 7],
        ],
      },
    ]
    ingest(events)
    const once = getRun(store, runId)
    assert.equal(ingest(events), 2)
    assert.deepEqual(getRun(store, runId), once)
    assert.equal(store.all('SELECT * FROM metric').length, 2)
  })
})
