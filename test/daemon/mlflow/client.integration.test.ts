import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRouter } from '../../../shared/daemon/mlflow/router.ts'
import { mlflowRoutes } from '../../../shared/daemon/mlflow/routes.ts'
import { skip } from '../../skip.ts'
import { startTestServer, type TestServer } from './server.ts'

const python = join(import.meta.dirname, '../../../.venv/bin/python')
const script = join(import.meta.dirname, 'client_checks.py')
const checks = ['client_checks.py', 'client_artifact_checks.py']
  .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
  .flatMap((text) => [...text.matchAll(/^def check_(\w+)/gm)].map((match) => match[1] ?? ''))

describe('the unmodified MLflow client', function () {
  this.timeout(300_000)
  let server: TestServer
  let folder: string
  const failures = new Map<string, string | null>()

  before(async function () {
    if (!existsSync(python)) skip(this, 'there is no .venv: npm run setup makes it')
    folder = mkdtempSync(join(tmpdir(), 'daybook-client-'))
    server = await startTestServer(folder)
    const output = await run(python, [script, `${server.url}/k/capability`], folder)
    for (const line of output.split('\n').filter((each) => each.startsWith('{'))) {
      const { check, failure } = JSON.parse(line) as { check: string; failure: string | null }
      failures.set(check, failure)
    }
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  for (const check of checks) {
    it(`finds what it expects: ${check.replaceAll('_', ' ')}`, () => {
      assert(failures.has(check), 'the checks ended before this one')
      const failure = failures.get(check)
      assert.equal(failure, null, failure ?? '')
    })
  }

  it('has called every endpoint', () => {
    const router = createRouter(mlflowRoutes)
    const called = new Set(
      server.requests.map((request) => {
        const [method = '', path = ''] = request.split(' ')
        return router.find(method, path.replace('/ajax-api/', '/api/'))?.route
      }),
    )
    const missed = mlflowRoutes.filter((route) => !called.has(route))
    assert.deepEqual(
      missed.map((route) => `${route.method} ${route.path}`),
      [],
    )
  })

  it('has met no defect', () => assert.deepEqual(server.defects, []))
})

function run(command: string, args: readonly string[], folder: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, HOME: folder, MPLCONFIGDIR: folder, MPLBACKEND: 'agg' }
    const child = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', () => resolve(output))
  })
}
