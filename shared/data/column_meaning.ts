import { type Column, textAt } from './column.ts'
import { columnFacts, type ColumnFacts } from './column_facts.ts'
import type { Loaded } from './loaded.ts'
import { columnMeaning } from './meaning.ts'
import type { ColumnProfile, ToldMeaning } from './profile.ts'

/** So many rows of a column of texts are read to see whether they are numbers. */
const textRows = 2000
/** SortingHat's columns have so many samples. */
const sampleCount = 5

const known = new WeakMap<Column, ToldMeaning>()

/** What a column of the data means, from its profile over all rows and samples of its values; null if it has no values. */
export function meaningOfColumn(data: Pick<Loaded, 'profile' | 'sample'>, name: string): ToldMeaning | null {
  const at = data.profile.columns.findIndex((profile) => profile.name === name)
  const [profile, column] = [data.profile.columns[at], data.sample.columns[at]]
  if (profile === undefined || column === undefined || profile.rows === profile.nulls) return null
  if (profile.kind === 'binary' || profile.kind === 'nested' || profile.kind === 'empty') return null
  const before = known.get(column)
  if (before !== undefined) return before
  const told = columnMeaning(factsOf(profile, column))
  const meaning = { class: told.class, probability: told.probability, tags: told.tags }
  known.set(column, meaning)
  return meaning
}

/** The facts that the model was trained on: all rows where they are counted, the sample where they are not. */
function factsOf(profile: ColumnProfile, column: Column): ColumnFacts {
  const { name, rows, nulls, distinct, numbers } = profile
  const counted = { name, total: rows, nulls, distinct }
  if (numbers === null) {
    const texts = Array.from({ length: Math.min(column.length, textRows) }, (_, row) => textAt(column, row))
    return { ...columnFacts(texts, name), ...counted }
  }
  const isAmount = profile.kind === 'integer' || profile.kind === 'number' || profile.kind === 'boolean'
  const { finite, mean, deviation, quantiles } = numbers
  const stats = {
    mean,
    deviation: finite > 1 ? deviation * Math.sqrt((finite - 1) / finite) : 0,
    min: quantiles[0] ?? NaN,
    max: quantiles.at(-1) ?? NaN,
  }
  return { ...counted, samples: firstDifferent(column), ...(isAmount ? { numbers: stats } : {}) }
}

function firstDifferent(column: Column): string[] {
  const found = new Set<string>()
  for (let row = 0; row < column.length && found.size < sampleCount; row++)
    found.add(textAt(column, row) ?? '')
  return [...found]
}
