import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { Imported } from '../../api/transfer_methods.ts'
import type { StudyTrialState } from '../../api/study_methods.ts'
import { ensureExperiment } from '../../runs/experiment.ts'
import { logBatch } from '../../runs/logging.ts'
import { createRun, findRunSeq } from '../../runs/run.ts'
import type { Row, Store } from '../../store/store.ts'
import { takeStudyEvent } from './outside_study.ts'

/** Whether a file is a database of Optuna's studies. */
export function isOptunaDatabase(path: string): boolean {
  try {
    using database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
    const names = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
    const tables = new Set(names.map(({ name }) => name))
    return ['studies', 'trials', 'trial_params', 'trial_values', 'study_directions'].every((one) =>
      tables.has(one),
    )
  } catch {
    return false
  }
}

/**
 * Takes over all studies of Optuna's database, each with one run that names its best values. May be repeated: trials
 * that are over stay, new ones are added.
 */
export function importOptuna(store: Store, path: string, nowMs: number): Imported {
  using database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  const all = (sql: string, ...values: (string | number)[]): Row[] => database.prepare(sql).all(...values)
  const done: Imported = {
    ...{
      what: `Optuna's database ${path}`,
      experiments: 0,
      added: 0,
      known: 0,
      metricRows: 0,
      artifactFiles: 0,
    },
    ...{ artifactBytes: 0, loggedModels: 0, registeredModels: 0, modelVersions: 0, problems: [] },
  }
  for (const row of all('SELECT study_id, study_name FROM studies ORDER BY study_id')) {
    const name = row['study_name'] as string
    try {
      store.transaction(() => takeStudy(store, { all, name, id: Number(row['study_id']), nowMs, done }))
      done.experiments++
    } catch (error) {
      done.problems.push(`the study ${name}: ${(error as Error).message}`)
    }
  }
  return done
}

interface Taking {
  all(sql: string, ...values: (string | number)[]): Row[]
  name: string
  id: number
  nowMs: number
  done: Imported
}

function takeStudy(store: Store, { all, name, id, nowMs, done }: Taking): void {
  const hash = createHash('sha256').update(`optuna ${name}`).digest('hex')
  const [study, runId] = [`OPTUNA${hash.slice(0, 20).toUpperCase()}`, hash.slice(0, 32)]
  const directions = all('SELECT direction FROM study_directions WHERE study_id = ? ORDER BY objective', id)
  const objectives = directions.map((row, at) => ({
    metric: directions.length === 1 ? 'value' : `value_${at}`,
    mode: row['direction'] === 'MAXIMIZE' ? ('max' as const) : ('min' as const),
  }))
  const params = grouped(
    all(
      `SELECT p.trial_id, p.param_name, p.param_value, p.distribution_json FROM trial_params p
       JOIN trials t ON t.trial_id = p.trial_id WHERE t.study_id = ? ORDER BY p.param_id`,
      id,
    ),
  )
  const values = grouped(
    all(
      `SELECT v.trial_id, v.objective, v.value FROM trial_values v JOIN trials t ON t.trial_id = v.trial_id
       WHERE t.study_id = ? ORDER BY v.objective`,
      id,
    ),
  )
  const reports = grouped(
    all(
      `SELECT i.trial_id, i.step, i.intermediate_value AS value FROM trial_intermediate_values i
       JOIN trials t ON t.trial_id = i.trial_id WHERE t.study_id = ? AND i.intermediate_value IS NOT NULL ORDER BY i.step`,
      id,
    ),
  )
  const trials = all('SELECT * FROM trials WHERE study_id = ? ORDER BY number', id)
  const begunMs = Math.min(nowMs, ...trials.map((row) => timeMs(row['datetime_start']) ?? Infinity))
  if (findRunSeq(store, runId) === undefined) {
    const experimentId = ensureExperiment(store, name, nowMs)
    const tags = { 'daybook.kind': 'study', 'mlflow.source.name': 'Optuna' }
    createRun(store, { runId, experimentId, name, startMs: begunMs, status: 'FINISHED', tags })
    done.added++
  } else done.known++
  const space = Object.assign({}, ...[...params.values()].flat().map(spaceOf)) as Record<string, unknown>
  const about = {
    type: 'study' as const,
    run_id: runId,
    study,
    maker: 'Optuna',
    name,
    objectives,
    space,
    at: begunMs,
  }
  takeStudyEvent(store, about, name)
  for (const row of trials) {
    const trial = Number(row['trial_id'])
    const state = states[row['state'] as string] ?? 'failed'
    takeStudyEvent(
      store,
      {
        ...{ type: 'study_trial', run_id: runId, study, number: Number(row['number']), state, at: nowMs },
        point: Object.fromEntries((params.get(trial) ?? []).map(pointOf)),
        values: state === 'complete' ? (values.get(trial) ?? []).map((one) => Number(one['value'])) : [],
        reports: (reports.get(trial) ?? []).map((one) => [Number(one['step']), Number(one['value'])]),
        started: timeMs(row['datetime_start']),
        ended: timeMs(row['datetime_complete']),
      },
      name,
    )
    done.metricRows += (reports.get(trial)?.length ?? 0) + (values.get(trial)?.length ?? 0)
  }
  const endedMs = Math.max(begunMs, ...trials.map((row) => timeMs(row['datetime_complete']) ?? 0))
  const tags = { 'daybook.study': study, 'daybook.trials': String(trials.length) }
  logBatch(store, runId, { tags, metrics: bests(trials, values, objectives, endedMs) })
}

const states: Readonly<Record<string, StudyTrialState>> = {
  COMPLETE: 'complete',
  PRUNED: 'pruned',
  FAIL: 'failed',
  RUNNING: 'running',
  WAITING: 'queued',
}

/** The best value of the first objective, for the run. */
function bests(
  trials: readonly Row[],
  values: ReadonlyMap<number, Row[]>,
  objectives: readonly { metric: string; mode: 'min' | 'max' }[],
  atMs: number,
): { key: string; value: number; step: number; atMs: number }[] {
  const known = trials.flatMap((row) => {
    const value = values.get(Number(row['trial_id']))?.[0]?.['value']
    return row['state'] === 'COMPLETE' && typeof value === 'number' ? [value] : []
  })
  const [first] = objectives
  if (first === undefined || known.length === 0) return []
  const value = first.mode === 'min' ? Math.min(...known) : Math.max(...known)
  return [{ key: first.metric, value, step: 0, atMs }]
}

/** A distribution as a study file writes it. */
function spaceOf(row: Row): Record<string, unknown> {
  const { name, attributes } = distributionOf(row)
  const { choices, low, high, log, step } = attributes
  if (choices !== undefined) return { [plainName(row)]: { choice: choices.map(plain) } }
  const whole = name.startsWith('Int')
  const isLog = log ?? name.includes('Log')
  const kind = whole ? (isLog ? 'logint' : 'int') : isLog ? 'log' : 'float'
  const stepped = step != null && !(whole && step === 1) ? { step } : {}
  return { [plainName(row)]: { [kind]: [low, high], ...stepped } }
}

function pointOf(row: Row): [string, number | string | boolean | null] {
  const { choices } = distributionOf(row).attributes
  const value = Number(row['param_value'])
  return [plainName(row), choices === undefined ? value : plain(choices[value])]
}

interface Distribution {
  name: string
  attributes: { choices?: unknown[]; low?: number; high?: number; log?: boolean; step?: number | null }
}

function distributionOf(row: Row): Distribution {
  return JSON.parse(row['distribution_json'] as string) as Distribution
}

function plainName(row: Row): string {
  const name = (row['param_name'] as string).replaceAll(/[^\w.]/g, '_')
  return /^[A-Za-z_]/.test(name) ? name : `_${name}`
}

function plain(value: unknown): number | string | boolean | null {
  if (value === null || value === undefined) return null
  return typeof value === 'object' ? JSON.stringify(value) : (value as number)
}

function grouped(rows: readonly Row[]): Map<number, Row[]> {
  const found = new Map<number, Row[]>()
  for (const row of rows) {
    const trial = Number(row['trial_id'])
    const list = found.get(trial)
    if (list === undefined) found.set(trial, [row])
    else list.push(row)
  }
  return found
}

/** Optuna writes the local time without a zone. */
function timeMs(text: unknown): number | null {
  const ms = typeof text === 'string' ? Date.parse(text.replace(' ', 'T')) : NaN
  return Number.isNaN(ms) ? null : ms
}
