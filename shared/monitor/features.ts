import { encode, isNumeric, type Column, type Table } from '../data/column.ts'
import type { Feature } from '../stats/boosted_trees.ts'

/** How a column becomes a feature; learned from one table, used on others. */
export interface Coding {
  name: string
  /** Kinds of texts in an order; null for numbers. */
  order: ReadonlyMap<string, number> | null
}

/** Columns that trees can learn from: numbers as they are, kinds of text in the order of their frequency. */
export function codingsOf(table: Table, leaveOut: readonly string[]): Coding[] {
  return table.columns.flatMap((column): Coding[] => {
    const { name, kind } = column
    const useless = kind === 'date' || kind === 'timestamp' || kind === 'empty' || kind === 'nested'
    if (leaveOut.includes(name) || useless || kind === 'binary') return []
    if (isNumeric(column) || kind === 'boolean') return [{ name, order: null }]
    const { codes, size } = encode(column)
    if (size > 200) return []
    const counts = new Array<number>(size).fill(0)
    for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
    const kinds = [...counts.keys()].sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0))
    return [{ name, order: new Map(kinds.map((code, place) => [column.dictionary[code] ?? '', place])) }]
  })
}

/** The features of some rows of a table (default: of all); a kind that was never seen counts as missing. */
export function featuresOf(table: Table, codings: readonly Coding[], rows?: readonly number[]): Feature[] {
  return codings.map(({ name, order }) => {
    const column = table.columns.find((one) => one.name === name)
    const valueAt = column === undefined ? () => NaN : reader(column, order)
    return rows === undefined
      ? Float64Array.from({ length: table.rows }, (_, row) => valueAt(row))
      : Float64Array.from(rows, valueAt)
  })
}

function reader(column: Column, order: Coding['order']): (row: number) => number {
  const { numbers, codes, dictionary } = column
  if (order === null) return (row) => numbers?.[row] ?? NaN
  const places = dictionary.map((text) => order.get(text) ?? NaN)
  return (row) => places[codes?.[row] ?? -1] ?? NaN
}
