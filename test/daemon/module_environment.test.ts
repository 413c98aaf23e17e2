import assert from 'node:assert/strict'
import type { Capability } from '../../shared/daemon/capability.ts'
import { moduleEnvironment } from '../../shared/daemon/module_environment.ts'
import type { StatePaths } from '../../shared/base/project.ts'

const paths = { root: '/project', spool: '/project/.daybook/spool' } as StatePaths

function environment(
  capability: Partial<Capability>,
  inherited: Record<string, string>,
): Record<string, string> {
  const full = { token: 'abc', kind: 'kernel', notebook: null, runId: null, ...capability } as Capability
  return moduleEnvironment(full, { url: 'http://127.0.0.1:1', paths, pythonFolder: '/py', inherited })
}

describe('moduleEnvironment()', () => {
  it('leads mlflow to the capability, and to the experiment of the notebook', () => {
    const env = environment({ notebook: 'a/b.ipynb' }, {})
    assert.equal(env['MLFLOW_TRACKING_URI'], 'http://127.0.0.1:1/k/abc')
    assert.equal(env['MLFLOW_EXPERIMENT_NAME'], 'a/b.ipynb')
  })
  it('leaves a tracking address of the user alone, and never sets a token', () => {
    const env = environment({ notebook: 'b.ipynb' }, { MLFLOW_TRACKING_URI: 'https://team' })
    assert.equal(env['MLFLOW_TRACKING_URI'], undefined)
    assert.equal(env['MLFLOW_EXPERIMENT_NAME'], undefined)
    assert.equal(env['DAYBOOK_URL'], 'http://127.0.0.1:1/k/abc')
    assert.equal(env['MLFLOW_TRACKING_TOKEN'], undefined)
  })
  it("keeps mlflow's client from telling anybody of itself, unless the user set that", () => {
    assert.equal(environment({}, {})['MLFLOW_DISABLE_TELEMETRY'], 'true')
    assert.equal(
      environment({}, { MLFLOW_DISABLE_TELEMETRY: 'false' })['MLFLOW_DISABLE_TELEMETRY'],
      undefined,
    )
  })
  it("chains the user's own start-up file, but not ours to itself", () => {
    assert.equal(environment({}, { PYTHONSTARTUP: '/me.py' })['DAYBOOK_USER_PYTHONSTARTUP'], '/me.py')
    const ours = environment({}, {})['PYTHONSTARTUP'] ?? ''
    assert.equal(environment({}, { PYTHONSTARTUP: ours })['DAYBOOK_USER_PYTHONSTARTUP'], undefined)
  })
  it('gives a command its run, and our sitecustomize before the rest of the path', () => {
    const env = environment({ kind: 'exec', runId: 'r1' }, { PYTHONPATH: '/mine' })
    assert.equal(env['DAYBOOK_RUN_ID'], 'r1')
    assert.equal(env['MLFLOW_RUN_ID'], 'r1')
    assert.equal(env['PYTHONPATH'], '/py/exec:/mine')
    assert.equal(env['PYTHONSTARTUP'], undefined)
  })
})
