import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { python } from '../daemon/project.ts'
import { skip } from '../skip.ts'
import { makeTestModels, startTestGateway, type TestGateway, type TestModels } from './gateway_harness.ts'

const run = promisify(execFile)

/** Clients that others wrote, unchanged, against a real gateway with a real model. */
describe('real clients of the gateway', function () {
  this.timeout(240_000)
  let models: TestModels
  let gateway: TestGateway
  before(async () => {
    models = makeTestModels()
    gateway = await startTestGateway()
    await gateway.deploy('plain', join(models.folder, 'plain'))
  })
  after(async () => {
    await gateway.close()
    models.close()
  })

  async function ask(interpreter: string, script: string, address: string): Promise<unknown> {
    const rows = JSON.stringify(models.plain.x)
    const { stdout } = await run(interpreter, [join(import.meta.dirname, script), address, rows])
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
  }

  it("answers MLflow's scoring client as scikit-learn does, and tells it what is wrong", async () => {
    const address = `${gateway.url}/k/${gateway.token}/plain`
    const told = (await ask(python, 'mlflow_scoring.py', address)) as Record<string, unknown>
    assert.deepEqual(told['array'], models.plain.says)
    assert.deepEqual(told['frame'], models.plain.says)
    assert.ok(String(told['version']).length > 0)
    assert.match(String(told['wrong']), /400.*no number.*is no float64/s)
  })

  it("answers NVIDIA's client in JSON and in bytes, with metadata and index", async function () {
    const packages = ['tritonclient[http]==2.73.0', 'numpy']
    const interpreter = await cachedEnvironment('tritonclient', packages).catch((error: unknown) =>
      skip(this, `tritonclient does not install: ${String(error)}`),
    )
    const address = `${gateway.url.replace('http://', '')}/k/${gateway.token}`
    const told = (await ask(interpreter, 'triton_client.py', address)) as TritonTold
    assert.deepEqual([told.live, told.ready, told.unknown], [true, true, false])
    assert.deepEqual(told.metadata.inputs, [{ name: 'input', datatype: 'FP64', shape: [-1, 2] }])
    assert.deepEqual(
      told.index.map(({ name, state }) => [name, state]),
      [['plain', 'READY']],
    )
    assert.deepEqual(told.json, told.binary)
    assert.deepEqual(told.binary, [models.plain.says, models.plain.chances])
    assert.match(told.wrong, /input|shape/)
  })

  it("answers KServe's client in JSON and in bytes", async function () {
    const interpreter = await cachedEnvironment('kserve', ['kserve==0.21.0']).catch((error: unknown) =>
      skip(this, `kserve does not install: ${String(error)}`),
    )
    const address = `${gateway.url}/k/${gateway.token}`
    const told = (await ask(interpreter, 'kserve_client.py', address)) as KServeTold
    assert.deepEqual([told.live, told.ready], [true, true])
    assert.deepEqual(told.json.predict, models.plain.says)
    assert.deepEqual(told.binary.predict, models.plain.says)
  })
})

interface KServeTold {
  live: boolean
  ready: boolean
  json: { predict: unknown }
  binary: { predict: unknown }
}

interface TritonTold {
  live: boolean
  ready: boolean
  unknown: boolean
  metadata: { inputs: unknown }
  index: { name: string; state: string }[]
  json: unknown
  binary: unknown
  wrong: string
}
