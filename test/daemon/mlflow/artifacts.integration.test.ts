import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRun } from '../../../shared/runs/run.ts'
import { createExperiment } from '../../../shared/runs/experiment.ts'
import { skip } from '../../skip.ts'
import { startTestServer, type TestServer } from './server.ts'

const proxy = '/api/2.0/mlflow-artifacts/artifacts'

describe('artifacts over HTTP', () => {
  let dir: string
  let server: TestServer
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'artifacts-http-'))
    server = await startTestServer(dir)
  })
  afterEach(async () => {
    await server.close()
    rmSync(dir, { recursive: true, force: true })
  })

  const put = (path: string, body: string): Promise<Response> =>
    fetch(`${server.url}${proxy}/${path}`, { method: 'PUT', body })
  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}${path}`, { headers })

  it('come back as they went up, with checksum, type and name', async () => {
    const stored = await put('0/r/artifacts/a%20b%25.txt', 'hello')
    assert.equal(stored.status, 200)
    const answer = await get(`${proxy}/0/r/artifacts/a%20b%25.txt`)
    assert.equal(await answer.text(), 'hello')
    assert.equal(answer.headers.get('etag'), stored.headers.get('etag'))
    assert.equal(answer.headers.get('content-type'), 'text/plain')
    assert.equal(answer.headers.get('content-disposition'), 'attachment; filename="a b%.txt"')
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff')
    await put('0/%E6%97%A5.html', '<script>')
    const named = await get(`${proxy}/0/%E6%97%A5.html`)
    assert.equal(
      named.headers.get('content-disposition'),
      `attachment; filename=".html"; filename*=UTF-8''%E6%97%A5.html`,
    )
  })

  const ranges: [string, number, string, string | null][] = [
    ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-2', 206, '89', 'bytes 8-9/10'],
    ['bytes=5-500', 206, '56789', 'bytes 5-9/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=5-2', 416, '', 'bytes */10'],
    ['bytes=-', 200, '0123456789', null],
    ['lines=1-2', 200, '0123456789', null],
  ]
  for (const [range, status, body, said] of ranges) {
    it(`answers Range: ${range} with ${status}`, async () => {
      await put('f', '0123456789')
      const answer = await get(`${proxy}/f`, { range })
      assert.deepEqual(
        [answer.status, await answer.text(), answer.headers.get('content-range')],
        [status, body, said],
      )
    })
  }

  const bad = [
    '%2e%2e/%2e%2e/daybook.db',
    'a/%2e%2e%2fb',
    '%252e%252e/daybook.db',
    'a%5c..%5c..%5cb',
    'a%00b',
    '%2Fetc/passwd',
    'C%3A/x',
    '.incoming/x',
    'a/%ff%fe%zz',
  ]
  for (const path of bad) {
    it(`refuses the path ${path} up, down and for deletion`, async () => {
      for (const method of ['PUT', 'GET', 'DELETE']) {
        const answer = await raw(
          server.url,
          `${method} ${proxy}/${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`,
        )
        assert.match(answer, /^HTTP\/1\.1 400 /, method)
        assert.match(answer, /INVALID_PARAMETER_VALUE|BAD_REQUEST/)
      }
      assert.deepEqual(
        readdirSync(server.artifactsDir).filter((name) => name !== '.incoming'),
        [],
      )
    })
  }

  it('refuse plain dots in the address too, which other clients would have taken out', async () => {
    writeFileSync(join(dir, 'secret'), 'secret')
    for (const path of ['../secret', '..//secret', 'a/../../secret']) {
      const answer = await raw(server.url, `GET ${proxy}/${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
      assert.match(answer, /^HTTP\/1\.1 4\d\d /)
      assert.doesNotMatch(answer, /\r\n\r\nsecret/)
    }
    symlinkSync(join(dir, 'secret'), join(server.artifactsDir, 'link'))
    assert.equal((await get(`${proxy}/link`)).status, 404)
  })

  it('leave nothing behind when the client hangs up in the middle', async () => {
    await put('whole', 'old')
    const request = `PUT ${proxy}/whole HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nhalf`
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1', () => {
        socket.write(request, () => setTimeout(() => socket.destroy(), 50))
      })
      socket.on('close', () => resolve())
    })
    for (let i = 0; i < 100 && readdirSync(join(server.artifactsDir, '.incoming')).length > 0; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.deepEqual(readdirSync(join(server.artifactsDir, '.incoming')), [])
    assert.equal(readFileSync(join(server.artifactsDir, 'whole'), 'utf8'), 'old')
    assert.deepEqual(server.defects, [])
  })

  it('say what stands in the way', async () => {
    await put('folder/file', 'x')
    const onto = await put('folder', 'x')
    assert.equal(onto.status, 400)
    assert.match(await onto.text(), /RESOURCE_ALREADY_EXISTS.*there is a folder of that name/)
    assert.equal((await get(`${proxy}/folder`)).status, 400)
    assert.equal((await get(`${proxy}/nothing`)).status, 404)
    assert.deepEqual(await (await get(`${proxy}?path=folder/file`)).json(), {})
    const gone = await fetch(`${server.url}${proxy}/folder`, { method: 'DELETE' })
    assert.equal(await gone.text(), '{}')
    assert.deepEqual(await (await get(proxy)).json(), {})
    assert.equal((await fetch(`${server.url}${proxy}/`, { method: 'DELETE' })).status, 400)
  })

  it('are served for runs that keep them here, and for no other place', async () => {
    const elsewhere = createExperiment(server.store, { name: 'e', artifactLocation: 'file:///etc', nowMs: 1 })
    createRun(server.store, { runId: 'there', experimentId: elsewhere, startMs: 1 })
    createRun(server.store, { runId: 'here', experimentId: '0', startMs: 1 })
    await put('0/here/artifacts/a.txt', 'x')
    assert.equal((await get('/get-artifact?run_id=here&path=a.txt')).status, 200)
    const answer = await get('/get-artifact?run_id=there&path=passwd')
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /not kept by Daybook but at 'file:\/\/\/etc/)
    assert.equal((await get('/api/2.0/mlflow/artifacts/list?run_id=there')).status, 400)
    const head = await fetch(`${server.url}/get-artifact?run_id=here&path=a.txt`, { method: 'HEAD' })
    assert.equal(head.headers.get('content-length'), '1')
  })
})

describe('artifacts on a full disk', function () {
  let mount: string
  let server: TestServer | undefined
  before(async function () {
    mount = mkdtempSync(join(tmpdir(), 'full-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount], { stdio: 'ignore' })
    } catch {
      skip(this, 'needs the right to mount a tmpfs (root)')
    }
    server = await startTestServer(mount)
  })
  after(async () => {
    await server?.close()
    if (server !== undefined) execFileSync('umount', [mount])
    rmSync(mount, { recursive: true, force: true })
  })

  it('are refused with a clear word and no half file, and the small ones go on', async () => {
    assert(server !== undefined)
    const { url, artifactsDir } = server
    const answer = await fetch(`${url}${proxy}/0/r/artifacts/large`, {
      method: 'PUT',
      body: Buffer.alloc(20_000_000),
    })
    assert.equal(answer.status, 507)
    const body = (await answer.json()) as { error_code: string; message: string }
    assert.equal(body.error_code, 'RESOURCE_EXHAUSTED')
    assert.match(body.message, /Cannot store the artifact "0\/r\/artifacts\/large": the disk is full/)
    assert.deepEqual(readdirSync(join(artifactsDir, '.incoming')), [])
    assert.equal(existsSync(join(artifactsDir, '0/r/artifacts/large')), false)
    const small = await fetch(`${url}${proxy}/0/r/artifacts/small`, { method: 'PUT', body: 'x' })
    assert.equal(small.status, 200)
  })
})

/** Sends bytes that no client library would let pass. */
function raw(url: string, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk.toString()
      if (/\r\n\r\n(\S|$)/.test(answer)) socket.end()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}
