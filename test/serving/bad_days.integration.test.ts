import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { python } from '../daemon/project.ts'
import { makeTestModels, startTestGateway, type TestGateway, type TestModels } from './gateway_harness.ts'

const certificate = `
import datetime, ipaddress, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'daybook test')])
now = datetime.datetime.now(datetime.timezone.utc)
made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    .serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]), False)
    .sign(key, hashes.SHA256()))
open(sys.argv[1], 'wb').write(made.public_bytes(serialization.Encoding.PEM))
open(sys.argv[2], 'wb').write(key.private_bytes(serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))`

/** What the world does to a gateway, and that it goes on answering. */
describe('a gateway on bad days', function () {
  this.timeout(120_000)
  let models: TestModels
  let gateway: TestGateway
  let place: string
  before(() => {
    models = makeTestModels()
    place = mkdtempSync(join(tmpdir(), 'daybook-bad-days-'))
  })
  after(() => {
    models.close()
    rmSync(place, { recursive: true, force: true })
  })
  afterEach(() => gateway.close())

  const one = (): string => join(models.folder, 'one')
  const row = (age: number): unknown => ({ dataframe_records: [{ age, hours: 1, city: 'Bern' }] })
  const ask = (age = 30): ReturnType<TestGateway['post']> => gateway.post('/m/invocations', row(age))
  const goesOn = async (): Promise<void> => assert.deepEqual((await ask(44)).body, { predictions: [1044] })

  it('answers by TLS with the files that were named, and nothing without', async () => {
    const tls = { cert: join(place, 'cert.pem'), key: join(place, 'key.pem') }
    execFileSync(python, ['-c', certificate, tls.cert, tls.key])
    gateway = await startTestGateway({ tls })
    await gateway.deploy('m', one())
    const { port } = new URL(gateway.url)
    const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' }
    const said = await new Promise<string>((resolve, reject) => {
      const options = { host: '127.0.0.1', port, path: '/m/invocations', method: 'POST', headers }
      const sent = httpsRequest({ ...options, ca: readFileSync(tls.cert) }, (response) => {
        let text = ''
        response.on('data', (chunk) => (text += String(chunk)))
        response.on('end', () => resolve(text))
      })
      sent.on('error', reject)
      sent.end(JSON.stringify(row(7)))
    })
    assert.deepEqual(JSON.parse(said), { predictions: [1007] })
    await assert.rejects(fetch(`http://127.0.0.1:${port}/ping`))
  })

  it('holds a client to its rate, tells when to come again, and a clock that jumps back locks nobody out', async () => {
    let nowMs = 1_800_000_000_000
    gateway = await startTestGateway({ requestsPerS: 5 }, { nowMs: () => nowMs })
    await gateway.deploy('m', one())
    const burst = await Promise.all(Array.from({ length: 14 }, () => ask()))
    const refused = burst.filter(({ status }) => status === 429)
    assert.equal(refused.length, 4)
    assert.equal(refused[0]?.headers.get('retry-after'), '1')
    nowMs -= 7 * 24 * 3_600_000
    assert.equal((await ask()).status, 429)
    nowMs += 1_000
    assert.equal((await ask()).status, 200)
    nowMs += 30 * 24 * 3_600_000
    assert.equal((await ask()).status, 200)
  })

  it('does not take 100 MB, whether it is told how much comes or not, and does not hold it either', async () => {
    gateway = await startTestGateway({ bodyBytes: 32_000_000 })
    await gateway.deploy('m', one())
    const before = process.memoryUsage().rss
    for (const told of [true, false]) {
      const status = await sendMuch(gateway, told ? 100_000_000 : null)
      // Who sends on regardless finds the line closed.
      assert.ok(status === 413 || status === 0, String(status))
    }
    assert.ok(process.memoryUsage().rss - before < 200_000_000)
    await goesOn()
  })

  it('is not troubled by who hangs up in the middle of a body, or sends one byte and waits', async () => {
    gateway = await startTestGateway()
    await gateway.deploy('m', one())
    const { port } = new URL(gateway.url)
    const head = `POST /m/invocations HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${gateway.token}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{`
    for (let i = 0; i < 20; i++) {
      const socket = connect(Number(port), '127.0.0.1')
      await new Promise<void>((sent) => socket.write(head, () => sent()))
      if (i % 2 === 0) socket.destroy()
      else socket.unref()
    }
    await goesOn()
    assert.deepEqual(
      gateway.said.filter((line) => /defect|Error/.test(line)),
      [],
    )
  })

  it('ends a model that takes too much memory, says so, and starts it anew', async () => {
    gateway = await startTestGateway()
    await gateway.deploy('m', one(), undefined, { memoryBytes: 500_000_000 })
    const answer = await ask(-3)
    assert.equal(answer.status, 500)
    assert.match((answer.body as { message: string }).message, /took \d+ MB of 500 and was ended/)
    await goesOn()
  })

  it('answers NaN as JSON that everybody reads, and takes it where the model takes missing numbers', async () => {
    gateway = await startTestGateway()
    await gateway.deploy('m', one())
    assert.deepEqual((await ask(-4)).body, { predictions: [null] })
    const text = '{"dataframe_split": {"columns": ["age", "hours", "city"], "data": [[5, NaN, "Bern"]]}}'
    assert.deepEqual((await gateway.post('/m/invocations', text)).body, { predictions: [1005] })
    const missing = await gateway.post('/m/invocations', text.replace('[5, NaN', '[NaN, 1'))
    assert.equal(missing.status, 400)
    assert.match((missing.body as { message: string }).message, /"age", row 0: the value is missing/)
  })

  it('answers on when the disk is full for its log, and says so in the state', async function () {
    if (process.platform !== 'linux') this.skip()
    gateway = await startTestGateway()
    const folder = join(gateway.stateDir, 'deployments', 'm', 'predictions')
    mkdirSync(folder, { recursive: true })
    await gateway.deploy('m', one())
    symlinkSync('/dev/full', join(folder, '0000000001.jsonl'))
    await goesOn()
    await new Promise((resolve) => setTimeout(resolve, 300))
    await goesOn()
    const { log } = gateway.deployment('m').state
    assert.match(log.trouble ?? '', /The disk is full: predictions are answered but not recorded/)
    assert.ok(log.dropped >= 1)
    rmSync(join(folder, '0000000001.jsonl'))
    await goesOn()
    await new Promise((resolve) => setTimeout(resolve, 300))
    assert.equal(gateway.deployment('m').state.log.trouble, null)
  })
})

/** Sends up to 100 MB; gives the status, 0 where the line was closed first. */
function sendMuch({ url, token }: TestGateway, told: number | null): Promise<number> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...(told === null ? {} : { 'content-length': told }),
    }
    const sent = httpRequest(`${url}/m/invocations`, { method: 'POST', headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
      sent.destroy()
    })
    sent.on('error', () => resolve(0))
    const piece = Buffer.alloc(1_000_000, ' ')
    let left = 100
    const more = (): void => {
      for (; left > 0; left--) {
        if (sent.destroyed) return
        if (!sent.write(piece)) {
          left--
          sent.once('drain', more)
          return
        }
      }
      sent.end()
    }
    more()
  })
}
