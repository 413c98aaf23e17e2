import type { StudyTrialState } from '../../api/study_methods.ts'
import { loss } from '../../tuning/trial.ts'
import type { StudyRecord, TrialRecord } from './study_record.ts'

/** Which trials of a study are wanted, and in which order. */
export interface TrialOrder {
  order: 'number' | 'best' | 'newest'
  /** A column instead: `number`, `state`, `duration`, `value.0`, `param.NAME`. */
  by?: string | undefined
  descending: boolean
  state?: StudyTrialState | undefined
}

/** Trials of a study in an order; those without a value in it come last, either way. */
export function orderTrials(
  { settings }: StudyRecord,
  trials: readonly TrialRecord[],
  wish: TrialOrder,
): TrialRecord[] {
  const chosen = trials.filter(({ state }) => wish.state === undefined || state === wish.state)
  if (wish.by !== undefined) {
    const key = keyOf(wish.by)
    const sign = wish.descending ? -1 : 1
    return sortBy(chosen, key, sign)
  }
  if (wish.order === 'newest') return chosen.reverse()
  if (wish.order === 'number') return chosen
  const direction = settings.objectives[0]?.mode === 'min' ? 'minimize' : 'maximize'
  return sortBy(chosen, ({ values: [value] }) => (value === undefined ? null : loss(direction, value)), 1)
}

type Key = (trial: TrialRecord) => number | string | null

function keyOf(by: string): Key {
  const [kind = '', ...rest] = by.split('.')
  const name = rest.join('.')
  switch (kind) {
    case 'state':
      return ({ state }) => state
    case 'duration':
      return ({ startedMs, endedMs }) => (startedMs === null ? null : (endedMs ?? Infinity) - startedMs)
    case 'value':
      return ({ values }) => values[Number(name)] ?? null
    case 'param':
      return ({ point }) => {
        const value = point[name]
        return typeof value === 'number' || value === undefined ? (value ?? null) : String(value)
      }
    default:
      return ({ number }) => number
  }
}

function sortBy(trials: readonly TrialRecord[], key: Key, sign: number): TrialRecord[] {
  const keyed = trials.map((trial) => ({ trial, key: key(trial) }))
  const isNone = (value: number | string | null): boolean => value === null || Number.isNaN(value)
  keyed.sort((a, b) => {
    if (isNone(a.key) || isNone(b.key)) return Number(isNone(a.key)) - Number(isNone(b.key))
    const [one, other] = [a.key as number, b.key as number]
    return sign * (one < other ? -1 : one > other ? 1 : 0)
  })
  return keyed.map(({ trial }) => trial)
}
