import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { importModels, openModelSource, type ImportedModels } from '../../shared/models/import_models.ts'
import { importRuns, openImportSource } from '../../shared/runs/import.ts'
import { startTestServer, type TestServer } from '../daemon/mlflow/server.ts'
import { skip } from '../skip.ts'

const python = join(import.meta.dirname, '../../.venv/bin/python')
const script = join(import.meta.dirname, '../runs/mlflow_data.py')

describe('importModels() with the real MLflow at the other end', function () {
  this.timeout(300_000)
  let folder: string
  const servers: TestServer[] = []
  before(function () {
    if (!existsSync(python)) skip(this, 'mlflow is not in .venv: npm run setup puts it there')
    folder = mkdtempSync(join(tmpdir(), 'daybook-models-'))
  })
  after(async () => {
    for (const server of servers) await server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function serve(name: string): Promise<TestServer> {
    const server = await startTestServer(join(folder, name))
    servers.push(server)
    return server
  }
  async function take({ store, artifactsDir }: TestServer, from: string): Promise<ImportedModels> {
    const wish = { artifactsDir, nowMs: 5 }
    const runs = openImportSource(from)
    await importRuns(store, runs, wish)
    runs.close()
    const models = openModelSource(from)
    try {
      return await importModels(store, models, wish)
    } finally {
      models.close()
    }
  }

  it('takes over all models of an mlflow.db, then of a server that holds the same, with their files', async () => {
    const home = join(folder, 'database')
    mkdirSync(home)
    const uri = `sqlite:///${join(home, 'mlflow.db')}`
    await mlflow('fill-models', uri, home)
    const expected = await mlflow('dump-models', uri)
    const first = await serve('first')
    const done = await take(first, join(home, 'mlflow.db'))
    // The third file is one that MLflow's own download, by which its models are looked at here, writes beside them.
    assert.deepEqual(
      [done.logged, done.registered, done.versions, done.artifactFiles, done.problems],
      [2, 3, 2, 3, []],
    )
    assert.deepEqual(await mlflow('dump-models', first.url), expected)

    // The number of a version that was deleted there is not given again here either.
    assert.equal(
      first.store.get("SELECT last_version FROM registered_model WHERE name = 'census'")?.['last_version'],
      3,
    )
    const again = await take(first, join(home, 'mlflow.db'))
    assert.deepEqual([again.versions, again.artifactFiles], [2, 0])
    const rows = (table: string): unknown => first.store.get(`SELECT count(*) AS n FROM ${table}`)?.['n']
    assert.deepEqual(['logged_model', 'logged_model_metric', 'model_version'].map(rows), [2, 1, 2])

    const second = await serve('second')
    assert.equal((await take(second, first.url)).versions, 2)
    assert.deepEqual(await mlflow('dump-models', second.url), expected)
    assert.deepEqual([...first.defects, ...second.defects], [])
  })

  it('takes over all models of an mlruns folder', async () => {
    const home = join(folder, 'files')
    mkdirSync(home)
    const uri = pathToFileURL(join(home, 'mlruns')).href
    await mlflow('fill-models', uri, home)
    const expected = await mlflow('dump-models', uri)
    const server = await serve('third')
    await take(server, join(home, 'mlruns'))
    assert.deepEqual(await mlflow('dump-models', server.url), expected)
  })

  it('leaves a version alone that is another one here, and says so', async () => {
    const server = await serve('other')
    await take(server, join(folder, 'database', 'mlflow.db'))
    server.store.run("UPDATE model_version SET source = 'runs:/x/y' WHERE version = 1")
    const { problems } = await take(server, join(folder, 'database', 'mlflow.db'))
    assert.ok(problems.some((problem) => problem.includes('Version 1 of "census" is another one here')))
    assert.equal(
      server.store.get('SELECT source FROM model_version WHERE version = 1')?.['source'],
      'runs:/x/y',
    )
  })
})

async function mlflow(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(python, [script, ...args], { maxBuffer: 50_000_000 })
  return stdout === '' ? null : JSON.parse(stdout)
}
