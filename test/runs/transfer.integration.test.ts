import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { exportAll } from '../../shared/runs/export.ts'
import { importRuns, openImportSource, type ImportSummary } from '../../shared/runs/import.ts'
import { openStore, type Store } from '../../shared/store/store.ts'
import { startTestServer } from '../daemon/mlflow/server.ts'
import { skip } from '../skip.ts'

const python = join(import.meta.dirname, '../../.venv/bin/python')
const script = join(import.meta.dirname, 'mlflow_data.py')

describe('importRuns() and exportAll() with the real MLflow at the other end', function () {
  this.timeout(300_000)
  let folder: string
  const open: Store[] = []

  before(function () {
    if (!existsSync(python)) skip(this, 'mlflow is not in .venv: npm run setup puts it there')
    folder = mkdtempSync(join(tmpdir(), 'daybook-transfer-'))
  })

  afterEach(() => {
    for (const store of open.splice(0)) store.close()
  })

  after(() => rmSync(folder, { recursive: true, force: true }))

  const place = (name: string): string => {
    const path = join(folder, name)
    mkdirSync(path, { recursive: true })
    return path
  }
  const newStore = (name: string): Store => {
    const store = openStore(join(place(name), 'daybook.db'))
    open.push(store)
    return store
  }
  const take = async (store: Store, name: string, source: string): Promise<ImportSummary> => {
    const from = openImportSource(source)
    try {
      return await importRuns(store, from, { artifactsDir: place(`${name}/artifacts`), nowMs: 5 })
    } finally {
      from.close()
    }
  }
  const write = async (store: Store, name: string): Promise<string> => {
    const out = join(folder, name, 'out')
    const { leftOut, files } = await exportAll(store, {
      folder: out,
      artifactsDir: place(`${name}/artifacts`),
    })
    assert.deepEqual(leftOut, [])
    return pathToFileURL(files.mlruns).href
  }

  it('takes over an mlflow.db, then a server that holds the same, and MLflow reads the same from what is written', async () => {
    const home = place('database')
    const uri = `sqlite:///${join(home, 'mlflow.db')}`
    await mlflow('fill', uri, home)
    const expected = await mlflow('dump', uri)

    const store = newStore('first')
    const summary = await take(store, 'first', join(home, 'mlflow.db'))
    assert.deepEqual(summary.problems, [])
    assert.deepEqual([summary.added, summary.known, summary.metricRows, summary.artifactFiles], [3, 0, 55, 3])
    assert.deepEqual(await mlflow('dump', await write(store, 'first')), expected)

    // Once more: nothing is doubled.
    const again = await take(store, 'first', join(home, 'mlflow.db'))
    assert.deepEqual([again.added, again.known, again.artifactFiles], [0, 3, 0])
    assert.equal(store.get('SELECT count(*) AS n FROM metric')?.['n'], 55)

    const served = place('served')
    const server = await startTestServer(served)
    try {
      await importRuns(server.store, openImportSource(join(home, 'mlflow.db')), {
        artifactsDir: place('served/artifacts'),
        nowMs: 5,
      })
      const copy = newStore('second')
      const taken = await take(copy, 'second', server.url)
      assert.deepEqual([taken.added, taken.metricRows, taken.artifactFiles, taken.problems], [3, 55, 3, []])
      assert.deepEqual(await mlflow('dump', await write(copy, 'second')), expected)
    } finally {
      await server.close()
    }
  })

  it('takes over an mlruns folder, and MLflow reads the same from what is written', async () => {
    const home = place('files')
    const uri = pathToFileURL(join(home, 'mlruns')).href
    await mlflow('fill', uri, home)
    const expected = await mlflow('dump', uri)
    const store = newStore('third')
    const summary = await take(store, 'third', join(home, 'mlruns'))
    assert.deepEqual(summary.problems, [])
    assert.deepEqual([summary.added, summary.metricRows, summary.artifactFiles], [3, 55, 3])
    assert.deepEqual(await mlflow('dump', await write(store, 'third')), expected)
  })
})

async function mlflow(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(python, [script, ...args], { maxBuffer: 50_000_000 })
  return stdout === '' ? null : JSON.parse(stdout)
}
