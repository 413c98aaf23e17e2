import { makeTable, numberColumn, textColumn, type Column } from '../../shared/data/column.ts'
import { columnsOf, lint } from '../../shared/data/lint.ts'
import { loadTable } from '../../shared/data/load_table.ts'
import { mulberry } from './boosting.ts'
import { cleanTables, type CleanTable, type QualityTable, withoutData } from './quality.ts'

/** Tables with the column that is to be predicted in each. */
const targets: Readonly<Record<string, string>> = {
  'titanic_seaborn.csv': 'survived',
  'penguins.csv': 'species',
  'bike_day.csv': 'cnt',
  'pima-indians-diabetes.csv': 'column 9',
  'winequality-red.csv': 'column 12',
  'elec2.csv': 'class',
  'compas-scores-two-years.csv': 'two_year_recid',
  'vega_seattle-weather.csv': 'weather',
  'taxis.csv': 'payment',
}

/** So many rows of a table are taken. */
const mostRows = 1500

type Leak = (target: readonly string[], random: () => number) => (string | null)[]

/** How an answer gets into an input, in the ways that are told of. */
const leaks: Readonly<Record<string, Leak>> = {
  'a copy under another name': (target) => [...target],
  'a code for it': (target) => {
    const codes = new Map([...new Set(target)].map((value, at) => [value, `code ${(at * 7) % 101}`]))
    return target.map((value) => codes.get(value) ?? null)
  },
  'nearly it: one row in twenty is another': (target, random) =>
    target.map((value) => (random() < 0.05 ? target[Math.floor(random() * target.length)]! : value)),
  'filled in afterwards, for one answer only': (target, random) => {
    const [first] = mostFrequent(target)
    return target.map((value) =>
      value === first && random() < 0.95 ? String(100 + Math.floor(random() * 900)) : null,
    )
  },
  'an amount that moves with it': (target, random) => {
    const places = new Map(
      [...new Set(target)].sort((a, b) => Number(a) - Number(b)).map((value, at) => [value, at]),
    )
    return target.map((value) =>
      (2 * (Number.isNaN(Number(value)) ? places.get(value)! : Number(value)) + 0.01 * random()).toFixed(4),
    )
  },
}

/** Inputs that give the answer away, planted into clean tables one at a time, and what is said of the tables as they are. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  const tables = cleanTables()
    .filter(({ file }) => file in targets)
    .map((table) => ({ ...table, cells: table.cells.map((column) => column.slice(0, mostRows)) }))
  if (tables.length === 0) return [withoutData('Leakage', 'tabular')]
  const found = new Map(
    Object.keys(leaks).map((kind) => [kind, { right: 0, wanted: 0, missed: [] as string[] }]),
  )
  const before: string[][] = []
  let [columns, others] = [0, 0]
  for (const table of tables) {
    tell(table.file)
    const target = targets[table.file]!
    const known = leaksIn(table, target)
    columns += table.names.length - 1
    for (const { column, rule, says } of known) before.push([table.file, column, rule, says])
    const values = table.cells[table.names.indexOf(target)]!
    for (const [kind, leak] of Object.entries(leaks)) {
      const planted = 'planted_feature'
      const cells = [...table.cells, leak(values, mulberry(11)).map((value) => value ?? '')]
      const after = leaksIn({ ...table, names: [...table.names, planted], cells }, target)
      const entry = found.get(kind)!
      entry.wanted++
      if (after.some(({ column }) => column === planted)) entry.right++
      else entry.missed.push(table.file)
      others += after.filter(
        ({ column }) => column !== planted && !known.some((one) => one.column === column),
      ).length
    }
  }
  return [
    {
      title: 'Leakage planted into clean tables',
      columns: ['how the answer got in', 'planted', 'found', 'missed in'],
      rows: [...found].map(([kind, { right, wanted, missed }]) => [
        kind,
        String(wanted),
        String(right),
        missed.join(' '),
      ]),
      note: `Columns accused only because another was planted: ${others}.`,
    },
    {
      title: `Leakage found in the tables as they are (${columns} inputs)`,
      columns: ['table', 'column', 'rule', 'what is said'],
      rows: before,
      note: 'All of these do give their answer away.',
    },
  ]
}

/** Inputs that the rules about leakage name. */
function leaksIn(table: CleanTable, target: string): { column: string; rule: string; says: string }[] {
  const loaded = loadTable(
    table.file,
    makeTable(table.names.map((name, at) => toColumn(name, table.cells[at]!))),
  )
  return lint(loaded, { target }).findings.flatMap((finding) => {
    const about = columnsOf(finding)
    if (!rulesOfLeakage.has(finding.rule) || !about.includes(target)) return []
    return about
      .filter((column) => column !== target)
      .map((column) => ({ column, rule: finding.rule, says: finding.says.slice(0, 90) }))
  })
}

/** Rules that say that a column gives the target away, or says the same as it. */
const rulesOfLeakage: ReadonlySet<string> = new Set(['target-leak', 'same-columns', 'derived-column'])

function toColumn(name: string, cells: readonly string[]): Column {
  const missing = (cell: string): boolean => cell === '' || cell === 'NA'
  const numeric = cells.every((cell) => missing(cell) || !Number.isNaN(Number(cell)))
  if (!numeric)
    return textColumn(
      name,
      cells.map((cell) => (missing(cell) ? null : cell)),
    )
  const whole = cells.every((cell) => missing(cell) || Number.isSafeInteger(Number(cell)))
  const numbers = Float64Array.from(cells, (cell) => (missing(cell) ? NaN : Number(cell)))
  return numberColumn(name, whole ? 'integer' : 'number', numbers, {
    missing: Uint8Array.from(cells, (cell) => Number(missing(cell))),
  })
}

function mostFrequent(values: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([value]) => value)
}
