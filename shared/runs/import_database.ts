import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { dirname, isAbsolute, join } from 'node:path'
import type { Row } from '../store/store.ts'
import { localPath, readFiles } from './import_mlruns.ts'
import {
  importFailed,
  readStatus,
  type ImportSource,
  type SourceExperiment,
  type SourceRun,
} from './import_source.ts'
import { int64Column, readInt64 } from './int64.ts'
import type { MetricPoint } from './logging.ts'
import type { DatasetInput } from './run_data.ts'

/**
 * An `mlflow.db`: the SQLite database of an MLflow server or of `sqlite:///mlflow.db`. Opened for reading only.
 * @throws Problem `import_failed` if it is none
 */
export function openMlflowDatabase(path: string): ImportSource {
  const reader = openReader(path)
  return {
    what: `the database ${path}`,
    experiments: async () =>
      reader.all('SELECT * FROM experiments ORDER BY experiment_id').map((row) => ({
        id: String(row['experiment_id']),
        name: row['name'] as string,
        tags: reader.texts(
          'SELECT key, value FROM experiment_tags WHERE experiment_id = ?',
          row['experiment_id'] ?? null,
        ),
        createdMs: Number(row['creation_time'] ?? 0),
        deleted: row['lifecycle_stage'] === 'deleted',
      })),
    runs: (experiment) => readRuns(reader, experiment, dirname(path)),
    close: () => reader.database.close(),
  }
}

/** Reads rows; a table that an older MLflow did not have yet is empty. */
export interface Reader {
  database: DatabaseSync
  all(sql: string, ...values: Row[string][]): Row[]
  texts(sql: string, ...values: Row[string][]): Record<string, string>
}

/**
 * Opens a database of MLflow for reading.
 * @throws Problem `import_failed` if it is none
 */
export function openReader(path: string): Reader {
  let database: DatabaseSync
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  } catch (error) {
    throw importFailed(`Cannot open "${path}"`, error)
  }
  const tables = new Set<unknown>()
  try {
    for (const row of database.prepare('SELECT name FROM sqlite_schema').all()) tables.add(row['name'])
    if (!tables.has('runs') || !tables.has('alembic_version')) throw new TypeError('no table "runs"')
  } catch (error) {
    database.close()
    throw importFailed(`Cannot read "${path}": it is no database of MLflow`, error)
  }
  const all: Reader['all'] = (sql, ...values) => {
    const [, table] = /FROM (\w+)/.exec(sql) ?? []
    return tables.has(table) ? database.prepare(sql).all(...values) : []
  }
  return {
    database,
    all,
    texts: (sql, ...values) =>
      Object.fromEntries(all(sql, ...values).map((row) => [String(row['key']), String(row['value'] ?? '')])),
  }
}

async function* readRuns(
  reader: Reader,
  experiment: SourceExperiment,
  home: string,
): AsyncGenerator<SourceRun> {
  const ids = reader.all(
    'SELECT run_uuid FROM runs WHERE experiment_id = ? ORDER BY start_time, run_uuid',
    Number(experiment.id),
  )
  for (const { run_uuid: id } of ids) {
    const [row] = reader.all('SELECT * FROM runs WHERE run_uuid = ?', id ?? null)
    if (row !== undefined) yield readRun(reader, row, home)
  }
}

function readRun(reader: Reader, row: Row, home: string): SourceRun {
  const id = row['run_uuid'] as string
  const artifactUri = String(row['artifact_uri'] ?? '')
  const linked = (type: string, columns: string): Row[] =>
    reader.all(`SELECT ${columns} FROM inputs WHERE source_type = ? AND source_id = ?`, type, id)
  return {
    id,
    name: String(row['name'] ?? ''),
    userId: String(row['user_id'] ?? 'unknown'),
    status: readStatus(row['status']),
    startMs: Number(row['start_time'] ?? 0),
    endMs: row['end_time'] === null ? null : Number(row['end_time']),
    deletedMs: row['lifecycle_stage'] === 'deleted' ? Number(row['deleted_time'] ?? 0) : null,
    params: reader.texts('SELECT key, value FROM params WHERE run_uuid = ?', id),
    tags: reader.texts('SELECT key, value FROM tags WHERE run_uuid = ?', id),
    datasets: readDatasets(reader, id),
    modelInputs: linked('RUN_INPUT', 'destination_id').map((each) => each['destination_id'] as string),
    modelOutputs: linked('RUN_OUTPUT', '*').map((each) => ({
      modelId: each['destination_id'] as string,
      step: Number(each['step'] ?? 0),
    })),
    artifactUri,
    metrics: () => readMetrics(reader, id),
    artifacts: () => {
      const place = artifactPlaces(artifactUri, home).find((path) => path.includes(id) && existsSync(path))
      return place === undefined ? null : readFiles(place)
    },
  }
}

function readDatasets(reader: Reader, runId: string): DatasetInput[] {
  const inputs = reader.all(
    "SELECT * FROM inputs WHERE source_type = 'DATASET' AND destination_type = 'RUN' AND destination_id = ?",
    runId,
  )
  return inputs.flatMap((input) =>
    reader.all('SELECT * FROM datasets WHERE dataset_uuid = ?', input['source_id'] ?? null).map((row) => ({
      name: row['name'] as string,
      digest: row['digest'] as string,
      sourceType: String(row['dataset_source_type'] ?? ''),
      source: String(row['dataset_source'] ?? ''),
      schema: row['dataset_schema'] as string | null,
      profile: row['dataset_profile'] as string | null,
      tags: reader.texts(
        'SELECT name AS key, value FROM input_tags WHERE input_uuid = ?',
        input['input_uuid'] ?? null,
      ),
    })),
  )
}

const portion = 10_000

async function* readMetrics(reader: Reader, runId: string): AsyncGenerator<readonly MetricPoint[]> {
  const rows = reader.database
    .prepare(
      `SELECT key, value, is_nan, ${int64Column('step')}, ${int64Column('timestamp')} FROM metrics WHERE run_uuid = ?`,
    )
    .iterate(runId)
  let points: MetricPoint[] = []
  for (const row of rows) {
    points.push({
      key: row['key'] as string,
      value: row['is_nan'] === 1 ? NaN : Number(row['value']),
      step: readInt64(row['step']),
      atMs: readInt64(row['timestamp']),
    })
    if (points.length < portion) continue
    yield points
    points = []
  }
  if (points.length > 0) yield points
}

/** Where a server beside its database keeps artifacts: as told, or in `mlartifacts`, where it puts proxied ones. */
export function artifactPlaces(uri: string, home: string): string[] {
  const proxied = /^mlflow-artifacts:\/*(.*)$/.exec(uri)?.[1]
  if (proxied !== undefined) return [join(home, 'mlartifacts', proxied), join(home, 'mlruns', proxied)]
  const local = localPath(uri)
  if (local !== null) return [local]
  return uri === '' || isAbsolute(uri) || /^[a-z][a-z0-9+.-]+:/i.test(uri) ? [] : [join(home, uri)]
}
