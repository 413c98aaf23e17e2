import { makeTable, numberColumn, textColumn, type Column } from '../../shared/data/column.ts'
import { lint } from '../../shared/data/lint.ts'
import { loadTable } from '../../shared/data/load_table.ts'
import { mulberry } from './boosting.ts'
import { cleanTables, type CleanTable, type QualityTable, scoreOf, share, withoutData } from './quality.ts'

/** Tables with the classes that are to be predicted in each. */
const targets: Readonly<Record<string, string>> = {
  'penguins.csv': 'species',
  'breast-cancer-wisconsin.data': 'column 11',
  'titanic_seaborn.csv': 'survived',
  'taxis.csv': 'payment',
  'elec2.csv': 'class',
  'pima-indians-diabetes.csv': 'column 9',
  'vega_seattle-weather.csv': 'weather',
  'winequality-red.csv': 'column 12',
}
const mostRows = 3000
const shares = [0, 0.05, 0.15] as const

/** Labels that are changed on purpose, and which rows are called mislabelled then. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  const title = 'Labels changed on purpose (uniformly, seeded)'
  const tables = cleanTables().filter(({ file }) => file in targets)
  if (tables.length === 0) return [withoutData(title, 'tabular')]
  const rows = tables.flatMap((table) => {
    tell(table.file)
    return shares.map((part) => oneRow(table, part))
  })
  return [
    {
      title,
      columns: ['table', 'label', 'rows', 'changed', 'named', 'precision', 'recall'],
      rows,
      note: 'Nothing is to be named where nothing was changed. Where a simple model cannot tell the classes apart it is silent by design.',
    },
  ]
}

function oneRow(table: CleanTable, part: number): string[] {
  const name = targets[table.file] ?? ''
  const random = mulberry(table.file.length + Math.round(part * 100))
  const at = table.names.indexOf(name)
  const truth = (table.cells[at] ?? []).slice(0, mostRows)
  const classes = [...new Set(truth)].filter((label) => label !== '')
  const changed = new Set<number>()
  const labels = truth.map((label, row) => {
    if (label === '' || random() >= part) return label
    changed.add(row)
    const others = classes.filter((each) => each !== label)
    return others[Math.floor(random() * others.length)] ?? label
  })
  // The answer once more under another name would show every change.
  const same = new Set(['alive', 'class', 'adult_male'].filter((each) => each !== name))
  const columns = table.names.flatMap((other, i) => {
    if (same.has(other) && table.file.startsWith('titanic')) return []
    return [toColumn(other, i === at ? labels : (table.cells[i] ?? []).slice(0, mostRows), i === at)]
  })
  const { findings } = lint(loadTable(table.file, makeTable(columns)), { target: name })
  const where = findings.find(({ rule }) => rule === 'mislabelled')?.where
  const named = where?.kind === 'rows' ? where.rows : []
  const { p, r } = scoreOf(named.filter((row) => changed.has(row)).length, named.length, changed.size)
  return [
    table.file,
    name,
    String(labels.length),
    String(changed.size),
    named.length === 0 ? 'silent' : String(named.length),
    named.length === 0 ? '' : share(p),
    named.length === 0 || changed.size === 0 ? '' : share(r),
  ]
}

function toColumn(name: string, cells: readonly string[], isText: boolean): Column {
  const texts = cells.map((cell) => (cell === '' || cell === 'NA' ? null : cell))
  if (isText || texts.some((cell) => cell !== null && Number.isNaN(Number(cell))))
    return textColumn(name, texts)
  const numbers = Float64Array.from(texts, (cell) => (cell === null ? NaN : Number(cell)))
  const missing = Uint8Array.from(texts, (cell) => Number(cell === null))
  return numberColumn(name, 'number', numbers, { missing })
}
