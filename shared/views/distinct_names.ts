import type { ComparedRun, ComparedTexts } from '../api/run_page_methods.ts'

/** Longest value of a parameter that stands behind a name, in characters. */
const longestValue = 24

/**
 * How runs that are shown together are called, by id. Runs of one name (each of a notebook's cells that fits the same
 * kind of model makes one) are told apart by a parameter in which all of them differ, else by when they began, else
 * by their id.
 */
export function distinctNames(
  runs: readonly ComparedRun[],
  params: readonly ComparedTexts[],
): Map<string, string> {
  const places = Map.groupBy(runs.keys(), (i) => runs[i]?.name)
  const names = new Map<string, string>()
  for (const [i, { id, name }] of runs.entries()) {
    const namesakes = places.get(name) ?? []
    const mark = namesakes.length < 2 ? undefined : marksOf(runs, params, namesakes).get(i)
    names.set(id, mark === undefined ? name : `${name} · ${mark}`)
  }
  return names
}

/** What tells each of the runs at these places from the others. */
function marksOf(
  runs: readonly ComparedRun[],
  params: readonly ComparedTexts[],
  places: readonly number[],
): Map<number, string> {
  const candidates = [
    ...params.map(({ key, values }) => (i: number) => {
      const value = values[i]
      return value == null || value.length > longestValue ? null : `${key} ${value}`
    }),
    (i: number) => new Date(runs[i]?.startMs ?? 0).toLocaleTimeString(),
    (i: number) => (runs[i]?.id ?? '').slice(0, 8),
  ]
  for (const mark of candidates) {
    const marks = places.map(mark)
    if (marks.includes(null) || new Set(marks).size < marks.length) continue
    return new Map(places.map((place, i) => [place, marks[i] ?? '']))
  }
  return new Map()
}
