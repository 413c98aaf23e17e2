import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { DeploymentDetail, DeploymentSummary } from '../../shared/api/deployment_methods.ts'
import { isAlive } from '../../shared/base/process.ts'
import { openState } from '../../shared/base/project.ts'
import { readGatewayFile, type GatewayFile } from '../../shared/serving/gateway_file.ts'
import { makeTestModels, type TestModels } from '../serving/gateway_harness.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

/** Deployments as a person has them: through the command line, with daemon and gateway in processes of their own. */
describe('daybook deploy', function () {
  this.timeout(180_000)
  let models: TestModels
  let project: DaemonProject
  before(() => {
    models = makeTestModels()
    project = makeDaemonProject()
  })
  after(async () => {
    await project.close()
    models.close()
  })

  const folder = (name: string): string => join(models.folder, name)
  const gateway = (): GatewayFile => {
    const file = readGatewayFile(openState(project.root))
    assert.ok(file, 'no gateway runs')
    return file
  }
  const shown = (name: string) => project.json<DeploymentDetail>(['deployments', name])
  async function answer(name = 'ages', age = 30): Promise<unknown> {
    const { summary, token } = await shown(name)
    const answered = await fetch(`${summary.url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ dataframe_records: [{ age, hours: 1, city: 'Bern' }] }),
    })
    return [answered.status, ((await answered.json()) as { predictions?: unknown }).predictions]
  }

  it('refuses a pickle of unknown origin until it is told to trust it', async () => {
    const refused = await project.daybook(['deploy', folder('one'), '--name', 'ages'])
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /--trust/)
    assert.deepEqual(await project.json<DeploymentSummary[]>(['deployments']), [])
    const { code, stdout } = await project.daybook(['deploy', folder('one'), '--name', 'ages', '--trust'])
    assert.equal(code, 0)
    assert.match(stdout, /ages revision 1 .* is champion/)
    assert.deepEqual(await answer(), [200, [1030]])
  })

  it('names the package that is missing, and the command that gets it', async () => {
    const { code, stderr, stdout } = await project.daybook(['deploy', folder('missing'), '--trust'])
    assert.equal(code, 1)
    assert.match(stderr + stdout, /no-such-package-at-all/)
    assert.match(stderr + stdout, /pip install/)
  })

  it('promotes and rolls back', async () => {
    await project.json(['deploy', folder('two'), '--name', 'ages', '--as', 'shadow', '--trust'])
    assert.deepEqual(await answer(), [200, [1030]])
    await project.json(['promote', 'ages', '--reason', 'it is 2'])
    assert.deepEqual(await answer(), [200, [2030]])
    await project.json(['rollback', 'ages'])
    assert.deepEqual(await answer(), [200, [1030]])
  })

  it('goes on answering when the daemon is killed', async () => {
    const before = gateway()
    const { summary, token } = await shown('ages')
    await project.killDaemon()
    const answered = await fetch(`${summary.url}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ dataframe_records: [{ age: 1, hours: 1, city: 'Bern' }] }),
    })
    assert.deepEqual(await answered.json(), { predictions: [1001] })
    assert.equal((await shown('ages')).summary.champion?.revision, 1)
    assert.deepEqual(gateway().process, before.process)
  })

  it('is brought back by "up" at the same address, with the same token, after the gateway was killed', async () => {
    const before = await shown('ages')
    const { process: killed } = gateway()
    process.kill(killed.pid, 'SIGKILL')
    while (isAlive(killed)) await new Promise((resolve) => setTimeout(resolve, 20))
    const { code } = await project.daybook(['up'])
    assert.equal(code, 0)
    const after = await shown('ages')
    assert.deepEqual([after.summary.url, after.token], [before.summary.url, before.token])
    assert.deepEqual(await answer(), [200, [1030]])
  })

  it('says which program holds its port or which file is no certificate, and serves on as before', async () => {
    const before = await shown('ages')
    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const refused = await project.daybook(['up', '--port', String(port)])
    taken.close()
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, new RegExp(`port ${port} belongs to another program[^]*daybook up --port`))
    const file = project.file('no.pem', 'no certificate')
    const untrue = await project.daybook(['up', '--tls-cert', file, '--tls-key', file])
    assert.match(untrue.stderr, /Cannot serve with .*no\.pem/)
    const elsewhere = await project.daybook(['up', '--bind', '203.0.113.9'])
    assert.match(elsewhere.stderr, /cannot listen at 203\.0\.113\.9/)
    assert.equal((await shown('ages')).summary.url, before.summary.url)
    for (let i = 0; i < 100 && (await shown('ages')).summary.state !== 'ready'; i++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(await answer(), [200, [1030]])
  })

  it('ends with "stop --all", and leaves no process behind', async () => {
    const { process: last } = gateway()
    const { code } = await project.daybook(['stop', '--all'])
    assert.equal(code, 0)
    for (let i = 0; i < 200 && isAlive(last); i++) await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(isAlive(last), false)
  })
})
