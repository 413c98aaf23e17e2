import type { Store } from '../store/store.ts'
import { listArtifacts } from './artifact.ts'
import { artifactName, type ArtifactPath } from './artifact_path.ts'
import { metricHistory } from './history.ts'
import { guessDirection, isBetter } from './metric_direction.ts'
import type { Run } from './run_data.ts'

/** A file or folder of a training's state at some step or epoch. */
interface Checkpoint {
  path: ArtifactPath
  /** The step or epoch in its name. */
  number: number
  /** Which of its numbers that is: `step`, `epoch`, `checkpoint`. */
  unit: string
  /** The watched value in its name, as in `epoch=2-val_loss=0.31.ckpt`. */
  named: { key: string; value: number } | null
}

/**
 * The checkpoints of a run that are neither the last nor the best of their folder. A checkpoint is a file or
 * folder with a step or epoch in its name, as Lightning, Keras and Hugging Face write them. Which is the best
 * stands in their names or in the metrics logged at that step or epoch; where neither tells, none is spare.
 */
export function spareCheckpoints(
  store: Store,
  artifactsDir: string,
  { run, root }: { run: Run; root: ArtifactPath },
): ArtifactPath[] {
  const spare: ArtifactPath[] = []
  const open: ArtifactPath[] = [root]
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const entries = listArtifacts(artifactsDir, folder)
    const found = entries.map(({ path }) => readCheckpoint(path)).filter((each) => each !== null)
    const inside = new Set(found.map((each) => each.path))
    for (const entry of entries) if (entry.isDir && !inside.has(entry.path)) open.push(entry.path)
    for (const unit of new Set(found.map((each) => each.unit))) {
      spare.push(
        ...spareOf(
          store,
          run,
          found.filter((each) => each.unit === unit),
        ),
      )
    }
  }
  return spare.sort()
}

/** Reads a name such as `checkpoint-500`, `epoch=3-step=900.ckpt`, `epoch_2`, `weights.05-0.31.h5`. */
function readCheckpoint(path: ArtifactPath): Checkpoint | null {
  const name = artifactName(path)
  const match = /(?:^|[^a-z])(epoch|step|checkpoint|ckpt|iter|weights)[-_=. ]?(\d+)/i.exec(name)
  const unit = match?.[1]?.toLowerCase()
  if (match === null || unit === undefined) return null
  const named = /([a-z_]*(?:loss|acc|accuracy|f1|auc|error|rmse|mae|score)[a-z_]*)=(-?\d+(?:\.\d+)?)/i.exec(
    name,
  )
  return {
    path,
    unit,
    number: Number(match[2]),
    named: named?.[1] === undefined ? null : { key: named[1], value: Number(named[2]) },
  }
}

function spareOf(store: Store, run: Run, checkpoints: readonly Checkpoint[]): ArtifactPath[] {
  if (checkpoints.length < 3) return []
  const last = Math.max(...checkpoints.map((each) => each.number))
  const best = bestByName(checkpoints) ?? bestByHistory(store, run, checkpoints)
  if (best === null) return []
  return checkpoints.filter((each) => each.number !== last && each !== best).map((each) => each.path)
}

function bestByName(checkpoints: readonly Checkpoint[]): Checkpoint | null {
  const key = checkpoints[0]?.named?.key
  const direction = key === undefined ? null : guessDirection(key)
  if (direction === null || checkpoints.some((each) => each.named?.key !== key)) return null
  return bestOf(checkpoints, direction, (each) => each.named?.value ?? NaN)
}

/** The checkpoint at whose step or epoch a validation metric was best. The first metric that was logged at all of them counts. */
function bestByHistory(store: Store, run: Run, checkpoints: readonly Checkpoint[]): Checkpoint | null {
  const keys = Object.keys(run.metrics).filter((key) => /^(val|valid|validation|eval)[_/ ]/i.test(key))
  for (const key of keys.sort((a, b) => Number(/loss/.test(b)) - Number(/loss/.test(a)))) {
    const direction = guessDirection(key)
    if (direction === null) continue
    const byStep = new Map<number, number>()
    for (const point of metricHistory(store, { runId: run.id, key }).points) {
      byStep.set(Number(point.step), point.value)
    }
    if (!checkpoints.every((each) => byStep.has(each.number))) continue
    return bestOf(checkpoints, direction, (each) => byStep.get(each.number) ?? NaN)
  }
  return null
}

/** NaN is worse than any number; of equals the first. */
function bestOf(
  checkpoints: readonly Checkpoint[],
  direction: 'lower' | 'higher',
  valueOf: (checkpoint: Checkpoint) => number,
): Checkpoint | null {
  let best: Checkpoint | null = null
  for (const each of checkpoints) {
    if (Number.isNaN(valueOf(each))) continue
    if (best === null || isBetter(direction, valueOf(each), valueOf(best))) best = each
  }
  return best
}
