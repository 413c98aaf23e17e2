import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { methods, type Handlers } from '../../shared/api/contract.ts'
import { systemClock } from '../../shared/base/clock.ts'
import { Problem } from '../../shared/base/problem.ts'
import { grantCapability } from '../../shared/daemon/capability.ts'
import { ingestEvents } from '../../shared/daemon/ingest.ts'
import { answer } from '../../shared/daemon/line.ts'
import { createMlflowHandler } from '../../shared/daemon/mlflow/dispatch.ts'
import { mlflowRoutes } from '../../shared/daemon/mlflow/routes.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

/** Words that mean something to the server, so that the fuzz gets beyond the first check. */
const words = [
  'run_id',
  'key',
  'value',
  'metrics',
  'filter',
  'experiment_id',
  'name',
  '0',
  'NaN',
  '__proto__',
  'path',
  '..',
  '',
]
const text = fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 20 }))
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 5 }),
  ),
})).value

describe('the daemon, given anything,', function () {
  this.timeout(60_000)
  let folder: string
  let store: Store
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-test-'))
    store = openStore(join(folder, 'daybook.db'))
  })
  afterEach(() => {
    store.close()
    rmSync(folder, { recursive: true })
  })

  it('answers each endpoint of MLflow with a typed error or an answer, never a defect', async () => {
    const defects: string[] = []
    const handler = createMlflowHandler(mlflowRoutes, {
      onDefect: (error, where) => defects.push(`${where}: ${String(error)}`),
    })
    const context = {
      store,
      clock: systemClock,
      artifactsDir: join(folder, 'artifacts'),
      caller: { capability: null },
      changed: () => undefined,
    }
    const server: Server = createServer((request, response) => {
      void handler(request, response, request.url ?? '/', context).then((known) => {
        if (!known) response.writeHead(404).end('{}')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const routes = mlflowRoutes.filter((route) => route.kind === 'json')
    try {
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...routes), anything, fc.boolean(), async (route, body, mangle) => {
          const json = JSON.stringify(body)
          const isGet = route.method === 'GET'
          const path = route.path.replace(/:[a-z_]+/g, 'm-1')
          const query = isGet
            ? `?run_id=${encodeURIComponent(json.slice(0, 60))}&filter=${encodeURIComponent(json)}`
            : ''
          const response = await fetch(`${url}/api/2.0/mlflow/${path}${query}`, {
            method: route.method,
            ...(isGet
              ? {}
              : { body: mangle ? json.slice(1) : json, headers: { 'content-type': 'application/json' } }),
          })
          const told = await response.text()
          assert.notEqual(response.status, 500, told)
          if (!response.ok) assert.match(told, /^\{\s*"error_code"|^\{\}/)
        }),
        { numRuns: 1500 },
      )
    } finally {
      server.closeAllConnections()
      server.close()
    }
    assert.deepEqual(defects, [])
  })

  it('refuses parameters of the API that do not fit with a Problem', async () => {
    const handlers = Object.fromEntries(
      Object.keys(methods).map((name) => [name, () => ({})]),
    ) as unknown as Handlers
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.constantFrom(...Object.keys(methods)), text),
        anything,
        async (name, params) => {
          try {
            await answer(handlers, name, params)
          } catch (error) {
            assert.ok(error instanceof Problem, String(error))
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  it('passes over events that are none, and takes the good ones among them', () => {
    const capability = grantCapability(store, { kind: 'script' }, 1)
    const parts = {
      store,
      clock: systemClock,
      isPaused: () => false,
      frame: () => undefined,
      cellBegins: () => undefined,
      keepArtifact: () => undefined,
      keepData: () => undefined,
      runCreated: () => undefined,
      runsTouched: () => undefined,
      log: () => undefined,
    }
    const good = JSON.stringify({ type: 'cell_begin', execution: 'e1', code: '1', at: 5 })
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            anything.map((value) => JSON.stringify(value)),
            text,
          ),
        ),
        (lines) => {
          const accepted = ingestEvents(
            parts,
            [...lines.map((line) => line.replaceAll('\n', ' ')), good].join('\n'),
            capability,
          )
          assert.equal(accepted, 1)
        },
      ),
      { numRuns: 500 },
    )
    assert.equal(store.all('SELECT * FROM execution').length, 1)
  })
})
