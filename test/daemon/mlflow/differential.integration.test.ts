import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Step } from './differential_step.ts'
import { skip } from '../../skip.ts'
import { registrySteps } from './differential_registry.ts'
import { steps } from './differential_steps.ts'
import { startTestServer, type TestServer } from './server.ts'

const mlflow = join(import.meta.dirname, '../../../.venv/bin/mlflow')

describe("Daybook's MLflow API beside MLflow's own server", function () {
  this.timeout(400_000)
  let folder: string
  let ours: TestServer
  let peer: ChildProcess | undefined
  let peerUrl: string

  before(async function () {
    if (!existsSync(mlflow)) skip(this, 'mlflow is not in .venv: npm run setup puts it there')
    folder = mkdtempSync(join(tmpdir(), 'daybook-differential-'))
    ours = await startTestServer(folder)
    const port = await freePort()
    peerUrl = `http://127.0.0.1:${port}`
    const store = `sqlite:///${join(folder, 'mlflow.db')}`
    const args = ['server', '--backend-store-uri', store, '--artifacts-destination', join(folder, 'peer')]
    peer = spawn(mlflow, [...args, '--port', String(port), '--workers', '1'], {
      cwd: folder,
      stdio: 'ignore',
      detached: true,
    })
    await untilUp(peerUrl)
  })

  after(async () => {
    // Its workers are processes of their own: the whole group has to go.
    if (peer?.pid !== undefined) process.kill(-peer.pid, 'SIGKILL')
    await ours.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('answers a long list of requests as MLflow does', async () => {
    const here = newSide(ours.url)
    const there = newSide(peerUrl)
    const differences: string[] = []
    for (const [i, step] of [...steps, ...registrySteps].entries()) {
      const [mine, theirs] = await Promise.all([ask(here, step), ask(there, step)])
      try {
        assert.deepEqual(mine, theirs)
      } catch (error) {
        const asked = JSON.stringify(step.send).slice(0, 300)
        differences.push(`${i} ${step.method} ${step.path} ${asked}\n${(error as Error).message}`)
      }
    }
    assert.deepEqual(ours.defects, [])
    assert.equal(differences.length, 0, differences.join('\n\n'))
  })
})

/** One of the two servers, with what its answers gave. */
interface Side {
  url: string
  known: Map<string, string>
}

function newSide(url: string): Side {
  return { url, known: new Map() }
}

async function ask(side: Side, step: Step): Promise<unknown> {
  const send = fillIn(step.send, side.known) as Record<string, unknown>
  // What only MLflow's own pages ask for it serves under another prefix alone.
  const prefix = /bulk|datasets/.test(step.path) ? 'ajax-api' : 'api'
  const address = `${side.url}/${prefix}/2.0/mlflow/${String(fillIn(step.path, side.known))}`
  const response =
    step.method === 'GET'
      ? await fetch(`${address}?${query(send).toString()}`)
      : await fetch(address, {
          method: step.method,
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(send),
        })
  const body = await response.text()
  // Where MLflow's server fails, it answers with a page of HTML.
  if (!body.startsWith('{')) return { status: response.status, text: body.slice(0, 200) }
  const answer = JSON.parse(body) as Record<string, unknown>
  for (const [name, path] of Object.entries(step.save ?? {})) {
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], answer)
    if (typeof value === 'string') side.known.set(name, value)
  }
  if (response.status !== 200 && step.compare === 'status') return { status: response.status }
  if (response.status !== 200 && step.compare === 'code')
    return { status: response.status, code: answer['error_code'] }
  return { status: response.status, answer: normalize(answer, side.known) }
}

function query(send: Record<string, unknown>): URLSearchParams {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(send)) {
    for (const each of Array.isArray(value) ? (value as unknown[]) : [value]) params.append(key, String(each))
  }
  return params
}

function fillIn(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    return value.replace(/\$([a-z][a-z0-9]*)/g, (whole, name: string) => known.get(name) ?? whole)
  }
  if (Array.isArray(value)) return value.map((each) => fillIn(each, known))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillIn(each, known)]))
}

/** An answer without what may differ: ids by name, times of the servers' clocks, order of pairs, what is empty. */
function normalize(value: unknown, known: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    let text = value
    for (const [name, id] of known) if (id.length > 5) text = text.replaceAll(id, `$${name}`)
    if (text.length > 1000) return `${text.slice(0, 10)}… of ${text.length}`
    // What we add to MLflow's words: what to do about it.
    return text.replace(/ (`daybook runs`|Restore the|Choose another).*$/, '').replace(/\.+$/, '')
  }
  if (Array.isArray(value)) {
    const items = value.map((each) => normalize(each, known))
    const keyed = items.every(
      (item) =>
        typeof item === 'object' &&
        item !== null &&
        'key' in item &&
        !('run_id' in item) &&
        !(
          'timestamp' in item &&
          items.length > 1 &&
          new Set(items.map((each) => (each as { key: string }).key)).size < items.length
        ),
    )
    return keyed ? items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items
  }
  if (typeof value !== 'object' || value === null) return value
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(value).sort()) {
    // Newer versions of MLflow add a class and a number to each error; nobody reads them.
    // MLflow's search leaves out which models went into a run.
    if (['workspace', 'error_class', 'sqlstate', 'model_inputs'].includes(key)) continue
    const each = (value as Record<string, unknown>)[key]
    if (/^(creation|last_updated?)_time/.test(key)) result[key] = typeof each
    else if (key === 'next_page_token') result[key] = typeof each
    // MLflow's search of versions leaves their aliases out; a model's latest versions stand in any order.
    else if (key === 'model_versions') result[key] = normalize(withoutAliases(each), known)
    else if (key === 'latest_versions') result[key] = inOrder(normalize(each, known))
    else {
      const plain = normalize(each, known)
      const empty = typeof plain === 'object' && plain !== null && Object.keys(plain).length === 0
      if (!empty) result[key] = plain
    }
  }
  return result
}

function withoutAliases(versions: unknown): unknown {
  return (versions as Record<string, unknown>[]).map((version) => ({ ...version, aliases: undefined }))
}

function inOrder(items: unknown): unknown {
  return (items as unknown[]).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function untilUp(url: string): Promise<void> {
  const give = Date.now() + 200_000
  while (Date.now() < give) {
    try {
      if ((await fetch(`${url}/health`)).ok) return
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new Error(`Cannot reach MLflow's server at ${url}`)
}
