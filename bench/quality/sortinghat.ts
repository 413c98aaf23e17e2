import { readFileSync } from 'node:fs'
import { readCsvTable } from '../../shared/data/csv_table.ts'
import type { ColumnFacts } from '../../shared/data/column_facts.ts'
import { meaningClasses, type MeaningClass } from '../../shared/data/meaning_class.ts'

/** A labelled column of SortingHat. */
export interface LabelledColumn {
  facts: ColumnFacts
  meaning: MeaningClass
  /** The file that the column is from. */
  source: string
}

/**
 * SortingHat's labelled columns from their file of facts.
 * @see Shah, Lacanlale, Kumar, Yang, Kumar (2021): Towards benchmarking feature type inference for AutoML platforms
 */
export function readLabelledColumns(path: string): LabelledColumn[] {
  const table = readCsvTable(readFileSync(path, 'utf8'))
  const places = new Map(table.columns.map((name, at) => [name, at]))
  return table.rows.map((row) => {
    const cell = (name: string): string => row[places.get(name) ?? -1] ?? ''
    return { facts: factsOf(cell), meaning: classOf(cell('y_act')), source: cell('Record_id') }
  })
}

function factsOf(cell: (name: string) => string): ColumnFacts {
  const number = (name: string): number => Number(cell(name))
  const numbers = {
    mean: number('mean'),
    deviation: number('std_dev'),
    min: number('min_val'),
    max: number('max_val'),
  }
  // Four zeros stand for a column that is not of numbers, and for one of zeros only.
  const none = Object.values(numbers).every((value) => value === 0)
  const samples = [1, 2, 3, 4, 5].map((at) => cell(`sample_${at}`))
  const zeros =
    none && samples.some((sample) => /^0(?:\.0*)?$/.test(sample)) && number('num_of_dist_val') === 1
  return {
    name: cell('Attribute_name'),
    total: number('total_vals'),
    nulls: number('num_nans'),
    distinct: number('num_of_dist_val'),
    ...(none && !zeros ? {} : { numbers }),
    samples: [...new Set(samples)],
  }
}

function classOf(label: string): MeaningClass {
  const found = meaningClasses.find((known) => known === label)
  if (found === undefined) throw new RangeError(`SortingHat has no class "${label}"`)
  return found
}

/**
 * Groups of columns that must not be parted between training and test: those of one file, and of files that share a
 * column with the same name, statistics and samples, since one is then a copy or another year of the other.
 * @returns per column the number of its group
 */
export function groupBySource(columns: readonly LabelledColumn[]): Int32Array {
  const parent = new Map<string, string>()
  const rootOf = (source: string): string => {
    let root = source
    while (parent.has(root)) root = parent.get(root)!
    return root
  }
  const seen = new Map<string, string>()
  for (const { facts, source } of columns) {
    // Constant columns and flags are equal in files that have nothing to do with each other.
    if (facts.distinct < 8) continue
    const key = JSON.stringify([facts.name, facts.total, facts.distinct, facts.numbers, facts.samples])
    const other = seen.get(key)
    if (other === undefined) seen.set(key, source)
    else if (rootOf(other) !== rootOf(source)) parent.set(rootOf(source), rootOf(other))
  }
  const numbers = new Map<string, number>()
  return Int32Array.from(columns, ({ source }) => {
    const root = rootOf(source)
    if (!numbers.has(root)) numbers.set(root, numbers.size)
    return numbers.get(root)!
  })
}
