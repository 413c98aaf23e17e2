import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { Database } from '../../shared/data/database.ts'
import { labelKey, readLabels } from '../../shared/serving/label.ts'
import type { Prediction } from '../../shared/serving/prediction.ts'
import { readPredictions } from '../../shared/serving/prediction_reader.ts'
import { makeTestModels, startTestGateway, type TestGateway, type TestModels } from './gateway_harness.ts'
import { until } from '../until.ts'

describe('the gateway', function () {
  this.timeout(120_000)
  let models: TestModels
  let gateway: TestGateway
  before(() => (models = makeTestModels()))
  after(() => models.close())
  beforeEach(async () => (gateway = await startTestGateway()))
  afterEach(() => gateway.close())

  const folder = (name: string): string => join(models.folder, name)
  const row = (age: number): unknown => ({ dataframe_records: [{ age, hours: 1, city: 'Bern' }] })
  const ask = (age = 30): ReturnType<TestGateway['post']> => gateway.post('/m/invocations', row(age))

  async function predictions(name = 'm'): Promise<Prediction[]> {
    const deployment = gateway.deployment(name)
    await deployment.stop({ said: false })
    const path = join(gateway.stateDir, 'deployments', name, 'predictions')
    const database = await Database.open({
      memoryBytes: 100_000_000,
      threads: 1,
      spillFolder: gateway.stateDir,
    })
    const found: Prediction[] = []
    for await (const batch of readPredictions(database, path)) found.push(...batch)
    database.close()
    return found
  }

  it("says what scikit-learn says, in both protocols and in the log, with the classes' chances", async () => {
    await gateway.deploy('plain', folder('plain'))
    const { x, says, chances } = models.plain
    const { body } = await gateway.post('/plain/invocations', { inputs: x })
    assert.deepEqual(body, { predictions: says })
    const inputs = [{ name: 'input', datatype: 'FP64', shape: [200, 2], data: x }]
    const outputs = [{ name: 'predict' }, { name: 'chances' }]
    const inferred = await gateway.post('/v2/models/plain/infer', { id: '7', inputs, outputs })
    const told = inferred.body as { id: string; outputs: { data: number[] }[] }
    assert.equal(told.id, '7')
    assert.deepEqual(told.outputs[0]?.data, says)
    assert.deepEqual(told.outputs[1]?.data, chances.flat())
    const logged = (await predictions('plain')).filter(
      ({ requestId }) => requestId === inferred.headers.get('x-request-id'),
    )
    assert.deepEqual(
      logged.map(({ output }) => output),
      says,
    )
    assert.deepEqual(
      logged.map((one) => one.chances),
      chances,
    )
  })

  it('asks for the token, in the header or the path, and tells only whether it lives without', async () => {
    await gateway.deploy('m', folder('one'))
    const bare = await fetch(`${gateway.url}/m/invocations`, { method: 'POST', body: '{}' })
    assert.equal(bare.status, 401)
    assert.equal((await fetch(`${gateway.url}/ping`)).status, 200)
    assert.equal((await fetch(`${gateway.url}/v2/health/ready`)).status, 200)
    const inPath = await fetch(`${gateway.url}/k/${gateway.token}/invocations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=UTF-8' },
      body: JSON.stringify(row(33)),
    })
    assert.deepEqual(await inPath.json(), { predictions: [1033] })
    assert.equal((await gateway.post('/m/invocations', row(1), { host: 'evil.example' })).status, 200)
    assert.equal(await statusWithHost(gateway.url, 'evil.example'), 403)
  })

  it('refuses what the model does not take, and one bad row does not hurt the others', async () => {
    await gateway.deploy('m', folder('one'), undefined, { latencyGoalMs: 1000 })
    assert.equal((await gateway.post('/m/invocations', row(1), { 'content-type': 'text/html' })).status, 415)
    assert.equal(
      (await gateway.post('/m/invocations', row(1), { 'content-type': 'application/json; charset=latin1' }))
        .status,
      415,
    )
    const wrong = await gateway.post('/m/invocations', { dataframe_records: [{ hours: 1 }] })
    assert.equal(wrong.status, 400)
    assert.match((wrong.body as { message: string }).message, /missing: "age"/)
    const large = await gateway.post('/m/invocations', `{"inputs": "${'x'.repeat(2_000_000)}"}`)
    assert.equal(large.status, 413)
    const answers = await Promise.all([10, 20, -1, 30, 40].map(ask))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 400, 200, 200],
    )
    assert.match((answers[2]?.body as { message: string }).message, /ValueError: an age below zero/)
    assert.deepEqual(answers[4]?.body, { predictions: [1040] })
  })

  it('starts a process that died anew, and asks again what was asked with the row that it died of', async () => {
    await gateway.deploy('m', folder('one'))
    const answers = await Promise.all([10, -2, 20].map(ask))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 500, 200],
    )
    assert.match((answers[1]?.body as { message: string }).message, /died twice on this request/)
    assert.equal((await ask(50)).status, 200)
    assert.ok(gateway.deployment('m').record.events.some(({ kind }) => kind === 'crashed'))
  })

  it('goes back by itself when a new revision dies, without a failed answer', async () => {
    await gateway.deploy('m', folder('one'))
    await gateway.deploy('m', folder('dies'))
    assert.equal(gateway.deployment('m').record.champion, 2)
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i)))
    assert.deepEqual(
      answers.map(({ body }) => body),
      Array.from({ length: 20 }, (_, i) => ({ predictions: [1000 + i] })),
    )
    const { record } = gateway.deployment('m')
    assert.equal(record.champion, 1)
    assert.match(record.events.at(-1)?.says ?? '', /right after its promotion: back to 1/)
  })

  it('asks the shadow for the log only, whether it is well, wrong or dead', async () => {
    await gateway.deploy('m', folder('one'))
    for (const shadow of ['two', 'wrong', 'dies']) {
      await gateway.deploy('m', folder(shadow), { slot: 'shadow' })
      for (let i = 0; i < 5; i++) assert.deepEqual((await ask(i)).body, { predictions: [1000 + i] })
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.equal(gateway.deployment('m').record.champion, 1)
    const logged = await predictions()
    const shadows = logged.filter(({ slot }) => slot === 'shadow')
    const champions = new Map(
      logged.filter(({ slot }) => slot === 'champion').map((one) => [one.requestId, one]),
    )
    assert.equal(champions.size, 15)
    const well = shadows.filter(({ revision }) => revision === 2)
    assert.equal(well.length, 5)
    for (const one of well) assert.equal(one.output, 1000 + Number(champions.get(one.requestId)?.output))
    const bad = shadows.filter(({ revision }) => revision === 3)
    assert.ok(
      bad.length === 5 &&
        bad.every(({ error, output }) => output === null && /cannot do this/.test(error ?? '')),
    )
  })

  it('starts a shadow that dies again and again more and more seldom, behind everybody else', async () => {
    await gateway.deploy('m', folder('one'))
    await gateway.deploy('m', folder('dies'), { slot: 'shadow' })
    const deployment = gateway.deployment('m')
    if (process.platform === 'linux') assert.equal(policyOf(deployment.loaded(2)?.state.pids[0] ?? 0), idle)
    const crashes = (): number[] =>
      deployment.record.events.filter(({ kind }) => kind === 'crashed').map(({ atMs }) => atMs)
    while (crashes().length < 3) {
      assert.equal((await ask(30)).status, 200)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const [first = 0, second = 0, third = 0] = crashes()
    // A timer may be some milliseconds early by the wall clock.
    assert.ok(second - first >= 990 && third - second >= 1_990, String(crashes()))
    assert.ok(deployment.state.shadowDropped > 0)
  })

  it('gives a canary its share, always the same to the same key', async () => {
    await gateway.deploy('m', folder('one'))
    await gateway.deploy('m', folder('two'), { slot: 'canary', share: 0.3 })
    const of = async (key: string): Promise<string | null> =>
      (await gateway.post('/m/invocations', row(1), { 'daybook-route-key': key })).headers.get(
        'daybook-revision',
      )
    const first = await Promise.all(Array.from({ length: 100 }, (_, i) => of(`user ${i}`)))
    const again = await Promise.all(Array.from({ length: 100 }, (_, i) => of(`user ${i}`)))
    assert.deepEqual(first, again)
    const share = first.filter((revision) => revision === '2').length
    assert.ok(share >= 15 && share <= 45, `${share} of 100`)
  })

  it('tells those who would wait too long to come again', async () => {
    await gateway.deploy('m', folder('slow'), undefined, { latencyGoalMs: 1, maxWaitMs: 500 })
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => ask(i)))
    const busy = answers.filter(({ status }) => status === 503)
    assert.ok(busy.length >= 2, `${busy.length} refused`)
    assert.ok(Number(busy[0]?.headers.get('retry-after')) >= 1)
    assert.ok(answers.some(({ status }) => status === 200))
  })

  it('keeps labels that come later, and names the one that is wrong', async () => {
    await gateway.deploy('m', folder('one'))
    const { headers } = await ask(30)
    const requestId = headers.get('x-request-id') ?? ''
    const taken = await gateway.post('/m/labels', { requestId, labels: [1031] })
    assert.deepEqual([taken.status, taken.body], [200, { taken: 1 }])
    const kept = readLabels(gateway.deployment('m').files.labels)
    assert.equal(kept.get(labelKey(requestId, 0))?.label, 1031)
    const wrong = await gateway.post('/m/labels', { labels: [{ requestId, label: 1 }, { label: 2 }] })
    assert.equal(wrong.status, 400)
    assert.match(JSON.stringify(wrong.body), /labels\[1\] has no requestId/)
    assert.equal((await gateway.post('/m/labels', 'no json')).status, 400)
    assert.equal(kept.size, readLabels(gateway.deployment('m').files.labels).size)
  })

  it('is not troubled by a client that hangs up', async () => {
    await gateway.deploy('m', folder('slow'))
    await assert.rejects(
      fetch(`${gateway.url}/m/invocations`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
        body: JSON.stringify(row(5)),
        signal: AbortSignal.timeout(200),
      }),
    )
    assert.equal((await ask(6)).status, 200)
    assert.deepEqual(
      (await predictions()).map(({ output }) => output),
      [3005, 3006],
    )
  })

  it('lists, unloads and loads models as repositories do, and counts for Prometheus', async () => {
    await gateway.deploy('m', folder('one'))
    const index = async (): Promise<unknown> => (await gateway.post('/v2/repository/index', {})).body
    assert.deepEqual(await index(), [{ name: 'm', version: '1', state: 'READY', reason: '' }])
    await ask()
    assert.equal((await gateway.post('/v2/repository/models/m/unload', {})).status, 200)
    assert.equal((await gateway.get('/v2/models/m/ready')).status, 400)
    const stopped = await ask()
    assert.equal(stopped.status, 503)
    assert.equal((await gateway.post('/v2/repository/models/m/load', {})).status, 200)
    assert.equal((await gateway.get('/v2/models/m/ready')).status, 200)
    assert.equal((await ask()).status, 200)
    await until(() => gateway.deployment('m').state.log.written === 2)
    assert.equal(gateway.deployment('m').state.log.dropped, 0)
    const { body: metadata } = await gateway.get('/v2/models/m')
    assert.deepEqual((metadata as { inputs: unknown[] }).inputs[0], {
      name: 'age',
      datatype: 'INT64',
      shape: [-1],
    })
    const { body } = await gateway.get('/metrics')
    assert.match(
      String(body),
      /daybook_request_duration_seconds_count\{deployment="m",revision="1",slot="champion"\} 2/,
    )
    assert.match(String(body), /daybook_refused_total\{deployment="m",status="503"\} 1/)
    const { body: api } = await gateway.get('/openapi.json')
    assert.ok('/m/invocations' in (api as { paths: object }).paths)
  })

  it('goes back to a former revision while that is still loaded', async () => {
    await gateway.deploy('m', folder('one'))
    await gateway.deploy('m', folder('two'))
    assert.deepEqual((await ask(5)).body, { predictions: [2005] })
    assert.equal(await gateway.deployment('m').rollback('test'), 1)
    assert.deepEqual((await ask(5)).body, { predictions: [1005] })
    await assert.rejects(gateway.deployment('m').rollback('test'), /no former revision/)
  })
})

/** The status of a request that names another host, which fetch() does not let one say. */
function statusWithHost(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${url}/m/invocations`, { method: 'POST', headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end('{}')
  })
}

/** SCHED_IDLE of Linux: runs when nobody else wants to. */
const idle = 5

function policyOf(pid: number): number {
  const [, after = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  // Field 41, of which the first two stand before.
  return Number(after.split(' ')[38])
}
