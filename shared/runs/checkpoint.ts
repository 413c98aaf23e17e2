import type { Store } from '../store/store.ts'
import { listArtifacts } from './artifact.ts'
import { joinArtifactPath, parseArtifactPath, type ArtifactPath } from './artifact_path.ts'
import { metricHistory } from './history.ts'
import { guessDirection, isBetter } from './metric_direction.ts'
import type { Run } from './run_data.ts'
import { runArtifactPath } from './run_artifact.ts'

/** One state of a model in the course of its training. */
interface Checkpoint {
  path: ArtifactPath
  /** Which checkpoints are one series: folder and name without its number. */
  series: string
  step: number
}

/**
 * Checkpoints of a run that are neither the last nor the best of their series. A checkpoint is a file or folder
 * whose name says so and has a number (`checkpoint-500`, `epoch_3`, `epoch=3.ckpt`). Best is the one at the best value of the run's
 * validation metric; where no metric has a value at the checkpoints' steps, nothing is spare.
 */
export function spareCheckpoints(where: { store: Store; artifactsDir: string; run: Run }): ArtifactPath[] {
  const root = runArtifactPath(where, '')
  const found = new Map<string, Checkpoint[]>()
  for (const folder of ['', 'checkpoints', 'checkpoint', 'model/checkpoints'].map(parseArtifactPath)) {
    for (const { path } of listArtifacts(where.artifactsDir, joinArtifactPath(root, folder))) {
      const checkpoint = readCheckpoint(path)
      if (checkpoint === null) continue
      found.set(checkpoint.series, [...(found.get(checkpoint.series) ?? []), checkpoint])
    }
  }
  return [...found.values()].flatMap((series) => spareOf(where.store, where.run, series))
}

/** What a path says of a checkpoint; null if it names none. Only the last number of the name counts as its step. */
export function readCheckpoint(path: ArtifactPath): Checkpoint | null {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const match = /^(?:.*[-_=])?(?:checkpoint|ckpt|epoch|step)[-_=]?(\d+)(?:\.[a-z0-9]+)?$/i.exec(name)
  if (match?.[1] === undefined || /best|last|latest|final/i.test(name)) return null
  return { path, series: path.replace(/\d+(?=(\.[a-z0-9]+)?$)/i, '#'), step: Number(match[1]) }
}

function spareOf(store: Store, run: Run, series: Checkpoint[]): ArtifactPath[] {
  if (series.length < 3) return []
  const best = bestStep(store, run, series)
  if (best === null) return []
  const last = Math.max(...series.map(({ step }) => step))
  return series.filter(({ step }) => step !== last && step !== best).map(({ path }) => path)
}

/** The checkpoint's step at which the most telling metric was best; null if none has values at all these steps. */
function bestStep(store: Store, run: Run, series: readonly Checkpoint[]): number | null {
  for (const key of Object.keys(run.metrics).sort(byTelling)) {
    const better = guessDirection(key)
    if (better === null) continue
    const points = metricHistory(store, { runId: run.id, key }).points
    const values = new Map(points.map(({ step, value }) => [Number(step), value]))
    const scored = series.flatMap(({ step }) => {
      const value = values.get(step)
      return value === undefined || Number.isNaN(value) ? [] : [{ step, value }]
    })
    if (scored.length < series.length) continue
    return scored.reduce((a, b) => (isBetter(better, b.value, a.value) ? b : a)).step
  }
  return null
}

/** What was measured on held-out data tells more than what was measured in training. */
function byTelling(a: string, b: string): number {
  return Number(heldOut.test(b)) - Number(heldOut.test(a)) || (a < b ? -1 : 1)
}

const heldOut = /val|eval|test|dev/i
