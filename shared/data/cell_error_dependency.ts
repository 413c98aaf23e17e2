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

/** Rows that decide whether a pair is worth a closer look. */
const probeRows = 20_000

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
  return loose || exceptions <= 1 || exceptions <= agreeing * 0.1
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
    // Whoever contradicts everybody is the liar, or speaks of another thing.
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
  }
}

function learn(columns: readonly CellColumn[]): Dependency[] {
  const found: Dependency[] = []
  const loose: Dependency[] = []
  const rows = columns[0]?.codes.length ?? 0
  for (const from of columns) {
    if (from.distinct < 2 || from.distinct > from.filled * 0.7 || from.filled < rows * 0.3) continue
    for (const to of columns) {
      if (to === from || to.distinct < 2) continue
      const chance = highest(to) / Math.max(1, to.filled)
      if (chance > 0.95) continue
      const probe = measure(from, to, Math.min(rows, probeRows))
      if (probe.holds < 0.45) continue
      const whole = rows > probeRows ? measure(from, to, rows) : probe
      const better = (whole.holds - chance) / (1 - chance)
      // Values that hardly repeat agree by chance in pairs.
      if (whole.holds >= 0.9 && better >= 0.75 && whole.grouped > 0.2 * rows) found.push(whole)
      else if (
        whole.holds >= 0.5 &&
        better >= 0.4 &&
        chance < 0.2 &&
        whole.grouped > 0.8 * rows &&
        from.filled / from.distinct >= 5
      )
        loose.push({ ...whole, loose: true })
    }
  }
  const kept = loose.filter(
    (one) => !loose.some((other) => other !== one && other.from === one.from && deviateTogether(one, other)),
  )
  // A column that determines several others so names the things that the rows describe.
  const targets = (from: CellColumn): number => [...kept, ...found].filter((one) => one.from === from).length
  return [...found, ...kept.filter(({ from }) => targets(from) >= 3)]
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

function measure(from: CellColumn, to: CellColumn, rows: number): Dependency & { grouped: number } {
  const pairs = new Map<number, number>()
  const groups = new Int32Array(from.values.length)
  const width = to.values.length
  const emptyTo = to.values.indexOf('')
  const emptyFrom = from.values.indexOf('')
  for (let row = 0; row < rows; row++) {
    const [group = 0, value = 0] = [from.codes[row], to.codes[row]]
    if (value === emptyTo || group === emptyFrom) continue
    groups[group] = (groups[group] ?? 0) + 1
    const key = group * width + value
    pairs.set(key, (pairs.get(key) ?? 0) + 1)
  }
  const usual = new Int32Array(groups.length).fill(-1)
  const support = new Int32Array(groups.length)
  for (const [key, count] of pairs) {
    const group = Math.floor(key / width)
    if (count <= (support[group] ?? 0)) continue
    support[group] = count
    usual[group] = key % width
  }
  let [agreeing, grouped] = [0, 0]
  const share = new Float32Array(groups.length)
  groups.forEach((size, group) => {
    if (size === 0) return
    share[group] = (support[group] ?? 0) / size
    if (size < 3) return
    grouped += size
    agreeing += support[group] ?? 0
  })
  return {
    from,
    to,
    holds: grouped === 0 ? 0 : agreeing / grouped,
    usual,
    share,
    support,
    grouped,
    pairs,
    loose: false,
  }
}
