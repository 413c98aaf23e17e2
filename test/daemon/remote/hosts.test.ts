import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { forwardTo } from '../../../shared/daemon/remote/forward.ts'
import { JupyterHost } from '../../../shared/daemon/remote/jupyter_host.ts'
import { parseOn, type OnAddress } from '../../../shared/daemon/remote/on_address.ts'
import { RayHost } from '../../../shared/daemon/remote/ray_host.ts'
import type { WorkerInvitation, WorkerListener } from '../../../shared/daemon/remote/worker_listener.ts'

const start = { path: '/k/' + 'a'.repeat(40), zip: Buffer.from('files') }
const ray = { kind: 'ray', version: '2.9', cpus: 1, gpus: 0, nodes: 1 } as const
const wish = { cores: 1, gpu: null, parallel: 1 }

describe('places for workers', () => {
  let server: Server
  let address: OnAddress
  let asked: string[]
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  beforeEach(async () => {
    asked = []
    answer = (_, response) => response.end('{}')
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      answer(request, response)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    address = parseOn(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  /** A door that counts who holds it open, and opens when it is told to. */
  function makeDoor(): { listener: WorkerListener; users: () => number; opens: () => void } {
    const opened = Promise.withResolvers<WorkerInvitation>()
    let users = 0
    const listener = {
      open: async () => {
        users++
        return opened.promise
      },
      leave: () => users--,
    } as unknown as WorkerListener
    return {
      listener,
      users: () => users,
      opens: () => opened.resolve({ address: 'https://127.0.0.1:1', fingerprint: '' }),
    }
  }

  it('a cluster whose study ended while the door was being opened holds no door open, and gets no job', async () => {
    const { listener, users, opens } = makeDoor()
    const host = new RayHost(address, ray, { wish, listener })
    const starting = host.start(start)
    host.close()
    opens()
    await assert.rejects(starting, { code: 'cancelled' })
    assert.equal(users(), 0)
    assert.deepEqual(asked, [])
  })

  it('what is no JSON, a page to sign in at, is told in a sentence', async () => {
    const page = '<!doctype html><title>Sign in</title>'
    answer = (_, response) => response.end(page)
    const forward = () => Promise.reject(new Error('nothing is forwarded here'))
    const jupyter = new JupyterHost(address, { version: '2', kernel: null, forward })
    await assert.rejects(jupyter.start(start), {
      code: 'host_unreachable',
      message: `${address.name} answers GET /api/kernelspecs with what is no JSON: ${page}`,
    })
    const { listener, opens } = makeDoor()
    opens()
    await assert.rejects(new RayHost(address, ray, { wish, listener }).start(start), {
      code: 'host_unreachable',
      message: `${address.name} answers POST /api/jobs/ with what is no JSON: ${page}`,
    })
  })

  it('forwardTo() passes on what has a token in its path, and no path that leads out of there', async () => {
    const forward = forwardTo(() => address.url)
    const request = { id: 1, method: 'GET', headers: {}, body: '' }
    assert.equal((await forward({ ...request, path: `${start.path}/daybook/events` })).status, 200)
    for (const path of ['/health', `${start.path}/../../health`, `${start.path}/%2e%2e/%2E./health`])
      assert.equal((await forward({ ...request, path })).status, 404, path)
    assert.deepEqual(asked, [`GET ${start.path}/daybook/events`])
  })
})
