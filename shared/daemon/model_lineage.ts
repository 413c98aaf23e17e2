import { RunNotFoundError, getRun } from '../runs/run.ts'
import type { Run } from '../runs/run_data.ts'
import { findRunArtifact } from '../runs/run_artifact.ts'
import { resolveModelSource } from '../models/model_source.ts'
import type { Store } from '../store/store.ts'

/** What a model was made from, by files and names. */
export interface Lineage {
  run: string | null
  notebook: string | null
  cell: string | null
  execution: string | null
  /** What it learned from, and rows it was judged on: Parquet files among the run's artifacts. */
  training: string | null
  test: string | null
  target: string
  prediction: string
}

/** Where a run keeps the rows that its model learned from, and those it was judged on. */
export const backgroundPaths = { training: 'daybook/training.parquet', test: 'daybook/test.parquet' } as const

/** The run behind a model, its notebook and cell, and the rows it kept. Nothing is known of a model without a run. */
export function lineageOf(store: Store, artifactsDir: string, modelUri: string): Lineage {
  const run = runOfModel(store, modelUri)
  if (run === null) return { ...nothing }
  const tags = run.tags
  const file = (path: string): string | null => findRunArtifact({ artifactsDir, run }, path)
  return {
    run: run.id,
    notebook: tags['daybook.notebook'] ?? parentTag(store, run, 'daybook.notebook'),
    cell: tags['daybook.cell'] ?? null,
    execution: tags['daybook.execution'] ?? null,
    training: file(backgroundPaths.training),
    test: file(backgroundPaths.test),
    target: tags['daybook.target'] ?? 'target',
    prediction: tags['daybook.prediction'] ?? 'prediction',
  }
}

const nothing: Lineage = {
  run: null,
  notebook: null,
  cell: null,
  execution: null,
  training: null,
  test: null,
  target: 'target',
  prediction: 'prediction',
}

/** The run that made a model, by its address. */
export function runOfModel(store: Store, modelUri: string): Run | null {
  try {
    const id =
      /^runs:\/+([0-9a-f]{32})(\/|$)/.exec(modelUri)?.[1] ??
      resolveModelSource(store, { source: modelUri }).runId
    return id === undefined ? null : getRun(store, id)
  } catch (error) {
    if (error instanceof RunNotFoundError) return null
    // A model that was deleted, or one of another place.
    return null
  }
}

function parentTag(store: Store, run: Run, tag: string): string | null {
  return run.parentId === null ? null : (getRun(store, run.parentId).tags[tag] ?? null)
}
