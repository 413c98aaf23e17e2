import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Deployment } from '../../shared/serving/deployment.ts'
import type { Progress } from '../../shared/serving/deployment_request.ts'
import { answerAdmin, type GatewayLine } from '../../shared/serving/gateway_admin.ts'
import { GatewayMetrics } from '../../shared/serving/gateway_metrics.ts'

describe('orders to the gateway', () => {
  let server: Server
  let deployments: Map<string, Deployment>
  let made: number
  let loads: { name: string; done: () => void; fails: () => void }[]

  beforeEach(async () => {
    deployments = new Map()
    made = 0
    loads = []
    const parts = {
      ...{ deployments, deploying: new Map<string, Promise<unknown>>(), metrics: new GatewayMetrics() },
      ...{ create, end: () => undefined },
    }
    server = createServer((request, response) => {
      void answerAdmin(parts, request, response, request.url ?? '')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  /** A deployment whose models load when the test says so. */
  function create(name: string): Deployment {
    made++
    const record = { name, revisions: [] as number[], champion: null, canary: null, shadow: null, former: [] }
    return {
      ...{ record: { ...record, settings: {} }, files: { folder: '/nowhere' } },
      async deploy(_spec: unknown, _place: unknown, progress: Progress) {
        const revision = record.revisions.length + 1
        progress('load', `loading ${revision}`)
        const { promise, resolve, reject } = Promise.withResolvers<undefined>()
        loads.push({ name, done: () => resolve(undefined), fails: () => reject(new Error('no')) })
        await promise
        record.revisions.push(revision)
        return { revision, example: null }
      },
    } as unknown as Deployment
  }

  async function deploy(name: string): Promise<GatewayLine[]> {
    const { port } = server.address() as AddressInfo
    const body = JSON.stringify({ kind: 'deploy', name, spec: {}, place: { slot: 'shadow' }, settings: {} })
    const response = await fetch(`http://127.0.0.1:${port}/admin/order`, { method: 'POST', body })
    return (await response.text())
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as GatewayLine]))
  }

  async function loading(count: number): Promise<void> {
    while (loads.length < count) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  it('load the models of one name one after the other, each as a revision of its own', async () => {
    const [first, second] = [deploy('bikes'), deploy('bikes')]
    await loading(1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(loads.length, 1)
    loads[0]?.done()
    await loading(2)
    loads[1]?.done()
    const results = (await Promise.all([first, second])).map((lines) => lines.at(-1))
    assert.deepEqual(
      results.map((line) => (line?.kind === 'done' ? line.result : line)).sort(),
      [1, 2].map((revision) => ({ revision, example: null })),
    )
    assert.equal(made, 1)
  })

  it('do not wait for another name, nor for what has failed', async () => {
    const first = deploy('bikes')
    await loading(1)
    const other = deploy('income')
    await loading(2)
    const second = deploy('bikes')
    loads[0]?.fails()
    await loading(3)
    for (const { done } of loads) done()
    const ends = (await Promise.all([first, other, second])).map((lines) => lines.at(-1)?.kind)
    assert.deepEqual(ends, ['problem', 'done', 'done'])
  })
})
