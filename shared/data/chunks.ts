import { type Column, makeTable, type Table } from './column.ts'
import type { Loaded } from './loaded.ts'
import { ColumnSummary } from './summary.ts'

/** What is known of data before it comes. */
export interface ChunkSource {
  name: string
  /** How many rows there will be in all, as far as is known. */
  rows: number
  notes: readonly string[]
}

/** Data that comes in pieces, all with the same columns. */
export interface ChunkStream extends ChunkSource {
  chunks: Iterable<Table>
}

/** Makes one pass over the pieces: a profile of all rows, and at most so many rows at even distances to keep. */
export function loadChunks(stream: ChunkStream, sampleRows: number): Loaded {
  const gathering = gatherChunks(stream, sampleRows)
  for (const chunk of stream.chunks) gathering.add(chunk)
  return gathering.loaded()
}

/** The same for pieces that come when they come. */
export function gatherChunks(
  source: ChunkSource,
  sampleRows: number,
): { add(chunk: Table): void; loaded(): Loaded } {
  const stride = Math.max(1, Math.ceil(source.rows / sampleRows))
  const summaries: ColumnSummary[] = []
  const kept: Table[] = []
  const rowNumbers: number[] = []
  let rows = 0
  return {
    add(chunk) {
      chunk.columns.forEach((column, i) => {
        const summary = (summaries[i] ??= new ColumnSummary(column.name, column.kind, column.type))
        summary.add(column, rows)
      })
      const picked = Array.from({ length: chunk.rows }, (_, i) => i).filter((i) => (rows + i) % stride === 0)
      for (const i of picked) rowNumbers.push(rows + i)
      kept.push(picked.length === chunk.rows ? chunk : takeRows(chunk, picked))
      rows += chunk.rows
    },
    loaded: () => ({
      name: source.name,
      profile: { rows, columns: summaries.map((summary) => summary.profile()) },
      sample: joinTables(kept),
      rowNumbers: stride === 1 ? null : Float64Array.from(rowNumbers),
      engine: 'columns',
      notes: source.notes,
    }),
  }
}

/** Some rows of a table, in the order given. */
export function takeRows(table: Table, rows: readonly number[] | Int32Array): Table {
  return { rows: rows.length, columns: table.columns.map((column) => takeFromColumn(column, rows)) }
}

function takeFromColumn(column: Column, rows: readonly number[] | Int32Array): Column {
  const pick = <T extends Float64Array | Int32Array | Uint8Array>(from: T | null, to: T): T | null => {
    if (from === null) return null
    for (let i = 0; i < rows.length; i++) to[i] = from[rows[i] ?? 0] ?? 0
    return to
  }
  const missing = pick(column.missing, new Uint8Array(rows.length))
  return {
    ...column,
    length: rows.length,
    missing,
    nulls: missing === null ? 0 : missing.reduce((sum, mark) => sum + mark, 0),
    numbers: pick(column.numbers, new Float64Array(rows.length)),
    codes: pick(column.codes, new Int32Array(rows.length)),
  }
}

/** Tables with the same columns, one below the other. */
export function joinTables(tables: readonly Table[]): Table {
  const [first, ...others] = tables
  if (first === undefined) return makeTable([])
  if (others.length === 0) return first
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  return {
    rows,
    columns: first.columns.map((_, i) =>
      joinColumns(
        tables.flatMap((table) => table.columns[i] ?? []),
        rows,
      ),
    ),
  }
}

function joinColumns(parts: readonly Column[], length: number): Column {
  const told = parts.find((part) => part.kind !== 'empty') ?? parts[0]
  if (told === undefined) throw new RangeError('Cannot join no columns')
  const missing = new Uint8Array(length)
  const numbers = told.numbers === null ? null : new Float64Array(length).fill(NaN)
  const codes = told.codes === null ? null : new Int32Array(length).fill(-1)
  const dictionary: string[] = []
  const places = new Map<string, number>()
  let place = 0
  for (const part of parts) {
    if (part.missing !== null) missing.set(part.missing, place)
    if (numbers !== null && part.numbers !== null) numbers.set(part.numbers, place)
    if (codes !== null && part.codes !== null) {
      const recoded = part.dictionary.map((text) => {
        const known = places.get(text)
        if (known !== undefined) return known
        places.set(text, dictionary.length)
        return dictionary.push(text) - 1
      })
      for (let i = 0; i < part.length; i++) codes[place + i] = recoded[part.codes[i] ?? -1] ?? -1
    }
    place += part.length
  }
  const nulls = missing.reduce((sum, mark) => sum + mark, 0)
  return { ...told, length, nulls, missing: nulls === 0 ? null : missing, numbers, codes, dictionary }
}
