import { randomHex } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import { uriBelow } from '../runs/artifact_path.ts'
import { requireActiveExperiment } from '../runs/experiment.ts'
import { randomRunName } from '../runs/run_name.ts'
import type { Store } from '../store/store.ts'
import { loadLoggedModels, type LoggedModel, type LoggedModelStatus } from './logged_model_data.ts'
import { checkLoggedModelName } from './model_name.ts'

/** A logged model was asked for that this store does not hold, or holds in the trash only. */
export class LoggedModelNotFoundError extends Problem {
  constructor(modelId: string) {
    super('not_found', `Logged model with ID '${modelId}' not found.`, { details: { modelId } })
  }
}

/** What a logged model is made from. */
export interface NewLoggedModel {
  experimentId: string
  /** Default: words drawn by chance. */
  name?: string
  modelType?: string
  sourceRunId?: string
  params?: Readonly<Record<string, string>>
  tags?: Readonly<Record<string, string>>
  nowMs: number
  random?: () => number
}

/**
 * Makes a logged model, pending until its files are there.
 * @throws ExperimentNotFoundError, ExperimentNotActiveError
 * @throws Problem `parameter_invalid` if the name cannot be one
 */
export function createLoggedModel(store: Store, wanted: NewLoggedModel): LoggedModel {
  if (wanted.name !== undefined) checkLoggedModelName(wanted.name)
  return store.transaction(() => {
    const experiment = requireActiveExperiment(store, wanted.experimentId)
    const id = `m-${randomHex()}`
    const seq = store.insert(
      `INSERT INTO logged_model (id, experiment_id, name, model_type, source_run_id, status, artifact_uri, created_ms,
         updated_ms)
       VALUES (?, ?, ?, ?, ?, 'PENDING', ?, ?, ?)`,
      id,
      Number(experiment.id),
      wanted.name ?? randomRunName(wanted.random ?? Math.random),
      wanted.modelType ?? null,
      wanted.sourceRunId ?? null,
      uriBelow(experiment.artifactLocation, `models/${id}/artifacts`),
      wanted.nowMs,
      wanted.nowMs,
    )
    writePairs(store, 'logged_model_param', seq, wanted.params ?? {})
    writePairs(store, 'logged_model_tag', seq, wanted.tags ?? {})
    return getLoggedModel(store, id)
  })
}

/** @throws LoggedModelNotFoundError, also for one in the trash unless `allowDeleted` */
export function getLoggedModel(store: Store, modelId: string, { allowDeleted = false } = {}): LoggedModel {
  const row = store.get('SELECT seq FROM logged_model WHERE id = ?', modelId)
  const model = row === undefined ? undefined : loadLoggedModels(store, [row['seq'] as number])[0]
  if (model === undefined || (model.deletedMs !== null && !allowDeleted)) {
    throw new LoggedModelNotFoundError(modelId)
  }
  return model
}

/**
 * Says that a logged model's files are there, or did not come.
 * @throws LoggedModelNotFoundError
 */
export function finishLoggedModel(
  store: Store,
  modelId: string,
  change: { status: LoggedModelStatus; nowMs: number },
): LoggedModel {
  return store.transaction(() => {
    const seq = requireLoggedModel(store, modelId)
    store.run(
      'UPDATE logged_model SET status = ?, updated_ms = ? WHERE seq = ?',
      change.status,
      change.nowMs,
      seq,
    )
    return getLoggedModel(store, modelId, { allowDeleted: true })
  })
}

/** @throws LoggedModelNotFoundError */
export function deleteLoggedModel(store: Store, modelId: string, nowMs: number): void {
  const seq = requireLoggedModel(store, modelId)
  store.run('UPDATE logged_model SET deleted_ms = ?, updated_ms = ? WHERE seq = ?', nowMs, nowMs, seq)
}

/**
 * Adds parameters; one that is there already keeps its value if that is the same.
 * @throws LoggedModelNotFoundError
 * @throws Problem `bad_request` if a parameter would change
 */
export function logModelParams(
  store: Store,
  modelId: string,
  params: Readonly<Record<string, string>>,
): void {
  store.transaction(() => {
    const seq = requireLoggedModel(store, modelId)
    for (const [key, value] of Object.entries(params)) {
      const old = store.get('SELECT value FROM logged_model_param WHERE model = ? AND key = ?', seq, key)?.[
        'value'
      ]
      if (old !== undefined && old !== value) {
        throw new Problem(
          'bad_request',
          `Cannot change parameter "${key}" of model ${modelId} from "${String(old)}"`,
        )
      }
    }
    writePairs(store, 'logged_model_param', seq, params)
  })
}

/** @throws LoggedModelNotFoundError */
export function setLoggedModelTags(
  store: Store,
  modelId: string,
  tags: Readonly<Record<string, string>>,
): void {
  store.transaction(() => writePairs(store, 'logged_model_tag', requireLoggedModel(store, modelId), tags))
}

/**
 * @throws LoggedModelNotFoundError
 * @throws Problem `not_found` if the model has no such tag
 */
export function deleteLoggedModelTag(store: Store, modelId: string, key: string): void {
  const seq = requireLoggedModel(store, modelId)
  if (store.run('DELETE FROM logged_model_tag WHERE model = ? AND key = ?', seq, key) > 0) return
  throw new Problem('not_found', `No tag with key '${key}' found for model with ID '${modelId}'.`)
}

/**
 * The number behind a logged model's id, deleted ones too.
 * @throws LoggedModelNotFoundError
 */
export function requireLoggedModel(store: Store, modelId: string): number {
  const row = store.get('SELECT seq FROM logged_model WHERE id = ?', modelId)
  if (row === undefined) throw new LoggedModelNotFoundError(modelId)
  return row['seq'] as number
}

function writePairs(
  store: Store,
  table: 'logged_model_param' | 'logged_model_tag',
  seq: number,
  pairs: Readonly<Record<string, string>>,
): void {
  const sql = `INSERT INTO ${table} (model, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value`
  for (const [key, value] of Object.entries(pairs)) store.run(sql, seq, key, value)
}
