import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { ExportedDeployment } from '../../shared/api/deployment_methods.ts'
import { freePort } from '../../shared/daemon/identity.ts'
import { makeTestModels, type TestModels } from '../serving/gateway_harness.ts'
import { makeDaemonProject, python, type DaemonProject } from './project.ts'

/** A deployment as a folder, which is then run as its container would run it, without Daybook around it. */
describe('daybook export-deployment', function () {
  this.timeout(120_000)
  let models: TestModels
  let project: DaemonProject
  let server: ChildProcess | null = null
  let exported: ExportedDeployment

  before(async () => {
    models = makeTestModels()
    project = makeDaemonProject()
    await project.json(['deploy', join(models.folder, 'plain'), '--name', 'flowers', '--trust'])
    exported = await project.json(['export-deployment', 'flowers', '--to', 'out'])
  })
  after(async () => {
    server?.kill('SIGTERM')
    await project.daybook(['down'])
    await project.close()
    models.close()
  })

  const read = (path: string): string => readFileSync(join(exported.folder, path), 'utf8')

  it('writes the model, the server, and what it needs, pinned', () => {
    assert.deepEqual([exported.revision, exported.image], [1, 'flowers:1'])
    assert.ok(statSync(join(exported.folder, 'serve.mjs')).size > 10_000)
    assert.ok(existsSync(join(exported.folder, 'model', 'MLmodel')))
    const pins = read('requirements.txt').trim().split('\n')
    assert.ok(pins.some((pin) => pin.startsWith('scikit-learn==')))
    for (const pin of pins) assert.match(pin, /^[\w.-]+==[\w.]+$/)
    const sums = read('checksums').trim().split('\n')
    assert.ok(sums.every((line) => /^[0-9a-f]{64} {2}model\//.test(line)))
  })

  it('runs as nobody, from pinned images, with nothing to write to', () => {
    const docker = read('Dockerfile')
    const [from = '', ...others] = docker.match(/^FROM .*$/gm) ?? []
    for (const image of [from, ...others]) assert.match(image, /:\d+\.\d+\.\d+-/)
    assert.match(docker, /^USER 10001:10001$/m)
    assert.ok(docker.indexOf('USER') < docker.indexOf('CMD ["node", "serve.mjs"]'))
    const { services } = parse(read('compose.yaml')) as { services: Record<string, Record<string, unknown>> }
    assert.deepEqual([services['flowers']?.['read_only'], services['flowers']?.['cap_drop']], [true, ['ALL']])
  })

  it('names the same image, port and probes in all manifests', () => {
    const deployment = parse(read('kubernetes/deployment.yaml')) as Manifest
    const service = parse(read('kubernetes/service.yaml')) as Manifest
    const kserve = parse(read('kserve/inferenceservice.yaml')) as {
      apiVersion: string
      spec: { predictor: Pod }
    }
    const [container] = deployment.spec.template?.spec.containers ?? []
    const [served] = kserve.spec.predictor.containers
    assert.equal(kserve.apiVersion, 'serving.kserve.io/v1beta1')
    assert.deepEqual(
      [container?.image, served?.image, served?.name],
      ['flowers:1', 'flowers:1', 'kserve-container'],
    )
    assert.deepEqual(service.spec.selector, { 'app.kubernetes.io/name': 'flowers' })
    assert.equal(service.spec.ports?.[0]?.targetPort, container?.ports[0]?.name)
    assert.deepEqual(readdirSync(join(exported.folder, 'kubernetes')).sort(), [
      'autoscaler.yaml',
      'deployment.yaml',
      'service.yaml',
    ])
  })

  it('answers by the command of its container as scikit-learn does, and only to who has the token', async () => {
    const port = await freePort()
    server = spawn(process.execPath, ['serve.mjs'], {
      cwd: exported.folder,
      env: {
        PATH: process.env['PATH'],
        ...{ DAYBOOK_PORT: String(port), DAYBOOK_BIND: '127.0.0.1', DAYBOOK_TOKEN: 'between us' },
        DAYBOOK_PYTHON: python,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [server.stdout, server.stderr])
      stream?.on('data', (chunk) => (said += String(chunk)))
    const url = `http://127.0.0.1:${port}`
    for (let i = 0; i < 300; i++) {
      const ready = await fetch(`${url}/v2/health/ready`).catch(() => null)
      if (ready?.ok === true) break
      assert.equal(server.exitCode, null, said)
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    const ask = (headers: Record<string, string>) =>
      fetch(`${url}/flowers/invocations`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ inputs: models.plain.x }),
      })
    assert.equal((await ask({})).status, 401)
    const answer = await ask({ authorization: 'Bearer between us' })
    assert.equal(answer.status, 200, said)
    assert.deepEqual(((await answer.json()) as { predictions: number[] }).predictions, models.plain.says)
    const gone = new Promise((resolve) => server?.once('exit', resolve))
    server.kill('SIGTERM')
    assert.equal(await gone, 0)
  })

  it('replaces an export, and nothing else', async () => {
    await project.json([
      'export-deployment',
      'flowers',
      '--to',
      'out',
      '--image',
      'registry.example/flowers:7',
    ])
    assert.match(read('kubernetes/deployment.yaml'), /image: registry\.example\/flowers:7/)
    mkdirSync(join(project.root, 'mine'))
    writeFileSync(join(project.root, 'mine', 'thesis.txt'), 'years of work')
    const refused = await project.daybook(['export-deployment', 'flowers', '--to', 'mine'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /mine holds other things/)
    const unknown = await project.daybook(['export-deployment', 'flowers', '--to', 'out', '--revision', '9'])
    assert.match(unknown.stderr, /has no revision 9 that could be exported/)
  })
})

interface Pod {
  containers: { name: string; image: string; ports: { name: string }[] }[]
}

interface Manifest {
  spec: {
    template?: { spec: Pod }
    selector?: unknown
    ports?: { targetPort: string }[]
  }
}
