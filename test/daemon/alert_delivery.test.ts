import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo } from 'node:net'
import type { Alert } from '../../shared/api/alert_methods.ts'
import { deliver } from '../../shared/daemon/alert_delivery.ts'
import { parseMonitorSettings } from '../../shared/daemon/monitor_settings.ts'

const alert: Alert = {
  id: 3,
  atMs: 0,
  deployment: 'bikes',
  rule: 'performance',
  severity: 'critical',
  says: 'Bikes: error 69 instead of 20; predictions too low every day.',
  report: 'R',
  window: { fromMs: 0, toMs: 1 },
  revision: 1,
  modelUri: 'models:/bikes/1',
  run: 'a'.repeat(32),
  notebook: 'bikes.ipynb',
  cell: 'c1',
  acknowledgedMs: null,
  sent: [],
}

describe('deliver()', function () {
  this.timeout(20_000)

  it('posts with a signature that the receiver can check', async () => {
    let got = { body: '', signature: '', timestamp: '' }
    const server = createHttpServer((request, response) => {
      let body = ''
      request.on('data', (bytes) => (body += String(bytes)))
      request.on('end', () => {
        const { 'x-daybook-signature': signature, 'x-daybook-timestamp': timestamp } = request.headers
        got = { body, signature: String(signature), timestamp: String(timestamp) }
        response.end('ok')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    const settings = parseMonitorSettings(
      `monitor: {webhooks: [{url: "${url}", secretFrom: SECRET}, {url: "${url}", severities: [info]}]}`,
    )
    const sent = await deliver(alert, settings, { SECRET: 'between us' })
    server.close()
    assert.deepEqual(sent, [{ to: new URL(url).host, error: null }])
    const expected = createHmac('sha256', 'between us').update(`${got.timestamp}.${got.body}`).digest('hex')
    assert.equal(got.signature, `sha256=${expected}`)
    assert.equal((JSON.parse(got.body) as { alert: Alert }).alert.run, alert.run)
  })
  it('sends a mail that leads to report, run and cell', async () => {
    let letter = ''
    const server = createServer((socket) => {
      let inData = false
      socket.write('220 test\r\n')
      socket.on('data', (bytes) => {
        const text = bytes.toString()
        letter += inData ? text : ''
        if (inData && /\r\n\.\r\n$/.test(text)) {
          inData = false
          socket.write('250 taken\r\n')
        } else if (!inData && /^DATA/i.test(text)) {
          inData = true
          socket.write('354 go on\r\n')
        } else if (!inData) socket.write(/^QUIT/i.test(text) ? '221 bye\r\n' : '250 ok\r\n')
      })
      socket.on('error', () => undefined)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const mail = `{host: 127.0.0.1, port: ${port}, from: daybook@example.org, to: [team@example.org]}`
    const sent = await deliver(alert, parseMonitorSettings(`monitor: {mail: ${mail}}`))
    server.close()
    assert.deepEqual(sent, [{ to: 'team@example.org', error: null }])
    assert.match(letter, /Subject: \[critical\] Bikes: error 69 instead of 20/)
    assert.match(letter, /daybook show aaaaaaaa/)
    assert.match(letter, /bikes\.ipynb, cell c1/)
  })
  it('says what went wrong, and never throws', async () => {
    const settings = parseMonitorSettings(
      'monitor: {webhooks: [{url: "http://127.0.0.1:9", secretFrom: GONE}]}',
    )
    const [sent] = await deliver(alert, settings, {})
    assert.match(sent?.error ?? '', /has no GONE/)
  })
  it('names what is wrong in daybook.yaml', () => {
    assert.throws(
      () => parseMonitorSettings('monitor: {rules: [{when: full moon}]}'),
      /monitor\.rules\.0\.when/,
    )
    assert.throws(() => parseMonitorSettings('monitor: {windowDays: 0}'), /monitor\.windowDays/)
    assert.equal(parseMonitorSettings('lint: {}').rules.length, 6)
  })
})
