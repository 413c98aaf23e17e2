import { type CellColumn, type CellError, quoted } from './cell_column.ts'

/** That the value of one column determines that of another, nearly always. */
interface Dependency {
  from: CellColumn
  to: CellColumn
  /** Share of the rows in groups of several that have their group's usual value, 0..1. */
  holds: number
  /** Per value of `from`, the usual value of `to`; -1 where there is none. */
  usual: Int32Array
  /** Per value of `from`, the share of the usual value among the filled cells. */
  share: Float32Array
  /** Per value of `from`, how many cells have the usual value. */
  support: Int32Array
  /** Rows by value of `from` times the number of values of `to`, plus value of `to`. */
  pairs: ReadonlyMap<number, number>
  /** Whether the rule only says what most rows about the same thing agree on. */
  loose: boolean
}

/** A group speaks when so many rows agree. */
const leastSupport = 3

/**
 * Learns which columns determine which others and names the cells that break the rule: a zip code that is in one city
 * in forty rows and in another in one. Beside nearly exact rules, columns that name things (a flight, a product)
 * are found, whose rows describe the same thing and are outvoted.
 */
export function dependencyErrors(columns: readonly CellColumn[]): CellError[] {
  const dependencies = learn(columns)
  const rows = columns[0]?.codes.length ?? 0
  const errors: CellError[] = []
  const broken: Dependency[][] = columns.map(() => [])
  for (let row = 0; row < rows; row++) {
    for (const list of broken) list.length = 0
    for (const dependency of dependencies)
      if (breaks(dependency, row)) broken[dependency.to.at]?.push(dependency)
    for (const column of columns) {
      const against = broken[column.at] ?? []
      if (against.length === 0) continue
      const witnesses = dependencies.filter(
        ({ to, from }) => to === column && hasGroup(dependencies, from, row),
      ).length
      if (!isGuilty(row, { against, dependencies, broken, witnesses })) continue
      const [first] = [...against].sort((a, b) => b.holds - a.holds)
      if (first !== undefined) errors.push(describe(first, row, against.length))
    }
  }
  return errors
}

/** Whether the row has another value than most of its group. */
function deviates({ from, to, usual }: Dependency, row: number): boolean {
  const expected = usual[from.codes[row] ?? 0] ?? -1
  return expected >= 0 && expected !== to.codes[row]
}

function breaks({ from, to, usual, share, support, pairs, loose }: Dependency, row: number): boolean {
  const group = from.codes[row] ?? 0
  const expected = usual[group] ?? -1
  if (expected < 0 || expected === to.codes[row]) return false
  const agreeing = support[group] ?? 0
  if (agreeing < leastSupport || (share[group] ?? 0) <= 0.5) return false
  // An exception that several rows share is a fact of its own: two companies in one town.
  const exceptions = pairs.get(group * to.values.length + (to.codes[row] ?? 0)) ?? 0
  return loose || exceptions <= 1 || exceptions <= agreeing * 0.05
}

function hasGroup(dependencies: readonly Dependency[], from: CellColumn, row: number): boolean {
  return dependencies.some(
    (one) => one.from === from && (one.support[one.from.codes[row] ?? 0] ?? 0) >= leastSupport,
  )
}

/**
 * Either end of a broken rule may be wrong. The determining cell is, if it breaks several rules of this row while the
 * determined ones agree with what else determines them; and a cell is not, if most of what determines it agrees.
 */
function isGuilty(
  row: number,
  {
    against,
    dependencies,
    broken,
    witnesses,
  }: {
    against: readonly Dependency[]
    dependencies: readonly Dependency[]
    broken: readonly Dependency[][]
    witnesses: number
  },
): boolean {
  if (against.length * 2 < witnesses) return false
  const accusers = against.filter(({ from }) => {
    const own = dependencies.filter((one) => one.from === from)
    const unlike = own.filter((one) => deviates(one, row)).length
    // Whoever is accused more often himself is the liar, and so is whoever contradicts everybody.
    if ((broken[from.at] ?? []).length > against.length) return false
    return unlike < 3 || unlike < own.length * 0.5
  })
  if (accusers.length > 0) return true
  return against.length > 1 || witnesses <= 1
    ? against.some(({ from }) => (broken[from.at] ?? []).length === 0)
    : false
}

function describe(
  { from, to, usual, share, support, holds }: Dependency,
  row: number,
  rules: number,
): CellError {
  const group = from.codes[row] ?? 0
  const expected = to.values[usual[group] ?? 0] ?? ''
  const value = to.values[to.codes[row] ?? 0] ?? ''
  const said = value === '' ? 'nothing' : quoted(value)
  return {
    row,
    column: to.at,
    kind: 'dependency',
    why: `${said} where ${support[group] ?? 0} other rows with ${from.name} ${quoted(from.values[group] ?? '')} have ${quoted(expected)}`,
    confidence: Math.min(0.99, holds * (share[group] ?? 0) * (rules > 1 ? 1.1 : 1)),
    suggestion: expected,
    because: { column: from.at, value: from.values[group] ?? '', columns: rules },
  }
}

/** A rule holds in so many of the rows that are in groups; less will do for a column that determines several. */
const exact = 0.95
const nearly = 0.9

function learn(columns: readonly CellColumn[]): Dependency[] {
  const strict: Dependency[] = []
  const loose: Dependency[] = []
  const rows = columns[0]?.codes.length ?? 0
  for (const from of columns) {
    if (from.distinct < 2 || from.distinct > from.filled * 0.7 || from.filled < rows * 0.3 || isMeasure(from))
      continue
    const order = rowsByValue(from)
    for (const to of columns) {
      if (to === from || to.distinct < 2) continue
      const chance = highest(to) / Math.max(1, to.filled)
      if (chance > 0.98) continue
      const whole = measure(from, to, order)
      const better = (whole.holds - chance) / (1 - chance)
      // Values that hardly repeat agree by chance in pairs.
      if (whole.holds >= nearly && better >= 0.75 && whole.grouped > 0.2 * rows) strict.push(whole)
      else if (
        whole.holds >= 0.5 &&
        better >= 0.4 &&
        chance < 0.2 &&
        whole.grouped > 0.8 * rows &&
        from.filled / from.distinct >= 5 &&
        !isWhole(to) &&
        !isAmount(to)
      )
        loose.push({ ...whole, loose: true })
    }
  }
  const kept = loose.filter(
    (one) => !loose.some((other) => other !== one && other.from === one.from && deviateTogether(one, other)),
  )
  // A column that determines several others so names the things that the rows describe.
  const targets = (from: CellColumn, of: readonly Dependency[]): number =>
    of.filter((one) => one.from === from).length
  const sure = strict.filter(({ from, holds }) => {
    const others = targets(from, strict)
    if (from.distinct === 2) return holds >= 0.97
    return others >= 3 || (holds >= exact && (others >= 2 || from.distinct <= 20 || !isWhole(from)))
  })
  const found = [...sure, ...kept.filter(({ from }) => targets(from, kept) + targets(from, sure) >= 3)]
  return found.map((one) => ({ ...one, pairs: countPairs(one) }))
}

/** Whether most values are amounts or times, which determine nothing even where they repeat. */
function isMeasure(column: CellColumn): boolean {
  return (
    isAmount(column) ||
    shareOf(column, (at) => ['date', 'time', 'datetime'].includes(column.types[at] ?? '')) > 0.5
  )
}

function isAmount(column: CellColumn): boolean {
  return (
    shareOf(column, (at) => ['number', 'percent', 'currency', 'unit'].includes(column.types[at] ?? '')) > 0.5
  )
}

/** Whether most values are whole numbers: a code perhaps, or an amount. */
function isWhole(column: CellColumn): boolean {
  return shareOf(column, (at) => column.types[at] === 'integer') > 0.5
}

function shareOf(column: CellColumn, test: (code: number) => boolean): number {
  return (
    column.counts.reduce((sum, rows, code) => sum + (test(code) ? rows : 0), 0) / Math.max(1, column.filled)
  )
}

/** Two columns that leave their group in the same rows tell of another thing there, such as a second company in a town. */
function deviateTogether(one: Dependency, other: Dependency): boolean {
  let [both, either] = [0, 0]
  for (let row = 0; row < one.from.codes.length; row++) {
    const [first, second] = [deviates(one, row), deviates(other, row)]
    both += Number(first && second)
    either += Number(first || second)
  }
  return both > either * 0.8
}

function highest(column: CellColumn): number {
  let most = 0
  column.counts.forEach((count, at) => {
    if (column.values[at] !== '' && count > most) most = count
  })
  return most
}

/** The rows ordered by the value that a column has there, and where each value begins. */
interface Order {
  rows: Int32Array
  starts: Int32Array
}

function rowsByValue({ codes, counts }: CellColumn): Order {
  const starts = new Int32Array(counts.length + 1)
  counts.forEach((count, code) => (starts[code + 1] = (starts[code] ?? 0) + count))
  const next = starts.slice()
  const rows = new Int32Array(codes.length)
  codes.forEach((code, row) => {
    const place = next[code] ?? 0
    rows[place] = row
    next[code] = place + 1
  })
  return { rows, starts }
}

function measure(
  from: CellColumn,
  to: CellColumn,
  { rows, starts }: Order,
): Dependency & { grouped: number } {
  const groups = from.values.length
  const emptyTo = to.values.indexOf('')
  const emptyFrom = from.values.indexOf('')
  const counts = new Int32Array(to.values.length)
  const usual = new Int32Array(groups).fill(-1)
  const support = new Int32Array(groups)
  const share = new Float32Array(groups)
  let [agreeing, grouped] = [0, 0]
  for (let group = 0; group < groups; group++) {
    if (group === emptyFrom) continue
    const [start = 0, end = 0] = [starts[group], starts[group + 1]]
    let [most, best, size] = [0, -1, 0]
    for (let at = start; at < end; at++) {
      const value = to.codes[rows[at] ?? 0] ?? 0
      if (value === emptyTo) continue
      size++
      const count = (counts[value] ?? 0) + 1
      counts[value] = count
      if (count > most) [most, best] = [count, value]
    }
    for (let at = start; at < end; at++) counts[to.codes[rows[at] ?? 0] ?? 0] = 0
    if (size === 0) continue
    usual[group] = best
    support[group] = most
    share[group] = most / size
    if (size < 3) continue
    grouped += size
    agreeing += most
  }
  const holds = grouped === 0 ? 0 : agreeing / grouped
  return { from, to, holds, usual, share, support, grouped, pairs: new Map(), loose: false }
}

function countPairs({ from, to }: Dependency): Map<number, number> {
  const pairs = new Map<number, number>()
  from.codes.forEach((group, row) => {
    const key = group * to.values.length + (to.codes[row] ?? 0)
    pairs.set(key, (pairs.get(key) ?? 0) + 1)
  })
  return pairs
}
