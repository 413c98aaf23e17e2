import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Deployed, DeploymentDetail } from '../../shared/api/deployment_methods.ts'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { skip } from '../skip.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

const packages = [
  ...['mlflow==3.17.2', 'scikit-learn==1.9.1', 'pandas==3.1.1', 'xgboost-cpu==3.2.0', 'lightgbm==4.7.0'],
  ...['onnxruntime==1.32.0', 'skl2onnx==1.20.0', 'torch==2.13.0'],
]

/** Models of every kind, logged by the mlflow client in an environment of its own, deployed and asked over HTTP. */
describe('kinds of models', function () {
  this.timeout(600_000)
  let project: DaemonProject
  let interpreter: string
  let logged: Record<string, { run: string; body: unknown; says: unknown }>
  before(async function () {
    interpreter = await cachedEnvironment('model-kinds', packages).catch((error: unknown) =>
      skip(this, `the packages do not install: ${String(error)}`),
    )
    project = makeDaemonProject()
    const script = join(import.meta.dirname, '..', 'serving', 'model_kinds.py')
    const { code, stdout, stderr } = await project.daybook(['exec', '--', interpreter, script])
    assert.equal(code, 0, stderr)
    const line = stdout.split('\n').find((one) => one.startsWith('{"xgboost"'))
    logged = JSON.parse(line ?? '') as typeof logged
  })
  after(() => project.close())

  async function ask(name: string, body: unknown): Promise<unknown> {
    const { summary, token } = await project.json<DeploymentDetail>(['deployments', name])
    const answered = await fetch(`${summary.url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    const text = await answered.text()
    assert.equal(answered.status, 200, text)
    return (JSON.parse(text) as { predictions: unknown }).predictions
  }

  const kinds = [
    'xgboost',
    'xgboost booster',
    'lightgbm',
    'lightgbm booster',
    'pytorch',
    'onnx',
    'sklearn odd',
  ]
  for (const kind of kinds) {
    it(`${kind}: says over HTTP what it says itself`, async () => {
      const one = logged[kind]
      assert.ok(one)
      const name = kind.replace(' ', '-')
      await project.json(['deploy', one.run, '--name', name, '--python', interpreter])
      near(await ask(name, one.body), one.says, 1e-6)
    })
  }

  for (const kind of ['sklearn regressor', 'sklearn pipeline', 'sklearn trees']) {
    it(`${kind}: becomes ONNX, which says the same`, async () => {
      const one = logged[kind]
      assert.ok(one)
      const name = `${kind.replace(' ', '-')}-onnx`
      const args = ['deploy', one.run, '--name', name, '--python', interpreter, '--onnx']
      const deployed = await project.json<Deployed>(args)
      assert.match(deployed.notes.join(), /ONNX says the same as scikit-learn to the example and 500 rows/)
      near(await ask(name, one.body), one.says, 1e-4)
    })
  }

  it('a model that no converter knows is served as it is, and that is said', async () => {
    const one = logged['sklearn odd']
    assert.ok(one)
    const args = ['deploy', one.run, '--name', 'odd-onnx', '--python', interpreter, '--onnx']
    const deployed = await project.json<Deployed>(args)
    assert.match(deployed.notes.join(), /Not converted to ONNX, scikit-learn answers: .*Odd/)
    near(await ask('odd-onnx', one.body), one.says, 0)
  })
})

/** Texts equal, numbers within a tolerance, relative beyond 1. */
function near(said: unknown, wanted: unknown, tolerance: number): void {
  if (Array.isArray(wanted)) {
    assert.ok(Array.isArray(said) && said.length === wanted.length, JSON.stringify(said).slice(0, 200))
    wanted.forEach((one, i) => near(said[i], one, tolerance))
  } else if (typeof wanted === 'number') {
    assert.ok(
      Math.abs(Number(said) - wanted) <= tolerance * Math.max(1, Math.abs(wanted)),
      `${String(said)} for ${wanted}`,
    )
  } else if (typeof wanted === 'object' && wanted !== null) {
    assert.deepEqual(Object.keys(said as object), Object.keys(wanted))
    for (const [key, one] of Object.entries(wanted))
      near((said as Record<string, unknown>)[key], one, tolerance)
  } else assert.deepEqual(said, wanted)
}
