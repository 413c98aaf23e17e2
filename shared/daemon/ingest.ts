import { basename, extname } from 'node:path'
import { moduleEvent, type ModuleEvent } from '../api/module_events.ts'
import type { Clock } from '../base/clock.ts'
import { metricBeside } from '../base/metric_name.ts'
import { ensureExperiment } from '../runs/experiment.ts'
import { readDataSource } from '../runs/data_source.ts'
import { logInputs } from '../runs/dataset.ts'
import { logBatch, ParamChangedError } from '../runs/logging.ts'
import { rollUpLateBaselines } from '../runs/roll_up.ts'
import { changeRun, getRun, insertRun } from '../runs/run.ts'
import { findRunInfo, type RunId } from '../runs/run_data.ts'
import type { Store } from '../store/store.ts'
import type { Capability } from './capability.ts'
import { beginExecution, cellOfExecution, endExecution, keepText } from './execution.ts'
import { redact } from './redact.ts'
import { takeStudyEvent } from './study/outside_study.ts'

/** What taking in events needs. */
export interface IngestParts {
  store: Store
  clock: Clock
  /** Whether new runs of this notebook are to be dropped. */
  isPaused(notebook: string | null): boolean
  /** Moves a file that the module left in the spool folder to its place among the run's artifacts. */
  keepArtifact(runId: RunId, path: string, spoolFile: string): void
  /** Moves a file that the module left in the spool folder among the copies of data. */
  keepData(sha256: string, spoolFile: string): void
  /** Told after a run was made through this capability. */
  runCreated(runId: RunId, capability: Capability, execution: string | null): void
  /** Told of the code of a cell as it begins. */
  cellBegins(code: string): void
  /** A data frame to look at. */
  frame(event: Extract<ModuleEvent, { type: 'frame' }>, capability: Capability): void
  /** Told once a chunk, which runs it touched. */
  runsTouched(ids: readonly RunId[]): void
  log(message: string): void
}

/**
 * Takes in lines of events from one kernel or script, in one transaction. A line that is broken (a spool file
 * may end in the middle of one) or that the store refuses is logged and passed over; the others count.
 * @returns how many events were accepted
 */
export function ingestEvents(parts: IngestParts, lines: string, capability: Capability): number {
  const touched = new Set<RunId>()
  let accepted = 0
  parts.store.transaction(() => {
    for (const line of lines.split('\n')) {
      if (line.trim() === '') continue
      try {
        parts.store.transaction(() => takeEvent(parts, parseEvent(line), capability, touched))
        accepted++
      } catch (error) {
        // A full disk is not the line's fault: the module must keep it.
        if ((error as { code?: string }).code === 'store_full') throw error
        parts.log(`event passed over: ${(error as Error).message}: ${line.slice(0, 200)}`)
      }
    }
  })
  parts.runsTouched([...touched])
  return accepted
}

function parseEvent(line: string): ModuleEvent {
  return moduleEvent.parse(JSON.parse(line))
}

function takeEvent(
  parts: IngestParts,
  event: ModuleEvent,
  capability: Capability,
  touched: Set<RunId>,
): void {
  const { store } = parts
  if ('run_id' in event) {
    // While a notebook is paused, its new runs are dropped, and with them all that follows about them.
    if (parts.isPaused(capability.notebook) && !runExists(store, event.run_id as RunId)) return
    touched.add(event.run_id as RunId)
  }
  switch (event.type) {
    case 'spool':
      return
    case 'cell_begin':
      parts.cellBegins(event.code)
      return beginExecution(store, capability.id, event)
    case 'cell_end':
      return endExecution(store, event)
    case 'run':
      return beginRun(parts, event, capability)
    case 'params':
      return logParams(parts, event.run_id, redactAll(event.params))
    case 'tags':
      return logBatch(store, event.run_id, { tags: redactAll(event.tags) })
    case 'metrics': {
      const metrics = event.rows.map(([key, value, step, at]) => ({ key, value, step, atMs: at }))
      logBatch(store, event.run_id, { metrics })
      const outer = metrics.some(({ key }) => metricBeside(key) !== null)
        ? rollUpLateBaselines(store, event.run_id)
        : null
      if (outer !== null) touched.add(outer)
      return
    }
    case 'dataset':
      return addDataset(parts, event)
    case 'frame':
      if (!parts.isPaused(capability.notebook)) parts.frame(event, capability)
      return
    case 'artifact':
      return parts.keepArtifact(event.run_id as RunId, event.path, event.file)
    case 'environment': {
      const hash = keepText(store, redact(JSON.stringify({ ...event, type: undefined }, null, 1)))
      store.run('UPDATE capability SET environment_hash = ? WHERE id = ?', hash, capability.id)
      return
    }
    case 'study':
    case 'study_trial':
    case 'study_end':
      return takeStudyEvent(store, event, capability.notebook ?? 'scripts')
    case 'run_end':
      return endRun(store, event)
  }
}

function beginRun(
  parts: IngestParts,
  event: Extract<ModuleEvent, { type: 'run' }>,
  capability: Capability,
): void {
  const { store } = parts
  const runId = event.run_id as RunId
  if (runExists(store, runId)) return
  const experiment = event.experiment ?? capability.notebook ?? 'scripts'
  const tags: Record<string, string> = { ...event.tags }
  const parent =
    event.parent_run_id ??
    (capability.kind === 'kernel' || capability.kind === 'trial' ? capability.runId : null)
  if (parent !== null && parent !== runId) tags['mlflow.parentRunId'] = parent
  if (event.execution != null) {
    tags['daybook.execution'] = event.execution
    const cell = cellOfExecution(store, event.execution)
    if (cell !== null) tags['daybook.cell'] = cell
  }
  const experimentId = ensureExperiment(store, experiment, parts.clock.nowMs())
  const name = event.name ?? cellName(store, event.execution ?? null, capability)
  insertRun(store, {
    runId,
    experimentId,
    startMs: event.at,
    tags,
    ...(name === null ? {} : { name }),
  })
  parts.runCreated(runId, capability, event.execution ?? null)
}

/** `income [3]`: the cell that ran as the third; null for what is no cell of a notebook. */
function cellName(store: Store, execution: string | null, { notebook }: Capability): string | null {
  if (execution === null || notebook === null) return null
  const count = store.get('SELECT execution_count FROM execution WHERE id = ?', execution)?.[
    'execution_count'
  ]
  return count == null ? null : `${basename(notebook, extname(notebook))} [${String(count)}]`
}

/**
 * Logs parameters. Processes of one run may not agree on one: its first value stays, the others of the event are kept
 * all the same, and the run says so, once a parameter.
 */
function logParams({ store, log }: IngestParts, runId: string, params: Record<string, string>): void {
  try {
    return logBatch(store, runId, { params })
  } catch (error) {
    if (!(error instanceof ParamChangedError)) throw error
    const clashing = new Set(error.conflicts.map(({ key }) => key))
    const others = Object.fromEntries(Object.entries(params).filter(([key]) => !clashing.has(key)))
    const told = getRun(store, runId).tags[warningTag]?.split('\n') ?? []
    const fresh = error.conflicts
      .map(({ key, old, new: other }) => ({
        key,
        text: `${mark(key)}"${old}"; "${other}" was logged later`,
      }))
      .filter(({ key }) => !told.some((line) => line.startsWith(mark(key))))
      .map(({ text }) => text)
    const warning = [...told, ...fresh].slice(0, 20).join('\n')
    logBatch(store, runId, { params: others, tags: { [warningTag]: warning } })
    for (const text of fresh) log(`run ${runId}: ${text}`)
  }
}

function mark(key: string): string {
  return `parameter ${key} is `
}

/** Where a run says what went wrong with what it logged, a line each. */
const warningTag = 'daybook.warning'

function endRun(store: Store, event: Extract<ModuleEvent, { type: 'run_end' }>): void {
  const runId = event.run_id as RunId
  const cost: [string, number | null | undefined][] = [
    ['daybook.wallMs', event.wall_ms],
    ['daybook.cpuMs', event.cpu_ms],
    ['daybook.peakRssBytes', event.peak_rss_bytes],
  ]
  const tags = Object.fromEntries(
    cost.flatMap(([key, value]) => (value == null ? [] : [[key, String(Math.round(value))]])),
  ) as Record<string, string>
  logBatch(store, runId, { tags })
  changeRun(store, runId, { status: event.status, endMs: event.at })
}

function addDataset(parts: IngestParts, event: Extract<ModuleEvent, { type: 'dataset' }>): void {
  const { sha256 } = readDataSource(event)
  if (event.file != null && sha256 !== null) parts.keepData(sha256, event.file)
  logInputs(parts.store, event.run_id, {
    datasets: [
      {
        name: event.name,
        digest: event.digest,
        sourceType: event.source_type,
        source: event.source,
        schema: asText(event.schema),
        profile: asText(event.profile),
        tags: event.context == null ? {} : { 'mlflow.data.context': event.context },
      },
    ],
  })
}

function runExists(store: Store, runId: RunId): boolean {
  return findRunInfo(store, runId) !== undefined
}

function redactAll(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, redact(value)]))
}

function asText(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return typeof value === 'string' ? value : JSON.stringify(value)
}
