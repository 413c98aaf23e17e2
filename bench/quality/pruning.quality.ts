import { join } from 'node:path'
import type { PrunerName } from '../../shared/tuning/pruner.ts'
import { cacheFolder } from '../../scripts/paths.mjs'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { run } from '../../scripts/run.mjs'
import type { QualityTable } from './quality.ts'
import { readCurves, studyWithPruner, type PrunedStudy } from './tuning/curves.ts'

const folder = join(cacheFolder, 'quality', 'curves')
const trials = 60
const workers = [1, 4]
/** Nothing ended early; the same with half the epochs; and as many trials as fit into these with pruning. */
const ways: readonly { pruner: PrunerName; trials: number; share: number }[] = [
  { pruner: 'none', trials, share: 1 },
  { pruner: 'none', trials, share: 0.5 },
  ...(['auto', 'hyperband', 'median'] as const).map((pruner) => ({ pruner, trials: 400, share: 0.5 })),
]

/**
 * What ending trials early is worth, on learning curves of real fits: 60 trials to the end, beside as many as half
 * the epochs allow, by the default sampler. DAYBOOK_SEEDS makes it shorter; curves are fitted once.
 */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  const seeds = Number(process.env.DAYBOOK_SEEDS ?? 20)
  const python = await cachedEnvironment('optuna-5', ['optuna==5.0.0', 'scipy', 'scikit-learn', 'torch'])
  tell('fitting curves of real models, once')
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' }
  const made = await run(python, [join(import.meta.dirname, 'tuning/curve_tables.py'), folder], { env })
  if (!made.ok) throw new Error(`The curves of real fits were not made:\n${made.output}`)
  const rows = readCurves(folder).flatMap((table) =>
    workers.flatMap((count) => {
      tell(`${table.name}, ${count} at a time`)
      const whole = trials * table.epochs
      return ways.map(({ pruner, trials: most, share }) => {
        const studies = Array.from({ length: seeds }, (_, seed) =>
          studyWithPruner(table, pruner, {
            trials: most,
            workers: count,
            seed: 1000 + seed,
            most: share * whole,
          }),
        )
        return [table.name, String(count), pruner, ...cells(studies, whole)]
      })
    }),
  )
  return [
    {
      title: `${trials} trials to the end, and half as many epochs with trials ended early, ${seeds} seeds`,
      columns: ['curves', 'at a time', 'pruner', 'regret at the end', 'share of epochs'],
      rows,
      note: "The regret is that of the best completed trial's last value: 0 is the best of the table, 1 the median.",
    },
  ]
}

function cells(studies: readonly PrunedStudy[], whole: number): string[] {
  const n = studies.length
  const regret = studies.reduce((sum, own) => sum + own.regret, 0) / n
  const spread = Math.sqrt(
    studies.reduce((sum, own) => sum + (own.regret - regret) ** 2, 0) / Math.max(n - 1, 1),
  )
  const epochs = studies.reduce((sum, own) => sum + own.epochs, 0) / n / whole
  return [
    `${regret.toFixed(4)} ±${((1.96 * spread) / Math.sqrt(n)).toFixed(4)}`,
    `${(100 * epochs).toFixed(0)} %`,
  ]
}
