import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openState } from '../../shared/base/project.ts'
import { raiseAlerts } from '../../shared/daemon/alerts.ts'
import { AuditTrail } from '../../shared/daemon/audit.ts'
import type { Fired } from '../../shared/monitor/alert_rule.ts'
import type { WatchReport } from '../../shared/monitor/watch_report.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

const hourMs = 3_600_000
const lineage = {
  ...{ run: null, notebook: null, cell: null, execution: null, training: null, test: null },
  ...{ target: 'cnt', prediction: 'prediction' },
}
const report: WatchReport = {
  ...{ deployment: 'bikes', kind: 'number', revision: 1, modelUri: 'models:/bikes/1', atMs: 0 },
  window: { fromMs: 0, toMs: 1, rows: 24, failed: 0 },
  ...{ against: 'training data', performance: null, estimate: null, inputs: null, importance: {} },
  ...{ predictions: null, target: null, together: null, history: [], signals: [], says: 'The error is 69.' },
}
const fired: Fired = {
  rule: { when: 'performance', severity: 'critical', windows: 1, coolDownHours: 24, importance: 0 },
  signal: { kind: 'performance', level: 'stop', columns: [], says: 'The error is 69.', evidence: {} },
}

describe('raiseAlerts()', () => {
  let [folder, store]: [string, Store] = [] as never
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'd-'))
    store = openStore(openState(folder).database)
  })
  afterEach(() => {
    store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('keeps still while a rule cools down, but not because of an alert in what is now the future', () => {
    let nowMs = 1_800_000_000_000
    const clock = { nowMs: () => nowMs }
    const audit = new AuditTrail({ paths: openState(folder), store, clock })
    const raise = (): number =>
      raiseAlerts({ store, clock, audit, changed: () => undefined }, [fired], {
        ...{ report, reportId: 'R', lineage },
      }).length
    assert.equal(raise(), 1)
    nowMs += 23 * hourMs
    assert.equal(raise(), 0)
    nowMs += 2 * hourMs
    assert.equal(raise(), 1)
    // The clock was a year ahead, and is set right.
    nowMs -= 365 * 24 * hourMs
    assert.equal(raise(), 1)
    assert.equal(raise(), 0)
  })
})
