import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { StudySummary, StudyTrial } from '../../../shared/api/study_methods.ts'
import { openStore } from '../../../shared/store/store.ts'
import { makeDaemonProject, type DaemonProject } from '../project.ts'
import { until } from '../../until.ts'

type Tuned = StudySummary & { allTrials: StudyTrial[] }

const slow = [
  'x = 1',
  'import daybook, os, time\nopen("pids", "a").write(f"{os.getpid()}\\n")',
  'time.sleep(0.6)\ndaybook.log(loss=x)',
]

describe('a study under faults', function () {
  this.timeout(240_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())
  const tune = (...args: string[]): Promise<Tuned> =>
    project.json<Tuned>(['tune', ...args, '--metric', 'loss', '--seed', '1', '--parallel', '2'])
  const space = ['--space', 'x=float(0,10)']

  /** Every trial has an end and a value, each number once, and nothing is left open in the store. */
  function assertWhole(study: Tuned, trials: number): void {
    assert.equal(study.state, 'finished')
    assert.deepEqual(
      study.allTrials.map(({ number, state }) => [number, state]),
      Array.from({ length: trials }, (_, number) => [number, 'complete']),
    )
    const store = openStore(join(project.root, '.daybook', 'daybook.db'), { readOnly: true })
    const open = store.all("SELECT id FROM study_attempt WHERE state IN ('queued', 'running')")
    const runs = store.all("SELECT id FROM run WHERE status = 'RUNNING'")
    store.close()
    assert.deepEqual([open, runs], [[], []])
  }

  it('tries a trial again whose process was killed, and tells one that fails each time from the others', async () => {
    const path = project.notebook(
      'dies.ipynb',
      [
        'x = 1.0',
        'import daybook, os, signal',
        'mark = f"died-{x}"\nif not os.path.exists(mark):\n' +
          '    open(mark, "w").close()\n    os.kill(os.getpid(), signal.SIGKILL)\n' +
          'if x > 9.5: os._exit(3)\ndaybook.log(loss=x)',
      ],
      { parameters: true },
    )
    // Below what the cell cannot bear, whatever the sampler proposes.
    const study = await tune(path, '--space', 'x=float(0,9)', '--trials', '4')
    assertWhole(study, 4)
    assert.ok(study.allTrials.every(({ attempts }) => attempts === 2))
    assert.ok(study.notes.some((note) => /was tried again: its process was ended from outside/.test(note)))
    const never = await tune(
      path,
      '--space',
      'x=float(9.6,10)',
      '--trials',
      '2',
      '--retries',
      '2',
      '-p',
      'seed=1',
    )
    assert.equal(never.trials.failed, 1, "all but the notebook's own value")
    const failure = never.allTrials.find(({ state }) => state === 'failed')?.failure
    assert.match(failure?.message ?? '', /ended from outside or crashed \(exit code 3\)/)
  })

  it('goes on after kill -9 of the daemon, with the trials that ran on', async () => {
    const path = project.notebook('slow.ipynb', slow, { parameters: true })
    rmSync(join(project.root, 'pids'), { force: true })
    const ending = tune(path, ...space, '--trials', '10')
    // The cells that all trials share have been run, so trials run from now on, for some three seconds.
    await until(() => Promise.resolve(lines('pids').length > 0))
    for (let kills = 0; kills < 2; kills++) {
      await new Promise((resolve) => setTimeout(resolve, 1200))
      await project.killDaemon()
    }
    const study = await ending
    assertWhole(study, 10)
    assert.equal(lines('pids').length, 1, 'the process that ran the shared cells was found again')
  })

  it('goes on after kill -9 of the process that trials are forked from, and of its host', async () => {
    const path = join(project.root, 'slow.ipynb')
    const ending = tune(path, ...space, '--trials', '10')
    await killWhenThere(() => Number(lines('pids')[1]))
    await killWhenThere(() => hostOf(project))
    assertWhole(await ending, 10)
    assert.ok(lines('pids').length >= 4, 'the shared cells were run again')
  })

  it('ends what runs when it is cancelled, keeps what is complete, and pauses in between', async () => {
    const path = join(project.root, 'slow.ipynb')
    const client = await project.client()
    const begun = await client.call('studies.start', {
      notebook: path,
      settings: { space: { x: 'float(0,10)' }, objectives: [{ metric: 'loss', mode: 'min' }], parallel: 2 },
    })
    const now = (): Promise<StudySummary> => client.call('studies.get', { id: begun.id })
    await until(async () => (await now()).trials.complete >= 2)
    await client.call('studies.change', { id: begun.id, to: 'pause' })
    await until(async () => (await now()).trials.running === 0)
    const paused = await now()
    await new Promise((resolve) => setTimeout(resolve, 800))
    assert.deepEqual((await now()).trials, paused.trials)
    await client.call('studies.change', { id: begun.id, to: 'resume' })
    // No point that a search for the least loss would come upon by itself.
    await client.call('studies.enqueue', { id: begun.id, point: { x: 7.125 } })
    await until(async () => {
      const { trials } = await client.call('studies.trials', { id: begun.id, order: 'newest' })
      return trials.some(({ point, state }) => point['x'] === 7.125 && state === 'complete')
    })
    await client.call('studies.change', { id: begun.id, to: 'cancel' })
    await until(async () => (await now()).endedAtMs !== null)
    const ended = await now()
    assert.equal(ended.state, 'cancelled')
    assert.equal(ended.trials.running + ended.trials.queued, 0)
    client.close()
  })

  it('ends trials beyond their memory or time, told apart, and those of a hungry notebook one by one', async () => {
    const path = project.notebook(
      'hungry.ipynb',
      [
        'x = 1',
        'import daybook, time',
        'if x == 2: block = bytearray(600_000_000); block[::4096] = b"x" * len(block[::4096]); time.sleep(30)\n' +
          'if x == 3: time.sleep(60)\n' +
          'if x == 4: raise MemoryError("no more")\n' +
          'daybook.log(loss=x)',
      ],
      { parameters: true },
    )
    const limits = ['--trial-memory', '500', '--trial-timeout', '4s']
    const study = await tune(path, '--space', 'x=int(1,4)', '--trials', '4', ...limits)
    const told = study.allTrials.map(({ point, failure }) => [point['x'], failure?.message ?? ''] as const)
    const of = (x: number): string => told.find(([value]) => value === x)?.[1] ?? 'not tried'
    assert.match(of(2), /more memory than its limit/)
    assert.match(of(3), /longer than its time limit/)
    assert.match(of(4), /no more/)
    assert.equal(of(1), '')
  })

  it('does not fork after threads were started, and says so; where the notebook needs IPython it takes kernels', async () => {
    const threads = project.notebook(
      'threads.ipynb',
      [
        'x = 1.0',
        'import daybook, threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()',
        'daybook.log(loss=x)',
      ],
      { parameters: true },
    )
    const prepared = await tune(threads, ...space, '--trials', '4')
    assertWhole(prepared, 4)
    assert.equal(prepared.how.mode, 'prepared')
    assert.match(prepared.how.why ?? '', /left threads running/)
    const magic = project.notebook(
      'magic.ipynb',
      ['x = 1.0', 'import daybook\nshell = get_ipython()', 'daybook.log(loss=x)'],
      { parameters: true },
    )
    const kernels = await tune(magic, ...space, '--trials', '2')
    assertWhole(kernels, 2)
    assert.equal(kernels.how.mode, 'kernel')
    assert.match(kernels.how.why ?? '', /get_ipython/)
  })

  it('says which of the shared cells failed, and how', async () => {
    const path = project.notebook('shared.ipynb', ['x = 1', 'open("nowhere.csv")', 'print(x)'], {
      parameters: true,
    })
    const { code, stdout } = await project.daybook(['tune', path, '--metric', 'loss'])
    assert.equal(code, 1)
    assert.match(stdout, /Cell 2, which all trials share, failed with FileNotFoundError: .*nowhere\.csv/)
  })

  function lines(name: string): string[] {
    const path = join(project.root, name)
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
  }
})

function hostOf(project: DaemonProject): number {
  const store = openStore(join(project.root, '.daybook', 'daybook.db'), { readOnly: true })
  const row = store.get("SELECT progress FROM study WHERE state = 'running'")
  store.close()
  const progress = JSON.parse((row?.['progress'] ?? '{}') as string) as { host?: { pid?: number } }
  return progress.host?.pid ?? NaN
}

async function killWhenThere(find: () => number): Promise<void> {
  await until(() => Promise.resolve(find() > 1))
  await new Promise((resolve) => setTimeout(resolve, 700))
  process.kill(find(), 'SIGKILL')
}
