import type { StudyColumn, StudyPoints } from '../../api/study_page_methods.ts'
import type { Parameter } from '../../tuning/space.ts'
import type { StudyRecord, TrialRecord } from './study_record.ts'
import type { StudySearch } from './study_search.ts'

/** All trials of a study as columns, for charts. */
export function pointsOf(
  { settings }: StudyRecord,
  trials: readonly TrialRecord[],
  { search }: StudySearch,
  first: readonly string[],
): StudyPoints {
  const place = ({ name }: Parameter): number => {
    const at = first.indexOf(name)
    return at < 0 ? first.length : at
  }
  const parameters = [...search.space.parameters].sort((a, b) => place(a) - place(b))
  return {
    objectives: settings.objectives.map(({ metric, mode }) => ({ metric, mode })),
    number: trials.map(({ number }) => number),
    state: trials.map(({ state }) => state),
    role: trials.map(({ role }) => role),
    values: settings.objectives.map((_objective, index) => trials.map(({ values }) => finite(values[index]))),
    startedAtMs: trials.map(({ startedMs }) => startedMs),
    endedAtMs: trials.map(({ endedMs }) => endedMs),
    gpu: trials.map(({ gpu }) => gpu),
    parameters: parameters.map((parameter) => columnOf(parameter, trials)),
  }
}

function columnOf(parameter: Parameter, trials: readonly TrialRecord[]): StudyColumn {
  const { name } = parameter
  if (parameter.kind === 'choice') {
    const values = trials.map(({ point }) => {
      const at = parameter.choices.indexOf(point[name] ?? null)
      return name in point && at >= 0 ? at : null
    })
    const choices = parameter.choices.map(String)
    return { name, kind: 'choice', low: 0, high: choices.length - 1, log: false, choices, values }
  }
  const { low, high, log } = parameter
  const values = trials.map(({ point }) => finite(point[name]))
  return { name, kind: 'number', low, high, log, choices: [], values }
}

/** JSON has no other numbers. */
function finite(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
