import { meanInterval } from '../stats/mean_interval.ts'
import type { GroupBy } from './group.ts'
import { put } from './run_data.ts'
import { valueIn, type RunColumn } from './table_column.ts'
import type { GroupRow, Spread } from './table_row.ts'

/** Runs that are alike, in the order of the table. */
export interface FoundGroup {
  key: string
  values: (string | null)[]
  seqs: number[]
}

/** How a group is told: the columns whose values its runs share, and whether they come as one JSON object. */
export interface GroupColumns {
  by: GroupBy
  columns: readonly { name: string; column: RunColumn }[]
}

/** Puts runs into groups, in the order in which their first runs come. */
export function groupRunsBy(seqs: Int32Array, by: readonly GroupColumns[]): FoundGroup[] {
  let part: Int32Array = new Int32Array(seqs.length)
  for (const { columns } of by) for (const { column } of columns) part = split(part, seqs, column)
  const groups = new Map<number, FoundGroup>()
  seqs.forEach((seq, i) => {
    const number = part[i] ?? 0
    let group = groups.get(number)
    if (group === undefined) {
      const values = by.map((each) => tell(each, seq))
      groups.set(number, (group = { key: JSON.stringify(values), values, seqs: [] }))
    }
    group.seqs.push(seq)
  })
  return [...groups.values()]
}

/** In the order of a metric's mean, or of how many runs they have; groups without a number come last. */
export function sortGroups(
  groups: FoundGroup[],
  by: { column: RunColumn; descending: boolean } | 'size',
): FoundGroup[] {
  if (by === 'size') return groups.sort((a, b) => b.seqs.length - a.seqs.length)
  const means = new Map(groups.map((group) => [group, spreadIn(group.seqs, by.column)?.mean ?? null]))
  return groups.sort((a, b) => {
    const [x, y] = [means.get(a) ?? null, means.get(b) ?? null]
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return by.descending ? y - x : x - y
  })
}

/** A group as a row of the table. */
export function groupRow(
  group: FoundGroup,
  shown: { metrics: ReadonlyMap<string, RunColumn>; params: ReadonlyMap<string, RunColumn> },
): GroupRow {
  const metrics: Record<string, Spread> = {}
  for (const [name, column] of shown.metrics) {
    const spread = spreadIn(group.seqs, column)
    if (spread !== null) put(metrics, name, spread)
  }
  const params: Record<string, string> = {}
  for (const [name, column] of shown.params) {
    const first = column.rank[group.seqs[0] ?? -1] ?? 0
    const shared = first !== 0 && group.seqs.every((seq) => column.rank[seq] === first)
    if (shared) put(params, name, String(column.values[first]))
  }
  return { kind: 'group', key: group.key, values: group.values, runs: group.seqs.length, metrics, params }
}

/** Mean, standard deviation and the 95 % interval of the mean, of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const n = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / n
  if (n < 2) return { n, mean, sd: null, half: null }
  // Around the mean: around zero, nearly equal values would lose all their digits.
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const sd = Math.sqrt(squares / (n - 1))
  const interval = meanInterval({ n, mean, sd })
  return { n, mean, sd, half: interval === null ? null : (interval.high - interval.low) / 2 }
}

function spreadIn(seqs: readonly number[], column: RunColumn): Spread | null {
  const values = seqs.map((seq) => valueIn(column, seq)).filter((value) => typeof value === 'number')
  return values.length === 0 ? null : spreadOf(values)
}

/** Splits the parts by one more column. */
function split(part: Int32Array, seqs: Int32Array, column: RunColumn): Int32Array {
  const wide = column.ranks + 2
  const numbers = new Map<number, number>()
  return part.map((old, i) => {
    const pair = old * wide + (column.rank[seqs[i] ?? -1] ?? 0)
    let number = numbers.get(pair)
    if (number === undefined) numbers.set(pair, (number = numbers.size))
    return number
  })
}

function tell({ by, columns }: GroupColumns, seq: number): string | null {
  const values = columns.map(({ name, column }) => [name, valueIn(column, seq)] as const)
  if (by.kind === 'params_except') {
    const known = values.filter(([, value]) => value !== null)
    return JSON.stringify(Object.fromEntries(known))
  }
  const value = values[0]?.[1] ?? null
  return value === null ? null : String(value)
}
