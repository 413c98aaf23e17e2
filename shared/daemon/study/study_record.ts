import type { StudySettings, StudyState, StudyTrial, StudyTrialState } from '../../api/study_methods.ts'
import { studySettings } from '../../api/study_methods.ts'
import type { AttemptState, Outcome } from '../../compute/attempt.ts'
import type { KnownHost } from '../remote/worker_host.ts'
import type { Row, Store } from '../../store/store.ts'
import type { Point, Value } from '../../tuning/space.ts'
import type { Report, Trial } from '../../tuning/trial.ts'

/** What a study has come to know while it runs, and what must be known to go on with it. */
export interface StudyProgress {
  space: Record<string, unknown>
  parallel: number
  cores: number
  seed: number
  /** As the study began: what proposals depend on does not change with `studies.adjust`. */
  asked: { parallel: number; trials: number | null }
  /** The process that runs the trials. */
  host: { capability: string; pid: number; startTime: string | null } | null
  /** Where its workers are started, as these places said what they are; absent for this machine. */
  hosts?: KnownHost[]
  /** Workers elsewhere, to be found again. */
  workers?: { host: string; machine: string; id: string; capability: string; slots: number }[]
  mode: 'fork' | 'prepared' | 'kernel' | null
  why: string | null
  sharedCells: number | null
  sharedSeconds: number | null
  devices: string[]
  notes: string[]
  failure: string | null
  /** Set once the search is over and only repeats are left. */
  searched: boolean
  /** Since when nothing more is to be expected, and why; absent or null before that. */
  plateau?: { trial: number; says: string } | null
  /** What runs it, where that is other code than ours: it is told of, and cannot be steered. */
  madeBy?: string
}

/** How the processes of a study come about, as their host tells it. */
export interface StudyPhase {
  phase: 'preparing' | 'ready' | 'refused' | 'broken'
  mode: 'fork' | 'prepared'
  why: string | null
  sharedCells: number | null
  sharedSeconds: number | null
}

/** A study as it is kept. */
export interface StudyRecord {
  readonly id: string
  readonly name: string
  /** Relative to the project. */
  readonly notebook: string
  readonly runId: string
  state: StudyState
  settings: StudySettings
  progress: StudyProgress
  readonly createdMs: number
  endedMs: number | null
}

/** A trial as it is kept and used. */
export interface TrialRecord {
  readonly number: number
  readonly role: StudyTrial['role']
  readonly repeatOf: number | null
  state: StudyTrialState
  readonly point: Point
  values: number[]
  reports: Report[]
  ended: number | null
  readonly saw: number
  readonly enqueued: boolean
  runId: string | null
  says: string | null
  failure: StudyTrial['failure']
  startedMs: number | null
  endedMs: number | null
  cpuMs: number | null
  peakRssBytes: number | null
  gpu: string | null
  attempts: AttemptRecord[]
}

/** One attempt at a trial as it is kept. */
export interface AttemptRecord {
  readonly id: string
  readonly number: number
  state: AttemptState
  outcome: Outcome | null
  readonly capabilityId: string
  lease: number | null
  pid: number | null
  startTime: string | null
}

/** Puts a study into the store, or its present state. */
export function saveStudy(store: Store, study: StudyRecord): void {
  store.run(
    `INSERT INTO study (id, name, notebook, run_id, state, settings, progress, created_ms, ended_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
     SET state = excluded.state, settings = excluded.settings, progress = excluded.progress, ended_ms = excluded.ended_ms`,
    study.id,
    study.name,
    study.notebook,
    study.runId,
    study.state,
    JSON.stringify(study.settings),
    JSON.stringify(study.progress),
    study.createdMs,
    study.endedMs,
  )
}

/** Puts a trial into the store, or its present state. Its reports are kept by `saveReport`. */
export function saveTrial(store: Store, study: string, trial: TrialRecord): void {
  store.run(
    `INSERT INTO study_trial (study, number, role, repeat_of, state, point, point_values, ended, saw, enqueued, run_id,
       says, failure, started_ms, ended_ms, cpu_ms, peak_rss_bytes, gpu)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
     SET state = excluded.state, point_values = excluded.point_values, ended = excluded.ended, run_id = excluded.run_id,
       says = excluded.says, failure = excluded.failure, started_ms = excluded.started_ms,
       ended_ms = excluded.ended_ms, cpu_ms = excluded.cpu_ms, peak_rss_bytes = excluded.peak_rss_bytes,
       gpu = excluded.gpu`,
    study,
    trial.number,
    trial.role,
    trial.repeatOf,
    trial.state,
    JSON.stringify(trial.point),
    JSON.stringify(trial.values),
    trial.ended,
    trial.saw,
    trial.enqueued ? 1 : 0,
    trial.runId,
    trial.says,
    trial.failure === null ? null : JSON.stringify(trial.failure),
    trial.startedMs,
    trial.endedMs,
    trial.cpuMs,
    trial.peakRssBytes,
    trial.gpu,
  )
}

/** Keeps one intermediate value; a step that is told again keeps its last value. */
export function saveReport(store: Store, study: string, number: number, { step, value }: Report): void {
  store.run(
    `INSERT INTO study_report (study, number, step, value) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value`,
    study,
    number,
    step,
    value,
  )
}

/** Forgets what earlier attempts at a trial reported. */
export function dropReports(store: Store, study: string, number: number): void {
  store.run('DELETE FROM study_report WHERE study = ? AND number = ?', study, number)
}

/** Puts an attempt into the store, or its present state. */
export function saveAttempt(store: Store, study: string, attempt: AttemptRecord): void {
  store.run(
    `INSERT INTO study_attempt (id, study, number, state, outcome, capability_id, lease, pid, start_time)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
     SET state = excluded.state, outcome = excluded.outcome, lease = excluded.lease, pid = excluded.pid,
       start_time = excluded.start_time`,
    attempt.id,
    study,
    attempt.number,
    attempt.state,
    attempt.outcome,
    attempt.capabilityId,
    attempt.lease,
    attempt.pid,
    attempt.startTime,
  )
}

/** Studies, the newest first. */
export function loadStudies(store: Store, where: { state?: StudyState; limit?: number }): StudyRecord[] {
  const rows =
    where.state === undefined
      ? store.all('SELECT * FROM study ORDER BY id DESC LIMIT ?', where.limit ?? 1000)
      : store.all('SELECT * FROM study WHERE state = ? ORDER BY id DESC', where.state)
  return rows.map(toStudy)
}

/** The study whose id begins so; undefined if none or several do. */
export function findStudy(store: Store, part: string): StudyRecord | undefined {
  const rows = store.all(
    'SELECT * FROM study WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2',
    part,
    `${part}\u{10ffff}`,
  )
  const row = rows.length === 1 ? rows[0] : rows.find((one) => one['id'] === part)
  return row === undefined ? undefined : toStudy(row)
}

/** All trials of a study by number, with what they reported and how they were tried. */
export function loadTrials(store: Store, study: string): TrialRecord[] {
  const reports = new Map<number, Report[]>()
  for (const row of store.all('SELECT * FROM study_report WHERE study = ? ORDER BY number, step', study)) {
    const number = Number(row['number'])
    const list = reports.get(number) ?? []
    list.push({ step: Number(row['step']), value: Number(row['value']) })
    reports.set(number, list)
  }
  const attempts = new Map<number, AttemptRecord[]>()
  for (const row of store.all('SELECT * FROM study_attempt WHERE study = ? ORDER BY id', study)) {
    const attempt = toAttempt(row)
    attempts.set(attempt.number, [...(attempts.get(attempt.number) ?? []), attempt])
  }
  return store.all('SELECT * FROM study_trial WHERE study = ? ORDER BY number', study).map((row) => {
    const number = Number(row['number'])
    return toTrial(row, reports.get(number) ?? [], attempts.get(number) ?? [])
  })
}

/** A trial as the samplers see it. */
export function asTrial(trial: TrialRecord): Trial {
  const states = { queued: 'running', running: 'running', complete: 'complete', pruned: 'pruned' } as const
  return {
    number: trial.number,
    point: trial.point,
    state: trial.state in states ? states[trial.state as 'queued'] : 'failed',
    values: trial.values,
    constraints: [],
    reports: trial.reports,
    ended: trial.ended,
    saw: trial.saw,
    enqueued: trial.enqueued,
  }
}

/** A trial as it is told over the API. */
export function tellTrial(trial: TrialRecord): StudyTrial {
  return {
    number: trial.number,
    state: trial.state,
    role: trial.role,
    repeatOf: trial.repeatOf,
    point: { ...trial.point },
    values: trial.values,
    lastReport: trial.reports.at(-1) ?? null,
    reports: trial.reports.length,
    runId: trial.runId,
    attempts: trial.attempts.length,
    says: trial.says,
    failure: trial.failure,
    startedAtMs: trial.startedMs,
    endedAtMs: trial.endedMs,
    cpuMs: trial.cpuMs,
    peakRssBytes: trial.peakRssBytes,
    gpu: trial.gpu,
  }
}

function toStudy(row: Row): StudyRecord {
  return {
    id: row['id'] as string,
    name: row['name'] as string,
    notebook: row['notebook'] as string,
    runId: row['run_id'] as string,
    state: row['state'] as StudyState,
    settings: studySettings.parse(JSON.parse(row['settings'] as string)),
    progress: JSON.parse(row['progress'] as string) as StudyProgress,
    createdMs: Number(row['created_ms']),
    endedMs: row['ended_ms'] as number | null,
  }
}

function toAttempt(row: Row): AttemptRecord {
  return {
    id: row['id'] as string,
    number: Number(row['number']),
    state: row['state'] as AttemptState,
    outcome: row['outcome'] as Outcome | null,
    capabilityId: row['capability_id'] as string,
    lease: row['lease'] as number | null,
    pid: row['pid'] as number | null,
    startTime: row['start_time'] as string | null,
  }
}

function toTrial(row: Row, reports: Report[], attempts: AttemptRecord[]): TrialRecord {
  return {
    number: Number(row['number']),
    role: row['role'] as TrialRecord['role'],
    repeatOf: row['repeat_of'] as number | null,
    state: row['state'] as StudyTrialState,
    point: JSON.parse(row['point'] as string) as Record<string, Value>,
    values: JSON.parse(row['point_values'] as string) as number[],
    reports,
    ended: row['ended'] as number | null,
    saw: Number(row['saw']),
    enqueued: row['enqueued'] === 1,
    runId: row['run_id'] as string | null,
    says: row['says'] as string | null,
    failure:
      row['failure'] === null ? null : (JSON.parse(row['failure'] as string) as TrialRecord['failure']),
    startedMs: row['started_ms'] as number | null,
    endedMs: row['ended_ms'] as number | null,
    cpuMs: row['cpu_ms'] as number | null,
    peakRssBytes: row['peak_rss_bytes'] as number | null,
    gpu: row['gpu'] as string | null,
    attempts,
  }
}
