import type { Row, Store } from '../store/store.ts'
import type { ExperimentId } from './experiment.ts'
import { int64Column, readInt64, type Int64 } from './int64.ts'

/** Id of a run: 32 hexadecimal digits, or what another tool gave (`[a-zA-Z0-9][\w-]{0,255}`). */
export type RunId = string & { readonly brand: 'RunId' }

/** Where a run is in its life. Any may follow any: a client that comes back may open a finished run again. */
export type RunStatus = 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED'

/** What there is of a metric without its history. */
export interface LatestMetric {
  /** The value with the largest (step, time, value); may be NaN. */
  value: number
  step: Int64
  atMs: Int64
  /** Smallest and largest value so far; null while there were only NaN. */
  min: number | null
  max: number | null
}

/** A data set as a run used it. */
export interface DatasetInput {
  name: string
  digest: string
  sourceType: string
  /** Where it is, as JSON or plain text, whatever the source type says. */
  source: string
  /** JSON, or null. */
  schema: string | null
  profile: string | null
  /** What it was used for stands in `mlflow.data.context`. */
  tags: Record<string, string>
}

/** A run without what was logged to it. */
export interface RunInfo {
  id: RunId
  experimentId: ExperimentId
  name: string
  userId: string
  status: RunStatus
  startMs: number
  endMs: number | null
  /** When it was put into the trash; null while it is active. */
  deletedMs: number | null
  artifactUri: string
  parentId: RunId | null
}

/** One execution that trained, logged or saved something, with all it logged but the histories of its metrics. */
export interface Run extends RunInfo {
  params: Record<string, string>
  tags: Record<string, string>
  metrics: Record<string, LatestMetric>
  datasets: DatasetInput[]
  /** Ids of logged models that went in. */
  modelInputs: string[]
  /** Logged models that came out. */
  modelOutputs: { modelId: string; step: Int64 }[]
}

/** A run without what was logged to it: one look at the store instead of six. Undefined if there is no such run. */
export function findRunInfo(store: Store, runId: string): RunInfo | undefined {
  const row = store.get('SELECT * FROM run WHERE id = ?', runId)
  return row === undefined ? undefined : readInfo(row)
}

/** The runs with these numbers, in this order; numbers without a run are left out. */
export function loadRuns(store: Store, seqs: readonly number[]): Run[] {
  const wanted = JSON.stringify(seqs)
  const bySeq = new Map<number, Run>()
  for (const row of store.all(`SELECT * FROM run WHERE seq IN (${each})`, wanted)) {
    bySeq.set(row['seq'] as number, readRun(row))
  }
  fillTexts(store, wanted, bySeq)
  fillMetrics(store, wanted, bySeq)
  fillDatasets(store, wanted, bySeq)
  fillModels(store, wanted, bySeq)
  return seqs.map((seq) => bySeq.get(seq)).filter((run) => run !== undefined)
}

/** All runs, deleted ones too, in the order in which they were made. */
export function* allRuns(store: Store): Generator<Run> {
  for (let after = 0; ;) {
    const rows = store.all('SELECT seq FROM run WHERE seq > ? ORDER BY seq LIMIT 200', after)
    const last = rows.at(-1)?.['seq']
    if (last === undefined) return
    yield* loadRuns(
      store,
      rows.map((row) => row['seq'] as number),
    )
    after = last as number
  }
}

const each = 'SELECT value FROM json_each(?)'

function readInfo(row: Row): RunInfo {
  return {
    id: row['id'] as RunId,
    experimentId: String(row['experiment_id']) as ExperimentId,
    name: row['name'] as string,
    userId: row['user_id'] as string,
    status: row['status'] as RunStatus,
    startMs: row['started_ms'] as number,
    endMs: row['ended_ms'] as number | null,
    deletedMs: row['deleted_ms'] as number | null,
    artifactUri: row['artifact_uri'] as string,
    parentId: row['parent_id'] as RunId | null,
  }
}

function readRun(row: Row): Run {
  const nothing = { params: {}, tags: {}, metrics: {}, datasets: [], modelInputs: [], modelOutputs: [] }
  return { ...readInfo(row), ...nothing }
}

function fillTexts(store: Store, wanted: string, bySeq: ReadonlyMap<number, Run>): void {
  for (const table of ['param', 'tag'] as const) {
    const sql = `SELECT t.run, k.name, t.value FROM ${table} t JOIN key_name k ON k.id = t.key WHERE t.run IN (${each})`
    for (const [seq, name, value] of store.lists(sql, wanted)) {
      const run = bySeq.get(seq as number)
      if (run !== undefined) put(table === 'param' ? run.params : run.tags, name as string, value as string)
    }
  }
}

function fillMetrics(store: Store, wanted: string, bySeq: ReadonlyMap<number, Run>): void {
  const sql = `SELECT m.run, k.name, m.value, m.is_nan, m.min_value, m.max_value,
      ${int64Column('m.step', 'step')}, ${int64Column('m.at_ms', 'at_ms')}
    FROM latest_metric m JOIN key_name k ON k.id = m.key WHERE m.run IN (${each})`
  for (const [seq, name, value, isNan, min, max, step, atMs] of store.lists(sql, wanted)) {
    const run = bySeq.get(seq as number)
    if (run === undefined) continue
    put(run.metrics, name as string, {
      value: isNan === 1 ? NaN : (value as number),
      step: readInt64(step),
      atMs: readInt64(atMs),
      min: min as number | null,
      max: max as number | null,
    })
  }
}

function fillDatasets(store: Store, wanted: string, bySeq: ReadonlyMap<number, Run>): void {
  const inputs = new Map<number, DatasetInput>()
  const sql = `SELECT i.id, i.run, d.name, d.digest, d.source_type, d.source, d.schema, d.profile
    FROM run_dataset i JOIN dataset d ON d.id = i.dataset WHERE i.run IN (${each}) ORDER BY i.id`
  for (const row of store.all(sql, wanted)) {
    const input: DatasetInput = {
      name: row['name'] as string,
      digest: row['digest'] as string,
      sourceType: row['source_type'] as string,
      source: row['source'] as string,
      schema: row['schema'] as string | null,
      profile: row['profile'] as string | null,
      tags: {},
    }
    inputs.set(row['id'] as number, input)
    bySeq.get(row['run'] as number)?.datasets.push(input)
  }
  if (inputs.size === 0) return
  const tags = `SELECT input, key, value FROM run_dataset_tag WHERE input IN (${each})`
  for (const row of store.all(tags, JSON.stringify([...inputs.keys()]))) {
    const input = inputs.get(row['input'] as number)
    if (input !== undefined) put(input.tags, row['key'] as string, row['value'] as string)
  }
}

function fillModels(store: Store, wanted: string, bySeq: ReadonlyMap<number, Run>): void {
  for (const row of store.all(`SELECT run, model_id FROM run_model_input WHERE run IN (${each})`, wanted)) {
    bySeq.get(row['run'] as number)?.modelInputs.push(row['model_id'] as string)
  }
  const outputs = `SELECT run, model_id, ${int64Column('step')} FROM run_model_output WHERE run IN (${each})`
  for (const row of store.all(outputs, wanted)) {
    const output = { modelId: row['model_id'] as string, step: readInt64(row['step']) }
    bySeq.get(row['run'] as number)?.modelOutputs.push(output)
  }
}

/** Sets a property whatever its name: a plain assignment to `__proto__` would change the object's kind instead. */
export function put<T>(record: Record<string, T>, key: string, value: T): void {
  if (key !== '__proto__') record[key] = value
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
}
