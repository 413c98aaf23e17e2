import { Problem } from '../base/problem.ts'
import type { Row, Store } from '../store/store.ts'

/** Id of an experiment: decimal digits. "0" is the one that is always there. */
export type ExperimentId = string & { readonly brand: 'ExperimentId' }

/** A folder of runs: usually one notebook. */
export interface Experiment {
  id: ExperimentId
  name: string
  /** Where artifacts of its runs go, as a URI. */
  artifactLocation: string
  /** When it was put into the trash; null while it is active. */
  deletedMs: number | null
  createdMs: number
  updatedMs: number
  tags: Record<string, string>
}

/** An experiment was asked for that this store does not hold. */
export class ExperimentNotFoundError extends Problem {
  readonly experimentId: string
  constructor(experimentId: string) {
    super('not_found', `No Experiment with id=${experimentId} exists`, {
      details: { experimentId },
      hint: '`daybook runs` lists what there is.',
    })
    this.experimentId = experimentId
  }
}

/** An experiment of that name exists already, perhaps in the trash. */
export class ExperimentExistsError extends Problem {
  constructor(name: string) {
    super('conflict', `Experiment(name=${name}) already exists.`, {
      details: { name },
      hint: 'Choose another name; a deleted experiment keeps its own until it is purged.',
    })
  }
}

/** What was to be done needs an experiment that is not in the trash. */
export class ExperimentNotActiveError extends Problem {
  constructor(experimentId: string) {
    super(
      'bad_request',
      `The experiment ${experimentId} must be in the 'active' state. Current state is deleted.`,
      { details: { experimentId }, hint: 'Restore the experiment first.' },
    )
  }
}

/** What to make. */
export interface NewExperiment {
  name: string
  /** Default: a folder of the project's own artifacts. */
  artifactLocation?: string
  tags?: Readonly<Record<string, string>>
  nowMs: number
}

/** @throws ExperimentExistsError */
export function createExperiment(store: Store, wanted: NewExperiment): ExperimentId {
  return store.transaction(() => {
    if (store.get('SELECT 1 FROM experiment WHERE name = ?', wanted.name) !== undefined) {
      throw new ExperimentExistsError(wanted.name)
    }
    const number = store.insert(
      'INSERT INTO experiment (name, artifact_location, created_ms, updated_ms) VALUES (?, ?, ?, ?)',
      wanted.name,
      wanted.artifactLocation ?? '',
      wanted.nowMs,
      wanted.nowMs,
    )
    if (wanted.artifactLocation === undefined) {
      store.run(
        'UPDATE experiment SET artifact_location = ? WHERE id = ?',
        `mlflow-artifacts:/${number}`,
        number,
      )
    }
    for (const [key, value] of Object.entries(wanted.tags ?? {})) writeTag(store, number, key, value)
    return String(number) as ExperimentId
  })
}

/** The active experiment of that name, made if absent and restored from the trash if it lies there. */
export function ensureExperiment(store: Store, name: string, nowMs: number): ExperimentId {
  return store.transaction(() => {
    const row = store.get('SELECT id, deleted_ms FROM experiment WHERE name = ?', name)
    if (row === undefined) return createExperiment(store, { name, nowMs })
    const id = String(row['id']) as ExperimentId
    if (row['deleted_ms'] !== null) restoreExperiment(store, id, nowMs)
    return id
  })
}

/** @throws ExperimentNotFoundError */
export function getExperiment(store: Store, id: string): Experiment {
  const row = store.get('SELECT * FROM experiment WHERE id = ?', experimentNumber(id))
  if (row === undefined) throw new ExperimentNotFoundError(id)
  return readExperiment(store, row)
}

/** The experiment of that name, also from the trash; null if there is none. */
export function findExperimentByName(store: Store, name: string): Experiment | null {
  const row = store.get('SELECT * FROM experiment WHERE name = ?', name)
  return row === undefined ? null : readExperiment(store, row)
}

/** The experiment in a row of the table, with its tags. */
export function readExperiment(store: Store, row: Row): Experiment {
  const tags: Record<string, string> = {}
  const id = row['id'] as number
  for (const tag of store.all(
    'SELECT key, value FROM experiment_tag WHERE experiment_id = ? ORDER BY key',
    id,
  )) {
    tags[tag['key'] as string] = tag['value'] as string
  }
  return {
    id: String(id) as ExperimentId,
    name: row['name'] as string,
    artifactLocation: row['artifact_location'] as string,
    deletedMs: row['deleted_ms'] as number | null,
    createdMs: row['created_ms'] as number,
    updatedMs: row['updated_ms'] as number,
    tags,
  }
}

/**
 * @throws ExperimentNotFoundError, ExperimentExistsError
 * @throws Problem `conflict` if it is in the trash
 */
export function renameExperiment(store: Store, id: string, change: { name: string; nowMs: number }): void {
  store.transaction(() => {
    const experiment = getExperiment(store, id)
    if (experiment.deletedMs !== null) throw new Problem('conflict', 'Cannot rename a non-active experiment.')
    const other = store.get('SELECT id FROM experiment WHERE name = ?', change.name)
    if (other !== undefined && String(other['id']) !== experiment.id)
      throw new ExperimentExistsError(change.name)
    store.run(
      'UPDATE experiment SET name = ?, updated_ms = ? WHERE id = ?',
      change.name,
      change.nowMs,
      experimentNumber(id),
    )
  })
}

/**
 * Puts an experiment and all its runs into the trash.
 * @throws ExperimentNotFoundError if it is not there or is in the trash already
 */
export function deleteExperiment(store: Store, id: string, nowMs: number): void {
  store.transaction(() => {
    if (getExperiment(store, id).deletedMs !== null) throw new ExperimentNotFoundError(id)
    const number = experimentNumber(id)
    store.run('UPDATE experiment SET deleted_ms = ?, updated_ms = ? WHERE id = ?', nowMs, nowMs, number)
    store.run('UPDATE run SET deleted_ms = ? WHERE experiment_id = ?', nowMs, number)
  })
}

/**
 * Takes an experiment and all its runs out of the trash.
 * @throws ExperimentNotFoundError if it is not in the trash
 */
export function restoreExperiment(store: Store, id: string, nowMs: number): void {
  store.transaction(() => {
    if (getExperiment(store, id).deletedMs === null) throw new ExperimentNotFoundError(id)
    const number = experimentNumber(id)
    store.run('UPDATE experiment SET deleted_ms = NULL, updated_ms = ? WHERE id = ?', nowMs, number)
    store.run('UPDATE run SET deleted_ms = NULL WHERE experiment_id = ?', number)
  })
}

/** @throws ExperimentNotFoundError, ExperimentNotActiveError */
export function setExperimentTag(store: Store, id: string, tag: { key: string; value: string }): void {
  store.transaction(() => {
    requireActiveExperiment(store, id)
    writeTag(store, experimentNumber(id), tag.key, tag.value)
  })
}

/**
 * @throws ExperimentNotFoundError, ExperimentNotActiveError
 * @throws Problem `not_found` if it has no such tag
 */
export function deleteExperimentTag(store: Store, id: string, key: string): void {
  store.transaction(() => {
    requireActiveExperiment(store, id)
    const gone = store.run(
      'DELETE FROM experiment_tag WHERE experiment_id = ? AND key = ?',
      experimentNumber(id),
      key,
    )
    if (gone === 0) throw new Problem('not_found', `No tag with name: ${key} in experiment with id ${id}`)
  })
}

/**
 * The experiment, if runs may be added to it.
 * @throws ExperimentNotFoundError, ExperimentNotActiveError
 */
export function requireActiveExperiment(store: Store, id: string): Experiment {
  const experiment = getExperiment(store, id)
  if (experiment.deletedMs !== null) throw new ExperimentNotActiveError(id)
  return experiment
}

/** The number behind an id; -1, which no experiment has, for anything that is no number. */
export function experimentNumber(id: string): number {
  return /^[0-9]{1,15}$/.test(id) ? Number(id) : -1
}

function writeTag(store: Store, number: number, key: string, value: string): void {
  store.run(
    'INSERT OR REPLACE INTO experiment_tag (experiment_id, key, value) VALUES (?, ?, ?)',
    number,
    key,
    value,
  )
}
