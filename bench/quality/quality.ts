import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCsvTable } from '../../shared/data/csv_table.ts'
import { dataFolder } from './data_folder.ts'

/** A table of measured quality, as it is printed. */
export interface QualityTable {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
  /** What a reader must know to judge the numbers. */
  note?: string
}

/** Every file bench/quality/NAME.quality.ts exports one such function as `measure`. */
export type Measure = (tell: (line: string) => void) => Promise<readonly QualityTable[]>

/** What stands in a table's place when its data are not there. */
export function withoutData(title: string, path: string): QualityTable {
  return {
    title,
    columns: ['not measured'],
    rows: [[`There is no ${path} in ${dataFolder} (set DAYBOOK_DATA)`]],
  }
}

/** A file of the data folder, or undefined if it is not there. */
export function dataPath(path: string): string | undefined {
  const whole = join(dataFolder, path)
  return existsSync(whole) ? whole : undefined
}

/** A share as it is printed. */
export function share(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(4)
}

/** Precision, recall and their harmonic mean. */
export function scoreOf(right: number, found: number, wanted: number): { p: number; r: number; f1: number } {
  const [p, r] = [found === 0 ? 0 : right / found, wanted === 0 ? 0 : right / wanted]
  return { p, r, f1: p + r === 0 ? 0 : (2 * p * r) / (p + r) }
}

/** A table of texts that is taken for clean. */
export interface CleanTable {
  file: string
  names: string[]
  /** By column. */
  cells: string[][]
}

/** The CSV files among the tabular data sets. */
export function cleanTables(): CleanTable[] {
  const folder = dataPath('tabular')
  if (folder === undefined) return []
  return readdirSync(folder)
    .filter((file) => /\.(?:csv|data)$/.test(file))
    .sort()
    .map((file) => {
      const { columns, rows } = readCsvTable(readFileSync(join(folder, file), 'utf8'))
      return { file, names: columns, cells: columns.map((_, at) => rows.map((row) => row[at]!)) }
    })
}
