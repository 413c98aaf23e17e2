import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Problem } from '../../../shared/base/problem.ts'
import { createMlflowHandler } from '../../../shared/daemon/mlflow/dispatch.ts'
import { MlflowProblem } from '../../../shared/daemon/mlflow/problem.ts'
import type { JsonRoute, Route, RouteContext } from '../../../shared/daemon/mlflow/route.ts'

describe('createMlflowHandler()', () => {
  let server: Server
  let url: string
  const defects: string[] = []

  const echo = (method: JsonRoute['method'], path: string, major: 2 | 3 = 2): JsonRoute => ({
    kind: 'json',
    method,
    path,
    major,
    handle: (_context, params) => ({ seen: { ...params } }),
  })
  const failing = (path: string, error: Error): JsonRoute => ({
    kind: 'json',
    method: 'POST',
    path,
    handle: () => {
      throw error
    },
  })
  const routes: Route[] = [
    echo('GET', 'runs/get'),
    echo('POST', 'runs/log-batch'),
    echo('DELETE', 'registered-models/alias'),
    echo('PATCH', 'logged-models/:model_id/tags'),
    echo('GET', 'server-info', 3),
    failing('fail/mlflow', new MlflowProblem('RESOURCE_ALREADY_EXISTS', 'Experiment x already exists')),
    failing('fail/full', new Problem('store_full', 'Cannot write', { hint: 'Free some space' })),
    failing('fail/defect', new TypeError('secret inner detail')),
    {
      kind: 'json',
      method: 'POST',
      path: 'numbers',
      handle: () => ({ list: [NaN, Infinity, -Infinity, 1.5], big: 9007199254740993n, none: undefined }),
    },
    {
      kind: 'stream',
      method: 'PUT',
      path: '/api/2.0/mlflow-artifacts/artifacts/*',
      handle: async (_context, _request, response, address) => void response.end(address.rest),
    },
  ]

  before(async () => {
    const handle = createMlflowHandler(routes, {
      maxBodyBytes: 1000,
      onDefect: (error, where) => defects.push(`${where}: ${(error as Error).message}`),
    })
    server = createServer((request, response) => {
      void handle(request, response, request.url ?? '', {} as RouteContext).then((served) => {
        if (!served) response.writeHead(418).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  after(() => server.close())

  const send = async (
    method: string,
    path: string,
    body?: string,
    type: string | null = 'application/json',
  ): Promise<{ status: number; json: unknown }> => {
    const headers: Record<string, string> = type === null ? {} : { 'content-type': type }
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    })
    const text = await response.text()
    return { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : text }
  }

  it('serves a route below /api and below /ajax-api', async () => {
    for (const prefix of ['/api', '/ajax-api']) {
      assert.deepEqual(await send('GET', `${prefix}/2.0/mlflow/runs/get?run_id=a`), {
        status: 200,
        json: { seen: { run_id: 'a' } },
      })
    }
  })

  it('serves each route under its own major version only', async () => {
    assert.equal((await send('GET', '/api/3.0/mlflow/server-info')).status, 200)
    assert.equal((await send('GET', '/api/2.0/mlflow/server-info')).status, 404)
    assert.equal((await send('GET', '/api/3.0/mlflow/runs/get')).status, 404)
  })

  it('gives a repeated query key as a list and keeps encoded texts', async () => {
    const { json } = await send('GET', '/api/2.0/mlflow/runs/get?a=1&a=2&b=%E2%82%AC+x&__proto__=q')
    assert.deepEqual(json, JSON.parse('{"seen":{"a":["1","2"],"b":"€ x","__proto__":"q"}}'))
  })

  const bodies: [string, string, string | null, number, unknown][] = [
    ['a body', '{"a":[1,{"b":null}]}', 'application/json; charset=utf-8', 200, { a: [1, { b: null }] }],
    ['an empty body', '', 'application/json', 200, {}],
    ['null', 'null', 'application/json', 200, {}],
    ['a body encoded twice', JSON.stringify('{"a":1}'), 'application/json', 200, { a: 1 }],
    [
      'bare NaN',
      '{"a":NaN,"b":"NaN","c":-Infinity}',
      'application/json',
      200,
      { a: 'NaN', b: 'NaN', c: '-Infinity' },
    ],
    ['a list', '[1]', 'application/json', 400, undefined],
    ['no JSON', '{"a":', 'application/json', 400, undefined],
    ['another type', '{"a":1}', 'text/plain', 400, undefined],
    ['no type', '{"a":1}', null, 400, undefined],
    ['a body over the limit', JSON.stringify({ a: 'x'.repeat(2000) }), 'application/json', 400, undefined],
  ]
  for (const [what, body, type, status, seen] of bodies) {
    it(`answers ${what} with ${status}`, async () => {
      const answer = await send('POST', '/api/2.0/mlflow/runs/log-batch', body, type)
      assert.equal(answer.status, status)
      if (status === 200) assert.deepEqual(answer.json, { seen })
      else assert.match(JSON.stringify(answer.json), /"error_code":"(BAD_REQUEST|INVALID_PARAMETER_VALUE)"/)
    })
  }

  it('takes parameters of a DELETE from query or body, and parts of the path', async () => {
    assert.deepEqual(
      (await send('DELETE', '/api/2.0/mlflow/registered-models/alias?name=m', '{"alias":"a"}')).json,
      {
        seen: { name: 'm', alias: 'a' },
      },
    )
    assert.deepEqual(
      (await send('PATCH', '/api/2.0/mlflow/logged-models/m-1%20x/tags', '{"tags":[]}')).json,
      {
        seen: { tags: [], model_id: 'm-1 x' },
      },
    )
  })

  it('writes doubles that are no numbers as texts and large whole numbers as digits', async () => {
    const response = await fetch(`${url}/api/2.0/mlflow/numbers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(await response.text(), '{"list":["NaN","Infinity","-Infinity",1.5],"big":9007199254740993}')
  })

  it('answers problems with their code, defects without their text', async () => {
    assert.deepEqual(await send('POST', '/api/2.0/mlflow/fail/mlflow', '{}'), {
      status: 400,
      json: { error_code: 'RESOURCE_ALREADY_EXISTS', message: 'Experiment x already exists' },
    })
    assert.deepEqual(await send('POST', '/api/2.0/mlflow/fail/full', '{}'), {
      status: 507,
      json: { error_code: 'RESOURCE_EXHAUSTED', message: 'Cannot write. Free some space' },
    })
    const defect = await send('POST', '/api/2.0/mlflow/fail/defect', '{}')
    assert.equal(defect.status, 500)
    assert.doesNotMatch(JSON.stringify(defect.json), /secret/)
    assert.deepEqual(defects, ['POST /api/2.0/mlflow/fail/defect: secret inner detail'])
  })

  it('answers unknown addresses of MLflow with 404 and leaves the others to their owner', async () => {
    const unknown = await send('POST', '/api/2.0/mlflow/nothing', '{}')
    assert.equal(unknown.status, 404)
    assert.match(JSON.stringify(unknown.json), /ENDPOINT_NOT_FOUND/)
    assert.match(
      JSON.stringify((await send('POST', '/api/2.0/mlflow/runs/get', '{}')).json),
      /served with GET/,
    )
    assert.equal((await send('GET', '/api/runs.list')).status, 418)
    assert.equal((await send('GET', '/')).status, 418)
  })

  it('hands the rest of a stream route over as it came', async () => {
    assert.deepEqual(await send('PUT', '/api/2.0/mlflow-artifacts/artifacts/0/a%2Fb/c?x=1', 'bytes'), {
      status: 200,
      json: '0/a%2Fb/c',
    })
    assert.equal((await send('PUT', '/ajax-api/2.0/mlflow-artifacts/artifacts/0', 'bytes')).json, '0')
  })
})
