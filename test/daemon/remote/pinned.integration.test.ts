import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fingerprint, makeCertificate } from '../../../shared/daemon/remote/certificate.ts'
import { python } from '../project.ts'

const run = promisify(execFile)

const code = `import sys
from daybook.connection import Unreachable
from daybook.trial.pinned import PinnedLine
try:
    line = PinnedLine(sys.argv[1])
    for _ in range(2):
        print(line.request("POST", line.path + "/x", {}, b"secret")[2].decode())
except (Unreachable, ValueError) as error:
    print(type(error).__name__, error)`

describe('the line of a worker to the daemon', function () {
  this.timeout(20_000)
  let server: Server
  let address: string
  let own: string
  let asked: string[]
  before(async () => {
    const { key, certificate } = makeCertificate('daybook', Date.now())
    own = fingerprint(certificate)
    server = createServer({ key, cert: certificate }, (request, response) => {
      asked.push(request.url ?? '')
      response.end('heard')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => (asked = []))
  after(() => server.close())

  it('sends to the certificate of the invitation', async () => {
    assert.equal(await ask(`${address}/k/token#sha256=${own}`), 'heard\nheard')
    assert.deepEqual(asked, ['/k/token/x', '/k/token/x'])
  })

  it('sends nothing to another one, nor without one', async () => {
    const other = own.startsWith('0') ? `1${own.slice(1)}` : `0${own.slice(1)}`
    assert.match(await ask(`${address}/k/token#sha256=${other}`), /^Unreachable somebody else answers there/)
    for (const invitation of [`${address}/k/token`, `http://127.0.0.1:1/k/token#sha256=${own}`]) {
      assert.match(await ask(invitation), /^ValueError an invitation looks like/)
    }
    assert.deepEqual(asked, [])
  })

  async function ask(invitation: string): Promise<string> {
    const env = {
      ...process.env,
      PYTHONPATH: join(import.meta.dirname, '..', '..', '..', 'shared', 'python'),
    }
    return (await run(python, ['-c', code, invitation], { env })).stdout.trim()
  }
})
