import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../shared/base/clock.ts'
import { Deployment } from '../../shared/serving/deployment.ts'
import { newDeploymentRecord } from '../../shared/serving/deployment_record.ts'
import { GatewayMetrics } from '../../shared/serving/gateway_metrics.ts'
import type { WorkerDoor } from '../../shared/serving/worker_door.ts'

describe('Deployment', () => {
  let stateDir: string
  beforeEach(() => {
    stateDir = mkdtempSync(join(tmpdir(), 'daybook-test-'))
  })
  afterEach(() => {
    rmSync(stateDir, { recursive: true })
  })

  it('goes back to the same former champion next time, where this one could not be loaded again', async () => {
    const revision = (number: number) => ({
      ...{ revision: number, modelUri: `models:/m/${number}`, runId: null, notebook: null },
      ...{ folder: join(stateDir, 'gone'), python: 'python3', createdAtMs: 0, notes: [] },
    })
    const record = {
      ...newDeploymentRecord('m', 0),
      ...{ revisions: [revision(1), revision(2), revision(3)], champion: 3, former: [1, 2] },
    }
    const deployment = new Deployment(record, {
      ...{
        stateDir,
        door: {} as unknown as WorkerDoor,
        program: '',
        clock: systemClock,
        log: () => undefined,
      },
      ...{ metrics: new GatewayMetrics(), findOnnx: () => null },
    })
    await assert.rejects(deployment.rollback('it is worse'))
    assert.deepEqual([record.champion, record.former], [3, [1, 2]])
    await deployment.stop({ said: false })
  })
})
