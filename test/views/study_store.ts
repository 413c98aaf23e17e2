import { seedRandom } from '../../shared/base/random.ts'
import { studySettings } from '../../shared/api/study_methods.ts'
import { ensureExperiment } from '../../shared/runs/experiment.ts'
import { createRun } from '../../shared/runs/run.ts'
import {
  saveReport,
  saveStudy,
  saveTrial,
  type StudyRecord,
  type TrialRecord,
} from '../../shared/daemon/study/study_record.ts'
import type { Store } from '../../shared/store/store.ts'

/** How a study for tests is made. */
export interface MadeStudy {
  id: string
  trials: number
  objectives?: { metric: string; mode: 'min' | 'max' }[]
  /** Reports of each trial. */
  steps?: number
}

const beganMs = 1_790_000_000_000

/**
 * Puts a study into the store as a daemon would have left it: log loss over a learning rate, a depth and a kind; a
 * part of the trials ended early, a part failed.
 */
export function putStudy(store: Store, { id, trials, objectives, steps = 0 }: MadeStudy): StudyRecord {
  const random = seedRandom(id)
  const goals = objectives ?? [{ metric: 'log_loss', mode: 'min' as const }]
  const experimentId = ensureExperiment(store, 'income.ipynb', beganMs)
  const run = createRun(store, { experimentId, startMs: beganMs, name: id, status: 'FINISHED' })
  const record: StudyRecord = {
    ...{ id, name: `income study ${id}`, notebook: 'income.ipynb', runId: run.id, state: 'finished' },
    settings: studySettings.parse({ objectives: goals, trials, seed: 3, pricePerHour: 2 }),
    createdMs: beganMs,
    endedMs: beganMs + (trials / 2) * 1000,
    progress: {
      space: {
        learning_rate: 'log(0.001,1)',
        max_depth: 'int(2,12)',
        kind: 'choice(gbtree,dart)',
        l2: 'log(0.000001,1)',
      },
      ...{ parallel: 2, cores: 1, seed: 3, asked: { parallel: 2, trials }, host: null, mode: 'fork' },
      ...{ why: null, sharedCells: 2, sharedSeconds: 3.1, devices: ['2 cores'], notes: [], failure: null },
      searched: true,
      plateau: { trial: Math.floor(trials * 0.7), says: 'no gain in the last 15 trials' },
    },
  }
  store.transaction(() => {
    saveStudy(store, record)
    for (let number = 0; number < trials; number++) {
      // As a search does: ever closer to the best, with some looks elsewhere.
      const near = number < 12 || random.next() < 0.2 ? 1 : 0.35
      const rate = Math.log10(0.08) + near * (random.next() - 0.5) * 3
      const learningRate = 10 ** Math.min(0, Math.max(-3, rate))
      const depth = 2 + random.below(11)
      const kind = random.next() < 0.6 ? 'gbtree' : 'dart'
      const loss =
        0.27 +
        0.02 * Math.log10(learningRate / 0.08) ** 2 +
        0.0007 * (depth - 6) ** 2 +
        (kind === 'dart' ? 0.006 : 0) +
        0.002 * random.next()
      const state = number % 11 === 7 ? 'pruned' : number % 41 === 40 ? 'failed' : 'complete'
      const startedMs = beganMs + Math.floor(number / 2) * 1000 + (number % 2) * 90
      const trial: TrialRecord = {
        ...{ number, role: 'search', repeatOf: null, state, ended: number, saw: Math.max(0, number - 1) },
        point: { learning_rate: learningRate, max_depth: depth, kind, l2: 10 ** (-6 * random.next()) },
        values:
          state === 'complete'
            ? goals.map((_goal, index) => (index === 0 ? loss : depth * 0.4 + random.next()))
            : [],
        reports: [],
        enqueued: number === 0,
        runId: run.id,
        says:
          number === 0
            ? "the notebook's own values"
            : state === 'pruned'
              ? 'worse than the median at step 6'
              : 'expected to add 2.1 %',
        failure:
          state === 'failed'
            ? { cell: 2, name: 'ValueError', message: 'depth <b>too</b> large', traceback: [] }
            : null,
        startedMs,
        endedMs: startedMs + 600 + random.below(300),
        ...{ cpuMs: 700, peakRssBytes: 3e8, gpu: null, attempts: [] },
      }
      saveTrial(store, id, trial)
      const last = state === 'pruned' ? Math.ceil(steps / 2) : steps
      for (let step = 0; step < last; step++) {
        saveReport(store, id, number, { step, value: loss + 0.4 / (step + 1) + 0.01 * random.next() })
      }
    }
  })
  return record
}
