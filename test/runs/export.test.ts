import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createExperiment } from '../../shared/runs/experiment.ts'
import { exportAll, type ExportSummary } from '../../shared/runs/export.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun, deleteRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

describe('exportAll()', () => {
  const held = eachWithStore()
  let artifactsDir: string
  let folder: string

  beforeEach(() => {
    artifactsDir = join(held.folder, 'artifacts')
    folder = join(held.folder, 'out')
    mkdirSync(artifactsDir)
  })

  const run = (): Promise<ExportSummary> => exportAll(held.store, { folder, artifactsDir })
  const text = (path: string): string => readFileSync(join(folder, path), 'utf8')

  it('writes a row a run with a column for whatever any run has', async () => {
    const experimentId = createExperiment(held.store, { name: 'with "quotes", and commas', nowMs: 0 })
    createRun(held.store, {
      runId: 'a',
      experimentId,
      name: 'x',
      userId: 'me',
      startMs: 0,
      tags: { note: 'two\nlines' },
    })
    createRun(held.store, { runId: 'b', experimentId: '0', name: 'y', startMs: 1000 })
    logBatch(held.store, 'a', {
      params: { depth: '3' },
      metrics: [{ key: 'acc', value: 0.5, step: 1, atMs: 2 }],
    })
    logBatch(held.store, 'b', { metrics: [{ key: 'acc', value: NaN, step: 2n ** 60n, atMs: 3 }] })
    deleteRun(held.store, 'b', 2000)
    const summary = await run()
    assert.equal(
      text('runs.csv'),
      'run_id,name,experiment,status,user,start,end,deleted,parent_run_id,params.depth,metrics.acc,tags.mlflow.runName,tags.note\n' +
        'a,x,"with ""quotes"", and commas",RUNNING,me,1970-01-01T00:00:00.000Z,,,,3,0.5,x,"two\nlines"\n' +
        'b,y,Default,RUNNING,unknown,1970-01-01T00:00:01.000Z,,1970-01-01T00:00:02.000Z,,,NaN,y,\n',
    )
    assert.equal(
      text('metrics.csv'),
      'run_id,metric,step,timestamp_ms,value\na,acc,1,2,0.5\nb,acc,1152921504606846976,3,NaN\n',
    )
    assert.deepEqual([summary.experiments, summary.runs, summary.metricRows], [2, 2, 2])
  })

  it('writes no file outside of its folder, whatever the names, and says what it left out', async () => {
    createRun(held.store, { runId: 'a', experimentId: '0', name: 'x', startMs: 0 })
    const names = [
      '../../evil',
      '/etc/evil',
      'a/../../b',
      '.',
      '..',
      'good',
      'g/o/o',
      'good/below',
      'x'.repeat(300),
    ]
    logBatch(held.store, 'a', { params: Object.fromEntries(names.map((name) => [name, 'v'])) })
    const { leftOut } = await run()
    assert.deepEqual(
      leftOut.map((each) => each.replace(/x{300}/, 'long')).sort(),
      ['".."', '"."', '"../../evil"', '"/etc/evil"', '"a/../../b"', '"good/below"', '"long"']
        .map((name) => `${name} of run a`)
        .sort(),
    )
    assert.equal(text('mlruns/0/a/params/good'), 'v')
    assert.equal(text('mlruns/0/a/params/g/o/o'), 'v')
  })

  it('may be repeated, and can be stopped', async () => {
    createRun(held.store, { runId: 'a', experimentId: '0', name: 'x', startMs: 0 })
    assert.deepEqual(await run(), await run())
    const signal = AbortSignal.abort()
    await assert.rejects(exportAll(held.store, { folder, artifactsDir, signal }), { name: 'AbortError' })
  })
})
