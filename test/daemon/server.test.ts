import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { openClient, type Client } from '../../shared/api/client.ts'
import { openWebSocketWire } from '../../shared/api/websocket_wire.ts'
import type { Handlers } from '../../shared/api/contract.ts'
import { Problem } from '../../shared/base/problem.ts'
import type { Capability } from '../../shared/daemon/capability.ts'
import { createDaemonServer, type DaemonServer, type ServerParts } from '../../shared/daemon/server.ts'
import { TopicBoard } from '../../shared/daemon/topics.ts'

const token = 't'.repeat(40)
const capability = { id: 'C1', token: 'cap' } as Capability

describe('createDaemonServer()', () => {
  let server: DaemonServer
  let url: string
  let topics: TopicBoard
  let ingested: string[]

  beforeEach(async () => {
    topics = new TopicBoard(1)
    ingested = []
    const handlers = {
      'runs.get': ({ id }: { id: string }) => {
        if (id === 'defect') throw new TypeError('a defect')
        throw new Problem('not_found', `No run begins with "${id}"`, { hint: 'Look.' })
      },
      'kernels.interrupt': () => ({}),
    } as unknown as Handlers
    const parts: ServerParts = {
      root: '/p',
      token,
      startedAtMs: 0,
      handlers,
      topics,
      followLog: async ({ cursor, onEntry }) => {
        for (let seq = cursor + 1; seq <= 5; seq++) onEntry(seq, { seq })
        return () => undefined
      },
      findCapability: (given) => (given === 'cap' ? capability : null),
      mlflow: async (_request, response, path, caller) => {
        if (!path.startsWith('/api/2.0/mlflow/')) return false
        response.end(JSON.stringify({ path, caller: caller?.id ?? null }))
        return true
      },
      accessOf: (given) => (given === 'reader' ? 'read' : null),
      page: async () => false,
      ingest: (lines) => ({ accepted: ingested.push(...lines.split('\n')) }),
      trials: () => Promise.resolve({}),
      worker: () => Promise.resolve({}),
      clientsChanged: () => undefined,
      log: () => undefined,
    }
    server = createDaemonServer(parts)
    await new Promise<void>((resolve) => server.http.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.http.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    topics.close()
    await server.close()
  })

  /** A request as it stands; fetch would not let a test name a foreign host. */
  function ask(
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<{ status: number; body: unknown }> {
    return new Promise((resolve, reject) => {
      const sent = request(
        url + path,
        { method: body === undefined ? 'GET' : 'POST', headers },
        (response) => {
          let text = ''
          response.on('data', (chunk) => (text += String(chunk)))
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) as unknown }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }
  const mine = { authorization: `Bearer ${token}` }

  it('minds nobody who asks for a line without a token and is gone before the answer', async () => {
    const lines = ['GET /events HTTP/1.1', 'Host: 127.0.0.1', 'Connection: Upgrade', 'Upgrade: websocket', '']
    const unheard: unknown[] = []
    const before = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.on('uncaughtException', (error) => unheard.push(error))
    try {
      for (let i = 0; i < 20; i++) {
        const socket = connect(Number(new URL(url).port), '127.0.0.1')
        await once(socket, 'connect')
        socket.write(`${lines.join('\r\n')}\r\n`)
        socket.resetAndDestroy()
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    } finally {
      process.removeAllListeners('uncaughtException')
      for (const listener of before) process.on('uncaughtException', listener)
    }
    assert.deepEqual(unheard, [])
  })

  it('says who it is without a token, and nothing of the project but a hash', async () => {
    const { status, body } = await ask('/health')
    assert.equal(status, 200)
    assert.equal((body as { name: string }).name, 'daybook')
    assert.ok(!JSON.stringify(body).includes('/p"'))
  })
  it('answers no one without the token', async () => {
    assert.equal((await ask('/api/runs.get', {}, '{"id":"a"}')).status, 401)
    assert.equal((await ask('/api/runs.get', { authorization: `Bearer ${token}x` }, '{}')).status, 401)
    assert.equal((await ask('/k/unknown/api/2.0/mlflow/runs/get')).status, 401)
  })
  it('refuses foreign hosts and pages (DNS rebinding, cross-site requests)', async () => {
    assert.equal((await ask('/health', { host: 'evil.example' })).status, 403)
    assert.equal((await ask('/api/runs.get', { ...mine, origin: 'https://evil.example' }, '{}')).status, 403)
    assert.equal((await ask('/health', { host: new URL(url).host })).status, 200)
  })
  it('answers problems as they are, with their hint', async () => {
    const { status, body } = await ask('/api/runs.get', mine, '{"id":"zz"}')
    assert.equal(status, 404)
    assert.deepEqual(body, {
      error: { code: 'not_found', message: 'No run begins with "zz"', hint: 'Look.' },
    })
  })
  it('answers defects without their stack', async () => {
    const { status, body } = await ask('/api/runs.get', mine, '{"id":"defect"}')
    assert.equal(status, 500)
    assert.deepEqual(body, { error: { code: 'internal', message: 'a defect' } })
  })
  it('says what is wrong with parameters, and where', async () => {
    const { status, body } = await ask('/api/runs.get', mine, '{"id":7}')
    assert.equal(status, 400)
    assert.match((body as { error: Problem }).error.message, /runs\.get in "id"/)
    assert.equal((await ask('/api/runs.get', mine, '{"id":')).status, 400)
    assert.equal((await ask('/api/no.such', mine, '{}')).status, 404)
    assert.equal((await ask('/api/runs.constructor', mine, '{}')).status, 404)
  })
  it('passes requests below a capability on to MLflow, with whose it is', async () => {
    const below = await ask('/k/cap/api/2.0/mlflow/runs/get?run_id=1')
    assert.deepEqual(below.body, { path: '/api/2.0/mlflow/runs/get?run_id=1', caller: 'C1' })
    const plain = await ask('/api/2.0/mlflow/runs/get', mine)
    assert.deepEqual(plain.body, { path: '/api/2.0/mlflow/runs/get', caller: null })
  })
  it('takes in the events of the kernel module', async () => {
    const { body } = await ask('/k/cap/daybook/events', {}, '{"a":1}\n{"b":2}')
    assert.deepEqual(body, { accepted: 2 })
    assert.deepEqual(ingested, ['{"a":1}', '{"b":2}'])
  })

  describe('its WebSocket', () => {
    let client: Client
    beforeEach(async () => (client = openClient(await openWebSocketWire(url, token))))
    afterEach(() => client.close())

    it('opens for nobody without the token', async () => {
      await assert.rejects(
        openWebSocketWire(url, 'wrong'),
        (error: Problem) => error.code === 'daemon_unreachable',
      )
    })
    it('answers calls, and problems as Problems', async () => {
      assert.deepEqual(await client.call('kernels.interrupt', { id: 'k' }), {})
      await assert.rejects(client.call('runs.get', { id: 'zz' }), (error: Problem) => {
        return error instanceof Problem && error.code === 'not_found' && error.hint === 'Look.'
      })
    })
    it('tells versions of a state topic at once and after changes', async () => {
      const versions: number[] = []
      await new Promise<void>((resolve) => {
        client.onChange('runs.changed', (version) => {
          versions.push(version)
          if (versions.length === 1) topics.bump('runs.changed')
          else resolve()
        })
      })
      assert.deepEqual(versions, [1, 2])
    })
    it('gives a log from the cursor on, in order, each entry once', async () => {
      const seen: number[] = []
      await new Promise<void>((resolve) => {
        client.onLog('kernel.journal', {
          of: 'k',
          cursor: 2,
          onEntry: (_data, cursor) => {
            seen.push(cursor)
            if (cursor === 5) resolve()
          },
        })
      })
      assert.deepEqual(seen, [3, 4, 5])
    })
    it('rejects what is under way when the line is lost', async () => {
      const closed = new Promise<string>((resolve) => client.onClose(resolve))
      await server.close()
      await closed
      await assert.rejects(
        client.call('kernels.interrupt', { id: 'k' }),
        (error: Problem) => error.code === 'daemon_unreachable',
      )
    })
  })
})
