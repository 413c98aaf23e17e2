import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { StudySummary, StudyTrial } from '../shared/api/study_methods.ts'
import { cachedEnvironment } from '../scripts/python.mjs'
import { timeMs, type BenchRow } from './bench.ts'

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

/** How many trials are run; peers that take long for one run fewer, and the time of one counts. */
const trials = 100
const papermillTrials = 3
const rayTrials = 20

/** Three seconds of imports and loading, then a tenth of a second of the processor a trial. */
const cells = [
  'rate = 0.5',
  'import time\nbegan = time.perf_counter()\nimport pandas as pd\nfrom sklearn.ensemble import RandomForestClassifier\n' +
    'time.sleep(max(0.0, 3.0 - (time.perf_counter() - began)))',
  'until = time.process_time() + 0.1\ntotal = 0.0\nwhile time.process_time() < until: total += rate * rate\n' +
    'score = -(rate - 0.3) ** 2',
  'try:\n    import daybook\n    daybook.log(score=score)\nexcept ModuleNotFoundError:\n    pass',
]

/** Many short trials of a notebook, beside what others make of them, in one run on one machine. */
export async function bench(): Promise<readonly BenchRow[]> {
  const python = await cachedEnvironment('trials-peers', [
    'optuna==5.0.0',
    'joblib',
    'pandas',
    'scikit-learn',
    'pyarrow',
    'ipyparallel',
    'papermill==2.7.0',
    'ipykernel==7.4.0',
  ])
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'b-')))
  symlinkSync(join(root, '.venv'), join(folder, '.venv'))
  const notebook = join(folder, 'short.ipynb')
  writeFileSync(notebook, JSON.stringify(notebookOf(cells)))
  const daybook = (...args: string[]) =>
    run(process.execPath, [join(root, 'bin', 'daybook.mjs'), ...args], { cwd: folder, maxBuffer: 1e9 })
  try {
    const tuned = await daybook(
      ...[
        'tune',
        notebook,
        '--metric',
        'score:max',
        '--space',
        'rate=float(0,1)',
        '--trials',
        String(trials),
      ],
      ...['--parallel', '2', '--sampler', 'random', '--seed', '1', '--json'],
    )
    const study = JSON.parse(tuned.stdout) as StudySummary & { allTrials: StudyTrial[] }
    const oursS = searchSeconds(study)
    const wholeS = ((study.endedAtMs ?? 0) - study.createdAtMs) / 1000
    const papermillMs = await timeMs(() => byPapermill(python, folder, notebook))
    const rows: BenchRow[] = [
      {
        what: `trials: ${trials} of 0.1 s after 3 s of loading, from command to end`,
        ours: { value: wholeS, unit: 's' },
        peer: {
          name: `papermill, one by one (${papermillTrials} run)`,
          value: (papermillMs / 1000 / papermillTrials) * trials,
          unit: 's',
        },
        aim: 'at most a 20th',
        reached: wholeS * 20 <= (papermillMs / 1000 / papermillTrials) * trials,
      },
      {
        what: 'trials: what one costs beyond its training, two at a time',
        ours: { value: ((oursS - trials * 0.05) / trials) * 2 * 1000, unit: 'ms' },
        aim: 'below 50 ms',
        reached: ((oursS - trials * 0.05) / trials) * 2 < 0.05,
      },
    ]
    for (const peer of ['optuna', 'ipyparallel']) {
      const { seconds } = await byPeer(python, peer, trials)
      rows.push({
        what: `trials: ${trials} of 0.1 s, loading apart`,
        ours: { value: oursS, unit: 's' },
        peer: { name: peer === 'optuna' ? 'joblib + Optuna' : peer, value: seconds, unit: 's' },
        aim: 'not slower',
        reached: oursS <= seconds,
      })
    }
    const { seconds } = await byPeer(await rayTune(), 'ray', rayTrials)
    rows.push({
      what: `trials: ${trials} of 0.1 s, loading apart`,
      ours: { value: oursS, unit: 's' },
      peer: {
        name: `Ray Tune (${rayTrials} run, with its loading)`,
        value: (seconds / rayTrials) * trials,
        unit: 's',
      },
      aim: 'not slower',
      reached: oursS <= (seconds / rayTrials) * trials,
    })
    return rows
  } finally {
    await daybook('stop', '--all')
    rmSync(folder, { recursive: true, force: true })
  }
}

/** From the first trial's beginning to the last one's end: what a study takes once it has loaded. */
export function searchSeconds({ allTrials }: { allTrials: StudyTrial[] }): number {
  const begins = allTrials.map(({ startedAtMs }) => startedAtMs ?? Infinity)
  return (Math.max(...allTrials.map(({ endedAtMs }) => endedAtMs ?? 0)) - Math.min(...begins)) / 1000
}

async function byPapermill(python: string, folder: string, notebook: string): Promise<void> {
  const spec = join(folder, 'kernels', 'bench')
  mkdirSync(spec, { recursive: true })
  const argv = [python, '-m', 'ipykernel_launcher', '-f', '{connection_file}']
  writeFileSync(
    join(spec, 'kernel.json'),
    JSON.stringify({ argv, display_name: 'bench', language: 'python' }),
  )
  const env = { ...process.env, JUPYTER_PATH: folder }
  for (let i = 0; i < papermillTrials; i++) {
    const args = [
      '-m',
      'papermill',
      '-k',
      'bench',
      '-p',
      'rate',
      String(i / 10),
      notebook,
      join(folder, 'out.ipynb'),
    ]
    await run(python, args, { cwd: folder, env })
  }
}

/** A Python with Ray Tune. */
export function rayTune(): Promise<string> {
  return cachedEnvironment('ray-tune', ['ray[tune]==2.58.0', 'pandas', 'scikit-learn', 'pyarrow'])
}

/** What a peer of `trials_peer.py` takes for so many trials. */
export async function byPeer(python: string, peer: string, count: number): Promise<{ seconds: number }> {
  const script = join(import.meta.dirname, 'trials_peer.py')
  const { stdout } = await run(python, [script, peer, String(count)], { cwd: import.meta.dirname })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { seconds: number }
}

/** A notebook of these cells, the first one with the parameters. */
export function notebookOf(sources: readonly string[]): unknown {
  return {
    cells: sources.map((source, i) => ({
      ...{ cell_type: 'code', id: `cell-${i}`, source, outputs: [], execution_count: null },
      metadata: i === 0 ? { tags: ['parameters'] } : {},
    })),
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    nbformat: 4,
    nbformat_minor: 5,
  }
}
