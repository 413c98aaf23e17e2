import assert from 'node:assert/strict'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { cachedOnnxRuntimeNode } from '../../scripts/onnxruntime_node.mjs'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { fastapiPackages } from '../../bench/serving_peer.ts'
import { convertToOnnx } from '../../shared/daemon/deployments/onnx_conversion.ts'
import { readModelPackage } from '../../shared/models/model_package.ts'
import { readBody } from '../../shared/serving/mlflow_body.ts'
import { findOnnxRuntime, type OnnxRuntime } from '../../shared/serving/onnx_runtime.ts'
import { makeTestModels, startTestGateway, type TestGateway, type TestModels } from './gateway_harness.ts'

/** ONNX models that answer in the gateway itself, where the project has onnxruntime-node. */
describe('a model of ONNX inside the gateway', function () {
  this.timeout(600_000)
  let models: TestModels
  let gateway: TestGateway
  let runtime: OnnxRuntime | null
  let python: string
  let folder: string
  before(async () => {
    models = makeTestModels()
    python = await cachedEnvironment('serving-fastapi', fastapiPackages)
    runtime = findOnnxRuntime(await cachedOnnxRuntimeNode())
    folder = join(models.folder, 'plain-onnx')
    cpSync(join(models.folder, 'plain'), folder, { recursive: true })
    const program = join(import.meta.dirname, '../../shared/python/daybook/serve/start.py')
    const { converted, says } = await convertToOnnx(python, program, readModelPackage(folder))
    assert.ok(converted, says)
  })
  after(() => models.close())
  beforeEach(async () => {
    gateway = await startTestGateway({}, undefined, () => runtime)
  })
  afterEach(() => gateway.close())

  const deploy = (slot: 'champion' | 'shadow'): Promise<number> =>
    gateway.deploy('m', folder, { slot }, { python })
  const ask = (x: readonly (readonly number[])[]) => gateway.post('/m/invocations', { inputs: x })

  it('says what scikit-learn says, with its chances in the log, and needs no process', async () => {
    assert.ok(runtime !== null)
    await deploy('champion')
    const revision = gateway.deployment('m').champion
    assert.deepEqual([revision.inside, revision.state.pids], [true, []])
    const { x, says, chances } = models.plain
    assert.deepEqual((await ask(x)).body, { predictions: says })
    const input = readBody({ inputs: x }, revision.model.signature.inputs)
    const { output } = await revision.ask(input, { chances: true })
    const given = Array.from(output.chances?.values ?? [], Number)
    chances.flat().forEach((chance, i) => assert.ok(Math.abs((given[i] ?? NaN) - chance) < 1e-6))
    const infer = await gateway.post('/v2/models/m/infer', {
      inputs: [{ name: 'input', datatype: 'FP64', shape: [2, 2], data: x.slice(0, 2).flat() }],
    })
    assert.deepEqual((infer.body as { outputs: { data: number[] }[] }).outputs[0]?.data, says.slice(0, 2))
  })

  it('refuses what the model does not take, and goes on', async () => {
    await deploy('champion')
    assert.equal((await ask([[1, 2, 3]])).status, 400)
    assert.deepEqual((await ask(models.plain.x.slice(0, 1))).body, {
      predictions: models.plain.says.slice(0, 1),
    })
  })

  it('keeps a shadow in a process of its own, and everything where there is no runtime', async () => {
    await deploy('champion')
    const shadow = await deploy('shadow')
    assert.equal(gateway.deployment('m').loaded(shadow)?.inside, false)
    const found = runtime
    runtime = null
    await deploy('champion')
    runtime = found
    assert.equal(gateway.deployment('m').champion.inside, false)
    assert.deepEqual((await ask(models.plain.x)).body, { predictions: models.plain.says })
  })
})
