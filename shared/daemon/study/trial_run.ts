import type { Clock } from '../../base/clock.ts'
import { injectParameters } from '../../notebook/parameters.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import { latestValues, valuesAfter } from '../../runs/history.ts'
import { logBatch } from '../../runs/logging.ts'
import { rollUp } from '../../runs/roll_up.ts'
import { changeRun, insertRun } from '../../runs/run.ts'
import { findRunInfo } from '../../runs/run_data.ts'
import { writeRunArtifact } from '../../runs/run_artifact.ts'
import type { Store } from '../../store/store.ts'
import type { Report } from '../../tuning/trial.ts'
import { grantCapability, getCapability, type Capability } from '../capability.ts'
import type { Capture } from '../capture.ts'
import { redact } from '../redact.ts'
import { executedNotebook } from './trial_notebook.ts'
import type { StudyRecord, TrialRecord } from './study_record.ts'

/** What trials' runs need. */
export interface TrialRunParts {
  store: Store
  clock: Clock
  capture: Capture
  artifactsDir: string
  /** The experiment of the study's run. */
  experimentId: string
}

/** A parameter's value as a run records it, as Python writes it. */
export function recordedValue(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (value === null) return 'None'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a trial's run says of where it belongs. */
export function trialTags(study: StudyRecord, trial: TrialRecord): Record<string, string> {
  return {
    'mlflow.parentRunId': study.runId,
    'daybook.kind': 'trial',
    'daybook.study': study.id,
    'daybook.trial': String(trial.number),
    'daybook.notebook': study.notebook,
    'mlflow.source.name': study.notebook,
    'mlflow.source.type': 'NOTEBOOK',
  }
}

/** Makes the run that everything of one trial goes into, nested in the study's. */
export function createTrialRun(parts: TrialRunParts, study: StudyRecord, trial: TrialRecord): string {
  const nowMs = parts.clock.nowMs()
  const id = insertRun(parts.store, {
    experimentId: parts.experimentId,
    name:
      trial.repeatOf === null ? `trial ${trial.number}` : `trial ${trial.repeatOf} again (${trial.number})`,
    startMs: nowMs,
    tags: trialTags(study, trial),
  })
  const given = { ...study.settings.parameters, ...trial.point }
  const params = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, recordedValue(value)]))
  logBatch(parts.store, id, { params })
  return id
}

/** The right of one attempt to log into its trial's run. What the study's host told of its surroundings counts. */
export function grantTrial(
  parts: TrialRunParts,
  { runId, notebook, host }: { runId: string; notebook: string; host: string | null },
): Capability {
  const { store, clock, capture } = parts
  const capability = grantCapability(store, { kind: 'trial', runId, notebook }, clock.nowMs())
  if (host !== null) {
    store.run(
      'UPDATE capability SET environment_hash = (SELECT environment_hash FROM capability WHERE id = ?) WHERE id = ?',
      host,
      capability.id,
    )
  }
  capture.runCreated(runId as Parameters<Capture['runCreated']>[0], capability, null)
  return capability
}

/** What a run has logged of a metric beyond a step, in the order of steps; NaN is left out. */
export function newReports(store: Store, runId: string, metric: string, after: number): Report[] {
  return valuesAfter(store, { runId, key: metric }, after)
}

/** The values of the objectives as the run has them at its end, or what is wrong with them. */
export function readObjectives(
  store: Store,
  runId: string,
  metrics: readonly string[],
): { values: number[] } | { missing: string } {
  rollUp(store, runId)
  const logged = latestValues(store, runId)
  const values: number[] = []
  for (const metric of metrics) {
    const value = logged.get(metric)
    if (value === undefined) {
      const names = [...logged.keys()].sort()
      const there = names.length === 0 ? 'it logged nothing' : `it logged ${names.slice(0, 12).join(', ')}`
      return { missing: `the trial did not log "${metric}": ${there}` }
    }
    if (Number.isNaN(value)) return { missing: `"${metric}" is not a number (NaN)` }
    values.push(value)
  }
  return { values }
}

/** Ends the run of a trial as the trial ended. */
export function endTrialRun(
  { store, clock, capture }: TrialRunParts,
  trial: TrialRecord,
  capabilityId: string | null,
): void {
  if (trial.runId === null) return
  const tags: Record<string, string> = {}
  if (trial.failure !== null) {
    tags['daybook.error'] = redact(`${trial.failure.name}: ${trial.failure.message}`.slice(0, 4000))
  }
  if (trial.state === 'pruned') tags['daybook.pruned'] = trial.says ?? 'yes'
  if (trial.startedMs !== null && trial.endedMs !== null) {
    tags['daybook.wallMs'] = String(trial.endedMs - trial.startedMs)
  }
  if (trial.cpuMs !== null) tags['daybook.cpuMs'] = String(Math.round(trial.cpuMs))
  if (trial.peakRssBytes !== null) tags['daybook.peakRssBytes'] = String(trial.peakRssBytes)
  const status = { complete: 'FINISHED', pruned: 'FINISHED', failed: 'FAILED' } as const
  logBatch(store, trial.runId, { tags })
  changeRun(store, trial.runId, {
    status: trial.state in status ? status[trial.state as 'complete'] : 'KILLED',
    endMs: trial.endedMs ?? clock.nowMs(),
  })
  if (capabilityId !== null && getCapability(store, capabilityId) !== null) {
    capture.runsTouched([trial.runId as Parameters<Capture['runsTouched']>[0][number]])
  }
}

/** Keeps the notebook as the trial executed it among its run's artifacts. */
export function keepTrialNotebook(
  parts: TrialRunParts,
  runId: string,
  executed: { original: NotebookDocument; values: Record<string, unknown>; shown: readonly string[] },
): void {
  const { store, artifactsDir } = parts
  const run = findRunInfo(store, runId)
  if (run === undefined) return
  const given = injectParameters(executed.original, executed.values)
  const text = executedNotebook(executed.original, given.document, executed.shown)
  writeRunArtifact({ store, artifactsDir, run }, 'notebook.ipynb', text)
}

/** Ends the run of a study: its metrics and parameters are those of the best trial. */
export function endStudyRun(store: Store, record: StudyRecord, best: TrialRecord | null): void {
  const endMs = record.endedMs ?? record.createdMs
  const metrics = record.settings.objectives.flatMap(({ metric }, at) => {
    const value = best?.values[at]
    return value === undefined ? [] : { key: metric, value, step: 0, atMs: endMs }
  })
  const tags: Record<string, string> = {}
  if (best?.runId != null) tags['daybook.best'] = best.runId
  if (record.progress.failure !== null) tags['daybook.error'] = redact(record.progress.failure.slice(0, 4000))
  const params = Object.fromEntries(
    Object.entries(best?.point ?? {}).map(([key, value]) => [key, recordedValue(value)]),
  )
  logBatch(store, record.runId, { metrics, tags, params })
  const status = { finished: 'FINISHED', failed: 'FAILED', cancelled: 'KILLED' } as const
  changeRun(store, record.runId, { status: status[record.state as 'finished'], endMs })
}
