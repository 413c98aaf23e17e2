import { type Column, isMissing, isNumeric, isText, isTime } from './column.ts'

/** The times of a column, UTC milliseconds and NaN where missing: stored as times, or as text of one format. */
export function timesOf(column: Column): Float64Array | null {
  if (isTime(column)) return column.numbers
  if (!isText(column) || column.dictionary.length < 2) return null
  const parsed = Float64Array.from(column.dictionary, parseDate)
  let [dates, texts] = [0, 0]
  for (const code of column.codes) {
    if (code < 0) continue
    texts++
    if (!Number.isNaN(parsed[code])) dates++
  }
  if (texts === 0 || dates / texts < 0.95) return null
  return Float64Array.from(column.codes, (code) => (code < 0 ? NaN : (parsed[code] ?? NaN)))
}

/** Milliseconds of a date as people and programs write it with the year first; NaN for all else. */
export function parseDate(text: string): number {
  const found =
    /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$/.exec(
      text,
    )
  if (found === null) return NaN
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0))
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  return new Date(ms).getUTCMonth() === month - 1 && hour < 25 ? ms : NaN
}

/** Times of a column of dates with the hours of another added, if there is such a one; else as `timesOf`. */
export function timesWithHours(column: Column, others: readonly Column[]): Float64Array | null {
  const times = timesOf(column)
  if (times?.every((time) => Number.isNaN(time) || time % 86_400_000 === 0) !== true) return times
  const hours = others.find((other) => /^(hr|hour|hours|hour_of_day)$/i.test(other.name) && isNumeric(other))
  if (hours?.numbers == null) return times
  const { numbers } = hours
  const valid = numbers.every((value, i) => isMissing(hours, i) || (value >= 0 && value < 24))
  return valid ? times.map((time, i) => time + (numbers[i] ?? NaN) * 3_600_000) : times
}
