import { randomHex } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { uriBelow } from './artifact_path.ts'
import { requireActiveExperiment } from './experiment.ts'
import { internKey } from './key_name.ts'
import { loadRuns, type Run, type RunId, type RunStatus } from './run_data.ts'
import { randomRunName } from './run_name.ts'

/** The tag that holds a run's name; the two are always equal. */
export const nameTag = 'mlflow.runName'
/** The tag that names the run in which this one ran: a fold of a cross-validation, a trial, a cell of a notebook run. */
export const parentTag = 'mlflow.parentRunId'

/** A run was asked for that this store does not hold. */
export class RunNotFoundError extends Problem {
  readonly runId: string
  constructor(runId: string) {
    super('not_found', `Run with id=${runId} not found`, {
      details: { runId },
      hint: '`daybook runs` lists the runs of this project.',
    })
    this.runId = runId
  }
}

/** Something was to be written to a run that lies in the trash. */
export class RunNotActiveError extends Problem {
  constructor(runId: string) {
    super('bad_request', `The run ${runId} must be in the 'active' state. Current state is deleted.`, {
      details: { runId },
      hint: 'Restore the run first.',
    })
  }
}

/** What a new run is made from. */
export interface NewRun {
  /** Default: a new one. With the id of a run that exists, nothing is made and that run is the answer. */
  runId?: string
  experimentId: string
  /** Default: the tag `mlflow.runName`, else words drawn by chance. */
  name?: string
  userId?: string
  startMs: number
  tags?: Readonly<Record<string, string>>
  /** Where it is in its life; RUNNING if left out. */
  status?: RunStatus
  random?: () => number
  /** Where its artifacts lie, if not with those of its experiment. */
  artifactUri?: string
}

/**
 * Makes a run. May be told twice: the second time finds the first one's.
 * @throws ExperimentNotFoundError, ExperimentNotActiveError
 * @throws Problem `bad_request` if name and tag `mlflow.runName` differ
 */
export function createRun(store: Store, wanted: NewRun): Run {
  return getRun(store, insertRun(store, wanted))
}

/** `createRun` for those who need only its id: reading a run takes longer than making one. */
export function insertRun(store: Store, wanted: NewRun): RunId {
  return store.transaction(() => {
    const id = (wanted.runId ?? randomHex()) as RunId
    if (wanted.runId !== undefined && findRunSeq(store, id) !== undefined) return id
    const experiment = requireActiveExperiment(store, wanted.experimentId)
    const name = chooseName(wanted)
    const seq = store.insert(
      `INSERT INTO run (id, experiment_id, name, user_id, status, started_ms, artifact_uri)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      id,
      Number(experiment.id),
      name,
      wanted.userId ?? 'unknown',
      wanted.status ?? 'RUNNING',
      bindTime(wanted.startMs),
      wanted.artifactUri ?? uriBelow(experiment.artifactLocation, `${id}/artifacts`),
    )
    writeTags(store, seq, { ...wanted.tags, [nameTag]: name })
    return id
  })
}

/** @throws RunNotFoundError */
export function getRun(store: Store, runId: string): Run {
  const seq = findRunSeq(store, runId)
  const run = seq === undefined ? undefined : loadRuns(store, [seq])[0]
  if (run === undefined) throw new RunNotFoundError(runId)
  return run
}

/** What may change in a run's life. */
export interface RunChange {
  status?: RunStatus
  endMs?: number
  /** An empty one changes nothing. */
  name?: string
}

/** @throws RunNotFoundError, RunNotActiveError */
export function updateRun(store: Store, runId: string, change: RunChange): Run {
  changeRun(store, runId, change)
  return getRun(store, runId)
}

/** `updateRun` for those who do not need the run. */
export function changeRun(store: Store, runId: string, change: RunChange): void {
  store.transaction(() => {
    const seq = requireActiveRun(store, runId)
    if (change.status !== undefined) store.run('UPDATE run SET status = ? WHERE seq = ?', change.status, seq)
    if (change.endMs !== undefined) {
      store.run('UPDATE run SET ended_ms = ? WHERE seq = ?', bindTime(change.endMs), seq)
    }
    if (change.name !== undefined && change.name !== '') writeTags(store, seq, { [nameTag]: change.name })
  })
}

/**
 * Puts a run into the trash, from where `restoreRun` takes it back until it is purged.
 * @throws RunNotFoundError
 */
export function deleteRun(store: Store, runId: string, nowMs: number): void {
  const found = store.run('UPDATE run SET deleted_ms = ? WHERE id = ?', bindTime(nowMs), runId)
  if (found === 0) throw new RunNotFoundError(runId)
}

/** @throws RunNotFoundError */
export function restoreRun(store: Store, runId: string): void {
  if (store.run('UPDATE run SET deleted_ms = NULL WHERE id = ?', runId) === 0)
    throw new RunNotFoundError(runId)
}

/** The number behind a run's id; undefined if there is no such run. */
export function findRunSeq(store: Store, runId: string): number | undefined {
  return store.get('SELECT seq FROM run WHERE id = ?', runId)?.['seq'] as number | undefined
}

/**
 * The number behind the id of a run that may be written to.
 * @throws RunNotFoundError, RunNotActiveError
 */
export function requireActiveRun(store: Store, runId: string): number {
  const row = store.get('SELECT seq, deleted_ms FROM run WHERE id = ?', runId)
  if (row === undefined) throw new RunNotFoundError(runId)
  if (row['deleted_ms'] !== null) throw new RunNotActiveError(runId)
  return row['seq'] as number
}

/** Writes tags of a run, and what follows from them: its name and its parent. Not for use outside of a transaction. */
export function writeTags(store: Store, seq: number, tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (key === nameTag) {
      // A run always has a name: an empty one is not taken.
      if (value === '') continue
      store.run('UPDATE run SET name = ? WHERE seq = ?', value, seq)
    }
    if (key === parentTag)
      store.run('UPDATE run SET parent_id = ? WHERE seq = ?', value === '' ? null : value, seq)
    const sql =
      'INSERT INTO tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'
    store.run(sql, seq, internKey(store, key), value)
  }
}

/** A time as it is kept. Beyond 2^53 milliseconds (the year 287,396) it is cut off there: no clock shows that. */
function bindTime(ms: number): number {
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Math.trunc(ms)))
}

function chooseName(wanted: NewRun): string {
  const tagged = wanted.tags?.[nameTag] ?? ''
  const named = wanted.name ?? ''
  if (tagged !== '' && named !== '' && tagged !== named) {
    throw new Problem(
      'bad_request',
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values ` +
        `(run_name='${named}', mlflow.runName='${tagged}').`,
    )
  }
  if (named !== '') return named
  return tagged === '' ? randomRunName(wanted.random ?? Math.random) : tagged
}
