import { dirname } from 'node:path'
import { artifactPlaces, openReader, type Reader } from '../runs/import_database.ts'
import { readFolders } from '../runs/import_mlruns.ts'
import { int64Column, readInt64 } from '../runs/int64.ts'
import type { Row } from '../store/store.ts'
import {
  modelIdOf,
  readModelStatus,
  type ModelSource,
  type SourceLoggedModel,
  type SourceRegisteredModel,
  type SourceVersion,
} from './imported.ts'

/**
 * The models in an `mlflow.db`.
 * @throws Problem `import_failed` if it is none
 */
export function openDatabaseModels(path: string): ModelSource {
  const reader = openReader(path)
  return {
    logged: () => readLogged(reader, dirname(path)),
    registered: () => readRegistered(reader),
    close: () => reader.database.close(),
  }
}

async function* readLogged(reader: Reader, home: string): AsyncGenerator<SourceLoggedModel> {
  const experiments = new Map(
    reader
      .all('SELECT experiment_id, name FROM experiments')
      .map((row) => [row['experiment_id'], row['name']]),
  )
  for (const row of reader.all('SELECT * FROM logged_models ORDER BY creation_timestamp_ms, model_id')) {
    const id = row['model_id'] as string
    const artifactUri = String(row['artifact_location'] ?? '')
    yield {
      id,
      experiment: String(experiments.get(row['experiment_id'])),
      name: String(row['name'] ?? ''),
      modelType: textOf(row, 'model_type'),
      sourceRunId: textOf(row, 'source_run_id'),
      status: readModelStatus(row['status']),
      deleted: row['lifecycle_stage'] === 'deleted',
      createdMs: Number(row['creation_timestamp_ms']),
      updatedMs: Number(row['last_updated_timestamp_ms']),
      params: reader.texts(
        'SELECT param_key AS key, param_value AS value FROM logged_model_params WHERE model_id = ?',
        id,
      ),
      tags: reader.texts(
        'SELECT tag_key AS key, tag_value AS value FROM logged_model_tags WHERE model_id = ?',
        id,
      ),
      metrics: readMetrics(reader, id),
      artifactUri,
      artifacts: () => readFolders(artifactPlaces(artifactUri, home).filter((place) => place.includes(id))),
    }
  }
}

function readMetrics(reader: Reader, id: string): SourceLoggedModel['metrics'] {
  const rows = reader.all(
    `SELECT metric_name, metric_value, run_id, dataset_name, dataset_digest,
       ${int64Column('metric_step', 'step')}, ${int64Column('metric_timestamp_ms', 'at_ms')}
     FROM logged_model_metrics WHERE model_id = ?`,
    id,
  )
  return rows.map((row) => ({
    key: row['metric_name'] as string,
    // SQLite keeps no NaN: MLflow's is NULL there.
    value: row['metric_value'] === null ? NaN : Number(row['metric_value']),
    step: readInt64(row['step']),
    atMs: readInt64(row['at_ms']),
    runId: textOf(row, 'run_id'),
    datasetName: textOf(row, 'dataset_name'),
    datasetDigest: textOf(row, 'dataset_digest'),
  }))
}

async function* readRegistered(reader: Reader): AsyncGenerator<SourceRegisteredModel> {
  for (const row of reader.all('SELECT * FROM registered_models ORDER BY creation_time, name')) {
    const name = row['name'] as string
    const versions = reader.all(
      "SELECT * FROM model_versions WHERE name = ? AND current_stage <> 'Deleted_Internal' ORDER BY version",
      name,
    )
    const aliases = reader.texts(
      'SELECT alias AS key, version AS value FROM registered_model_aliases WHERE name = ?',
      name,
    )
    yield {
      name,
      description: textOf(row, 'description'),
      createdMs: Number(row['creation_time']),
      updatedMs: Number(row['last_updated_time']),
      tags: reader.texts('SELECT key, value FROM registered_model_tags WHERE name = ?', name),
      aliases: Object.fromEntries(
        Object.entries(aliases).map(([alias, version]) => [alias, Number(version)]),
      ),
      versions: versions.map((version) => readVersion(reader, name, version)),
    }
  }
}

function readVersion(reader: Reader, name: string, row: Row): SourceVersion {
  const source = String(row['source'] ?? '')
  return {
    version: Number(row['version']),
    description: textOf(row, 'description'),
    userId: textOf(row, 'user_id'),
    stage: String(row['current_stage'] ?? 'None'),
    source,
    storageUri: textOf(row, 'storage_location'),
    runId: textOf(row, 'run_id'),
    runLink: textOf(row, 'run_link'),
    modelId: modelIdOf(null, source),
    createdMs: Number(row['creation_time']),
    updatedMs: Number(row['last_updated_time']),
    tags: reader.texts(
      'SELECT key, value FROM model_version_tags WHERE name = ? AND version = ?',
      name,
      row['version'] ?? null,
    ),
  }
}

function textOf(row: Row, column: string): string | null {
  const value = row[column]
  return typeof value === 'string' && value !== '' ? value : null
}
