import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunDetail } from '../../../shared/api/run_methods.ts'
import type { StudySummary, StudyTrial } from '../../../shared/api/study_methods.ts'
import { freePort } from '../../../shared/daemon/identity.ts'
import { skip } from '../../skip.ts'
import { makeDaemonProject, type DaemonProject } from '../project.ts'
import { askSummary } from './followed_study.ts'
import { until as untilWithin } from '../../until.ts'
import { prepareRay, type RayCluster } from './ray_cluster.ts'

type Tuned = StudySummary & { allTrials: StudyTrial[] }

const cells = ['x = 1', 'import daybook, os, time', 'time.sleep(0.7)\ndaybook.log(loss=x)']

describe('a study on a Ray cluster', function () {
  this.timeout(300_000)
  let project: DaemonProject
  let cluster: RayCluster
  const closing: (() => Promise<void>)[] = []
  before(async function () {
    if (process.platform !== 'linux') skip(this, 'the test finds the processes of a cluster in /proc')
    const prepared = await prepareRay().catch((error: unknown) => (error as Error).message)
    if (typeof prepared === 'string') return skip(this, `Ray cannot be installed: ${prepared}`)
    cluster = prepared
    closing.push(() => cluster.close())
    await cluster.start()
    // Sooner than for people: a test is not to wait for minutes.
    Object.assign(process.env, { DAYBOOK_SILENT_S: '30', DAYBOOK_JOIN_S: '25' })
    project = makeDaemonProject()
    closing.push(() => project.close())
  })
  after(async () => {
    for (const close of closing.splice(0).reverse()) await close()
    delete process.env['DAYBOOK_SILENT_S']
    delete process.env['DAYBOOK_JOIN_S']
  })

  it('runs a worker on each node with its part of a GPU, and keeps what trials log here', async () => {
    project.file('data.csv', 'a\n7\n')
    const path = project.notebook(
      'there.ipynb',
      [
        'x = 1.0',
        'import os, daybook, time\nbase = int(open("data.csv").read().split()[1])',
        'time.sleep(0.3)\ndaybook.log(loss=base + x)',
        'print("gpu", os.environ.get("CUDA_VISIBLE_DEVICES"))\ndaybook.artifact(b"made there", "note.txt")',
      ],
      { parameters: true },
    )
    const study = await project.json<Tuned>([
      ...['tune', path, '--metric', 'loss:min', '--space', 'x=float(0,10)', '--trials', '8', '--seed', '1'],
      ...['--pruner', 'none', '--gpu', '1', '--on', cluster.address],
    ])
    assert.equal(study.state, 'finished')
    assert.equal(study.trials.complete, 8)
    assert.equal(study.parallel, 2)
    assert.match(
      study.how.devices.join(),
      /^Ray 2\.58\.0 at 127\.0\.0\.1:\d+, 2 CPUs and 2 GPUs on 2 nodes \(2 at a time\)$/,
    )
    const run = await project.json<RunDetail>(['show', study.best?.runId ?? ''])
    assert.equal(run.metrics['loss'], 7 + Number(run.params['x']))
    assert.ok(run.artifacts.some(({ path }) => path === 'note.txt'))
    const shown = readFileSync(
      join(project.root, '.daybook', 'artifacts', '1', run.id, 'artifacts', 'notebook.ipynb'),
      'utf8',
    )
    assert.match(shown, /gpu 0/)
    await until(async () =>
      (await cluster.jobs()).every(({ status }) => status === 'SUCCEEDED' || status === 'STOPPED'),
    )
  })

  it('goes on after kill -9 of the daemon, and after the head was lost and has come back', async () => {
    const path = project.notebook('slow.ipynb', cells, { parameters: true })
    const id = await start(path, { trials: 24 })
    await until(async () => (await summary(id)).trials.complete >= 3)
    await project.killDaemon()
    await until(async () => (await summary(id)).trials.complete >= 7)
    assert.deepEqual((await summary(id)).notes, [], 'workers were found again, with their trials')
    await cluster.kill()
    await cluster.start()
    await until(async () => (await summary(id)).endedAtMs !== null)
    const ended = await summary(id)
    assert.equal(ended.state, 'finished', ended.failure ?? '')
    assert.equal(ended.trials.complete, 24)
    assert.ok(
      ended.notes.some((note) => /its trial is tried again/.test(note)),
      ended.notes.join(),
    )
  })

  it('is cancelled with its jobs', async () => {
    const id = await start(project.notebook('slow.ipynb', cells, { parameters: true }), {})
    await until(async () => (await summary(id)).trials.complete > 0)
    const client = await project.client()
    await client.call('studies.change', { id, to: 'cancel' })
    client.close()
    await until(async () => (await summary(id)).endedAtMs !== null)
    assert.equal((await summary(id)).state, 'cancelled')
    await until(async () =>
      (await cluster.jobs()).every(({ status }) => status !== 'RUNNING' && status !== 'PENDING'),
    )
  })

  it('says what can never be placed, and where workers cannot reach this machine', async () => {
    const path = project.notebook('slow.ipynb', cells, { parameters: true })
    const tune = ['tune', path, '--metric', 'loss:min', '--space', 'x=float(0,10)', '--on', cluster.address]
    const never = await project.daybook([...tune, '--cores', '5'])
    assert.equal(never.code, 1)
    assert.match(
      never.stdout,
      /No worker on \S+ has joined in 25 seconds: each asks for 5 CPU, and \S+ has 2 CPUs and 2 GPUs/,
    )
    project.file(
      'daybook.yaml',
      `workers: {listen: 127.0.0.1:${await freePort()}, advertise: 127.0.0.1:${await freePort()}}\n`,
    )
    const away = await project.daybook(tune)
    assert.equal(away.code, 1)
    assert.match(
      away.stdout,
      /cannot reach this machine at https:\/\/127\.0\.0\.1:\d+: .*refused.*workers: \{listen/i,
    )
  })

  async function start(notebook: string, more: { trials?: number }): Promise<string> {
    const client = await project.client()
    const settings = {
      ...{ space: { x: 'float(0,10)' }, objectives: [{ metric: 'loss', mode: 'min' as const }], seed: 1 },
      ...{ on: [cluster.address], ...more },
    }
    const { id } = await client.call('studies.start', { notebook, settings })
    client.close()
    return id
  }

  const patienceMs = 150_000
  const until = (holds: () => Promise<boolean>) => untilWithin(holds, { everyMs: 100, patienceMs })
  const summary = (id: string) => askSummary(project, id)
})
