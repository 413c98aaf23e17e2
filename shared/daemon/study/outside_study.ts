import { studySettings } from '../../api/study_methods.ts'
import type { StudyEvent } from '../../api/study_events.ts'
import { logBatch } from '../../runs/logging.ts'
import { findRunSeq, getRun } from '../../runs/run.ts'
import type { Store } from '../../store/store.ts'
import { parseSpaceObject } from '../../tuning/space_object.ts'
import {
  findStudy,
  saveReport,
  saveStudy,
  saveTrial,
  type StudyRecord,
  type TrialRecord,
} from './study_record.ts'

/**
 * Takes in what is told of a search that other code runs. Everything may come twice; a trial that is over does not
 * change any more.
 * @throws Problem `parameter_invalid` for ranges that are none
 */
export function takeStudyEvent(store: Store, event: StudyEvent, notebook: string): void {
  if (event.type === 'study') return beginOrGrow(store, event, notebook)
  const record = findStudy(store, event.study)
  // Its beginning was dropped, since the notebook is paused: so is the rest.
  if (record?.id !== event.study) return
  if (event.type === 'study_trial') takeTrial(store, record, event)
  else endOutside(store, record, { ok: event.ok, atMs: event.at })
}

/** A search by other code whose run is over without a word: its process is gone. */
export function settleOutside(store: Store, record: StudyRecord): StudyRecord {
  if (record.progress.madeBy === undefined || record.endedMs !== null) return record
  const run = findRunSeq(store, record.runId) === undefined ? null : getRun(store, record.runId)
  if (run !== null && run.status === 'RUNNING') return record
  endOutside(store, record, { ok: run?.status === 'FINISHED', atMs: run?.endMs ?? record.createdMs })
  return record
}

function beginOrGrow(store: Store, event: Extract<StudyEvent, { type: 'study' }>, notebook: string): void {
  // Says at once what is wrong with it: pages read the ranges again and again.
  parseSpaceObject(withSomething(event.space))
  const known = findStudy(store, event.study)
  if (known?.id === event.study) {
    if (known.endedMs !== null) return
    known.progress.space = withSomething(event.space)
    return saveStudy(store, known)
  }
  const record: StudyRecord = {
    ...{ id: event.study, name: event.name, notebook, runId: event.run_id, state: 'running' },
    settings: studySettings.parse({ objectives: event.objectives, trials: event.trials ?? null }),
    progress: {
      space: withSomething(event.space),
      ...{ parallel: 1, cores: 1, seed: 0, asked: { parallel: 1, trials: null }, host: null, mode: null },
      ...{ why: null, sharedCells: null, sharedSeconds: null, devices: [], notes: [], failure: null },
      ...{ searched: false, madeBy: event.maker },
    },
    createdMs: event.at,
    endedMs: null,
  }
  saveStudy(store, record)
  if (findRunSeq(store, event.run_id) !== undefined) {
    logBatch(store, event.run_id, { tags: { 'daybook.study': event.study } })
  }
}

function takeTrial(
  store: Store,
  record: StudyRecord,
  event: Extract<StudyEvent, { type: 'study_trial' }>,
): void {
  const over = isOver(event.state)
  const row = store.get(
    'SELECT state, ended, started_ms FROM study_trial WHERE study = ? AND number = ?',
    record.id,
    event.number,
  )
  if (row !== undefined && isOver(row['state'] as TrialRecord['state'])) return
  if (!over && record.endedMs !== null) {
    // The same search goes on, in another call.
    Object.assign(record, { state: 'running', endedMs: null })
    saveStudy(store, record)
  }
  const count = Number(
    store.get('SELECT count(*) AS n FROM study_trial WHERE study = ? AND ended IS NOT NULL', record.id)?.[
      'n'
    ],
  )
  if (row !== undefined)
    store.run('DELETE FROM study_trial WHERE study = ? AND number = ?', record.id, event.number)
  saveTrial(store, record.id, {
    ...{ number: event.number, role: 'search', repeatOf: null, state: event.state, point: event.point },
    ...{
      values: event.values,
      reports: [],
      ended: over ? count : null,
      saw: count,
      enqueued: false,
      runId: null,
    },
    ...{ says: event.says ?? null, failure: null, cpuMs: null, peakRssBytes: null, gpu: null, attempts: [] },
    startedMs: event.started ?? (row?.['started_ms'] as number | null | undefined) ?? null,
    endedMs: over ? (event.ended ?? event.at) : null,
  })
  for (const [step, value] of event.reports) saveReport(store, record.id, event.number, { step, value })
}

function endOutside(store: Store, record: StudyRecord, { ok, atMs }: { ok: boolean; atMs: number }): void {
  if (record.endedMs !== null) return
  Object.assign(record, { state: ok ? 'finished' : 'cancelled', endedMs: atMs })
  store.run(
    "UPDATE study_trial SET state = 'cancelled', ended_ms = ? WHERE study = ? AND state IN ('queued', 'running')",
    atMs,
    record.id,
  )
  saveStudy(store, record)
}

function isOver(state: TrialRecord['state']): boolean {
  return state !== 'queued' && state !== 'running'
}

/** Before the first trial nobody knows what is searched; a space needs something. */
function withSomething(space: Record<string, unknown>): Record<string, unknown> {
  return Object.keys(space).length > 0 ? space : { unknown: { choice: [null] } }
}
