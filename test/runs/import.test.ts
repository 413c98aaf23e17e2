import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { importRuns, openImportSource, type ImportSummary } from '../../shared/runs/import.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { deleteRun, getRun } from '../../shared/runs/run.ts'
import { searchRuns } from '../../shared/runs/search.ts'
import { eachWithStore } from './store.ts'

describe('openImportSource() and importRuns()', () => {
  const held = eachWithStore()
  const write = (path: string, text: string): string => {
    const full = join(held.folder, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
    return full
  }
  const take = async (source: string): Promise<ImportSummary> => {
    const from = openImportSource(source)
    try {
      return await importRuns(held.store, from, { artifactsDir: join(held.folder, 'artifacts'), nowMs: 5 })
    } finally {
      from.close()
    }
  }
  const mlruns = (): string => {
    write('mlruns/7/meta.yaml', 'experiment_id: 7\nname: seven\nlifecycle_stage: active\n')
    const run = 'mlruns/7/0123456789abcdef0123456789abcdef'
    write(
      `${run}/meta.yaml`,
      "run_id: 0123456789abcdef0123456789abcdef\nstatus: 3\nstart_time: 5\nend_time: 9\nuser_id: me\nrun_name: 'on'\n",
    )
    write(`${run}/params/a/b`, 'x')
    write(`${run}/metrics/m`, '1 nan 0\n2 -inf 1\n3 0.5\n4 1 9007199254740993\n')
    write(`${run}/tags/mlflow.note`, 'two\nlines')
    write(`${run}/artifacts/deep/a.txt`, 'hello')
    return join(held.folder, 'mlruns')
  }

  it('takes over a folder of MLflow as old and new versions write it', async () => {
    const summary = await take(mlruns())
    assert.deepEqual(
      { ...summary, what: '' },
      {
        what: '',
        experiments: 1,
        added: 1,
        known: 0,
        metricRows: 4,
        artifactFiles: 1,
        artifactBytes: 5,
        problems: [],
      },
    )
    const [run] = searchRuns(held.store, { experimentIds: null }).runs
    assert.equal(run?.name, 'on')
    assert.equal(run.status, 'FINISHED')
    assert.equal(run.artifactUri, `mlflow-artifacts:/1/${run.id}/artifacts`)
    assert.deepEqual(run.params, { 'a/b': 'x' })
    assert.deepEqual(run.metrics['m'], {
      value: 1,
      step: 9007199254740993n,
      atMs: 4,
      min: -Number.MAX_VALUE,
      max: 1,
    })
  })

  it('leaves alone what was put into the trash here, and tells of what was changed', async () => {
    const source = mlruns()
    await take(source)
    const id = '0123456789abcdef0123456789abcdef'
    logBatch(held.store, id, { tags: { 'mlflow.note': 'mine' } })
    write(`mlruns/7/${id}/params/a/b`, 'another')
    assert.deepEqual((await take(source)).problems, [
      `Cannot change parameters of run ${id}: a/b is "x", not "another"`,
    ])
    deleteRun(held.store, id, 7)
    assert.deepEqual((await take(source)).problems, [])
    assert.equal(getRun(held.store, id).deletedMs, 7)
  })

  it('copies no folder that is not the run’s own, whatever a file says', async () => {
    const source = mlruns()
    write('secret/id_rsa', 'key')
    write(
      'mlruns/7/11111111111111111111111111111111/meta.yaml',
      `run_id: '11111111111111111111111111111111'\nstart_time: 1\nartifact_uri: file://${held.folder}/secret\n`,
    )
    const { artifactFiles, added } = await take(source)
    assert.deepEqual([added, artifactFiles], [2, 1])
  })

  it('keeps the address of artifacts in a store of their own', async () => {
    const source = mlruns()
    const id = '22222222222222222222222222222222'
    write(
      `mlruns/7/${id}/meta.yaml`,
      `run_id: '${id}'\nstart_time: 1\nartifact_uri: s3://bucket/${id}/artifacts\n`,
    )
    const { problems } = await take(source)
    assert.deepEqual(problems, [`The artifacts of run ${id} stay at s3://bucket/${id}/artifacts`])
    assert.equal(getRun(held.store, id).artifactUri, `s3://bucket/${id}/artifacts`)
  })

  it('says what is wrong with a source', async () => {
    const refuse = async (source: string, message: RegExp): Promise<void> => {
      await assert.rejects(() => take(source), { code: 'import_failed', message })
    }
    await refuse(join(held.folder, 'none'), /^There is nothing at/)
    mkdirSync(join(held.folder, 'empty'))
    await refuse(join(held.folder, 'empty'), /^There are no experiments in/)
    await refuse(
      write('text.db', 'no database at all, but long enough to be looked at'.repeat(20)),
      /is no database of MLflow$/,
    )
    const other = new DatabaseSync(join(held.folder, 'other.db'))
    other.exec('CREATE TABLE runs (a)')
    other.close()
    await refuse(join(held.folder, 'other.db'), /is no database of MLflow$/)
    await refuse('http://127.0.0.1:9', /^Cannot reach http:\/\/127\.0\.0\.1:9: /)
    const broken = mlruns()
    write('mlruns/7/0123456789abcdef0123456789abcdef/metrics/m', 'one two three\n')
    await refuse(broken, /"one two three" is no value of a metric$/)
    write('mlruns/7/meta.yaml', 'name: [')
    await refuse(broken, /meta.yaml": it is not what MLflow writes$/)
  })

  it('says that a server answers something else than MLflow', async () => {
    const server = createServer((_request, response) => response.end('<html>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    await assert.rejects(() => take(url), {
      code: 'import_failed',
      message: /^Cannot understand the answer of/,
    })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
})
