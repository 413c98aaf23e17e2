import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { DeploymentDetail, DeploymentSummary } from '../../shared/api/deployment_methods.ts'
import { isAlive, thisProcess } from '../../shared/base/process.ts'
import { openState } from '../../shared/base/project.ts'
import { readGatewayFile, writeGatewayFile, type GatewayFile } from '../../shared/serving/gateway_file.ts'
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

  it('lets nothing take the place of a champion but through the gate, or past it with a reason', async () => {
    project.file('daybook.yaml', 'monitor:\n  gate: {metrics: ["accuracy > 0.9"]}\n')
    const deploy = ['deploy', folder('two'), '--name', 'ages', '--trust']
    const refused = await project.daybook(deploy)
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /The gate is closed: Its run has no metric accuracy[^]*--override --reason/)
    const mute = await project.daybook([...deploy, '--override'])
    assert.match(mute.stderr, /To override it, say why/)
    assert.deepEqual(await answer(), [200, [1030]])
    // Another model beside it takes nobody's place.
    await project.json([...deploy, '--as', 'shadow'])
    const { revision } = await project.json<{ revision: number }>([
      ...deploy,
      '--override',
      '--reason',
      'it is 2',
    ])
    assert.deepEqual([revision, await answer()], [3, [200, [2030]]])
    const entries = await project.json<{ action: string; reason: string }[]>(['audit', 'list'])
    const gate = entries.filter(({ action }) => action.startsWith('gate.'))
    assert.deepEqual(
      gate.reverse().map(({ action, reason }) => [action, reason]),
      [
        ['gate.refused', ''],
        ['gate.overridden', 'it is 2'],
      ],
    )
    project.file('daybook.yaml', '')
    await project.json(['rollback', 'ages'])
    assert.deepEqual(await answer(), [200, [1030]])
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

  it('are all brought back by "up" after a reboot: same addresses, tokens, revisions and places', async () => {
    await project.json(['deploy', folder('two'), '--name', 'others', '--trust'])
    await project.json(['deploy', folder('one'), '--name', 'resting', '--trust'])
    await project.json([
      'deploy',
      folder('two'),
      '--name',
      'ages',
      '--as',
      'shadow',
      '--share',
      '0.5',
      '--trust',
    ])
    await project.json(['deployments', 'resting', '--stop'])
    const look = async (): Promise<unknown[]> =>
      (await project.json<DeploymentSummary[]>(['deployments'])).map((one) => [
        ...[one.name, one.state, one.url, one.champion?.revision, one.shadow],
      ])
    const before = await look()
    const { token, standing } = await shown('ages')
    const file = gateway()
    await project.killDaemon()
    process.kill(file.process.pid, 'SIGKILL')
    // Workers end with the line to their gateway.
    const workers = standing.workers.flatMap(({ pids }) => pids)
    assert.ok(workers.length >= 2)
    while (isAlive(file.process) || workers.some((pid) => isAlive({ pid, startTime: null })))
      await new Promise((resolve) => setTimeout(resolve, 20))
    // What a process of the boot before left behind; its number belongs to another one now.
    writeGatewayFile(openState(project.root), { ...file, process: thisProcess(), boot: 'the boot before' })
    const { code } = await project.daybook(['up'])
    assert.equal(code, 0)
    assert.deepEqual(await look(), before)
    assert.equal((await shown('ages')).token, token)
    assert.deepEqual(await answer(), [200, [1030]])
    assert.deepEqual(await answer('others'), [200, [2030]])
    await project.json(['up', 'resting'])
    assert.deepEqual(await answer('resting'), [200, [1030]])
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
