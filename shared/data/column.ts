/** What a column stores, whatever its source calls it. */
export type ColumnKind =
  | 'integer'
  | 'number'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'time'
  | 'duration'
  | 'text'
  | 'binary'
  | 'nested'
  | 'empty'

/**
 * One column in memory, ready for whole-column arithmetic.
 *
 * Text, binary and nested values stand in `codes`, as places in `dictionary` (nested ones as JSON, binary ones as
 * hexadecimal previews). All other kinds stand in `numbers`: booleans as 0 and 1, dates and timestamps as UTC
 * milliseconds, times and durations as milliseconds. Integers beyond 2^53 have both: `numbers` is then rounded,
 * `codes` is exact.
 */
export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  /** The type as the source calls it: `Int64`, `VARCHAR`. */
  readonly type: string
  readonly length: number
  readonly nulls: number
  /** 1 where a value is missing; null if none is. */
  readonly missing: Uint8Array | null
  /** Values; NaN where missing. Null for text, binary, nested and empty columns. */
  readonly numbers: Float64Array | null
  /** Places in the dictionary, -1 where missing; null for columns of numbers. */
  readonly codes: Int32Array | null
  readonly dictionary: readonly string[]
}

/** Columns of equal length. */
export interface Table {
  readonly columns: readonly Column[]
  readonly rows: number
}

/** Which values are equal: a number for each row, -1 where missing, and how many numbers there are. */
export interface Encoding {
  readonly codes: Int32Array
  readonly size: number
}

/** A column of numbers of the given kind. `missing` may be left out if none is. */
export function numberColumn(
  name: string,
  kind: Exclude<ColumnKind, 'text' | 'binary' | 'nested' | 'empty'>,
  numbers: Float64Array,
  more: { type?: string; missing?: Uint8Array | null; exact?: readonly (string | null)[] } = {},
): Column {
  const missing = more.missing ?? null
  const nulls = missing === null ? 0 : count(missing)
  const exact = more.exact === undefined ? null : textColumn(name, more.exact)
  return {
    name,
    kind,
    type: more.type ?? kind,
    length: numbers.length,
    nulls,
    missing: nulls === 0 ? null : missing,
    numbers,
    codes: exact?.codes ?? null,
    dictionary: exact?.dictionary ?? [],
  }
}

/** A column of texts (or of texts that stand for binary and nested values). */
export function textColumn(
  name: string,
  texts: readonly (string | null | undefined)[],
  more: { type?: string; kind?: 'text' | 'binary' | 'nested' } = {},
): Column {
  const codes = new Int32Array(texts.length)
  const places = new Map<string, number>()
  const dictionary: string[] = []
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]
    if (text === null || text === undefined) {
      codes[i] = -1
      continue
    }
    let place = places.get(text)
    if (place === undefined) {
      place = dictionary.push(text) - 1
      places.set(text, place)
    }
    codes[i] = place
  }
  return codedColumn(name, codes, dictionary, more)
}

/** A column of texts that are dictionary-encoded already; every text stands in the dictionary once. */
export function codedColumn(
  name: string,
  codes: Int32Array,
  dictionary: readonly string[],
  more: { type?: string; kind?: 'text' | 'binary' | 'nested' } = {},
): Column {
  const missing = new Uint8Array(codes.length)
  for (let i = 0; i < codes.length; i++) if ((codes[i] ?? -1) < 0) missing[i] = 1
  const nulls = count(missing)
  const kind = more.kind ?? 'text'
  return {
    name,
    kind,
    type: more.type ?? kind,
    length: codes.length,
    nulls,
    missing: nulls === 0 ? null : missing,
    numbers: null,
    codes,
    dictionary,
  }
}

/** A column in which every value is missing. */
export function emptyColumn(name: string, length: number, type = 'Null'): Column {
  const missing = new Uint8Array(length).fill(1)
  return {
    name,
    kind: 'empty',
    type,
    length,
    nulls: length,
    missing,
    numbers: null,
    codes: null,
    dictionary: [],
  }
}

/**
 * A table of these columns.
 * @throws RangeError if they differ in length
 */
export function makeTable(columns: readonly Column[]): Table {
  const rows = columns[0]?.length ?? 0
  const odd = columns.find((column) => column.length !== rows)
  if (odd !== undefined)
    throw new RangeError(`Cannot make a table as "${odd.name}" has ${odd.length} rows, not ${rows}`)
  return { columns, rows }
}

/** Whether the value in this row is missing. */
export function isMissing(column: Column, row: number): boolean {
  return column.missing !== null && column.missing[row] === 1
}

/** Whether the column is of numbers that one can count with: integers and floating-point numbers. */
export function isNumeric(column: Column): column is Column & { numbers: Float64Array } {
  return (column.kind === 'integer' || column.kind === 'number') && column.numbers !== null
}

/** Whether the column is of text. */
export function isText(column: Column): column is Column & { codes: Int32Array } {
  return column.kind === 'text' && column.codes !== null
}

/** Whether the column is of points in time. */
export function isTime(column: Column): column is Column & { numbers: Float64Array } {
  return (column.kind === 'date' || column.kind === 'timestamp') && column.numbers !== null
}

/** The value in this row as a person reads it; null where missing. */
export function textAt(column: Column, row: number): string | null {
  if (isMissing(column, row)) return null
  if (column.codes !== null) return column.dictionary[column.codes[row] ?? -1] ?? null
  return column.numbers === null ? null : showNumber(column.kind, column.numbers[row] ?? NaN)
}

/** A stored number as a person reads it: a date for dates, `true` for booleans. */
export function showNumber(kind: ColumnKind, value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (kind === 'boolean') return value === 0 ? 'false' : 'true'
  if (kind === 'date' || kind === 'timestamp') {
    if (Math.abs(value) > 8.64e15) return String(value)
    const text = new Date(value).toISOString()
    return kind === 'date' || text.endsWith('T00:00:00.000Z')
      ? text.slice(0, 10)
      : text.slice(0, 19).replace('T', ' ')
  }
  return String(value)
}

const encodings = new WeakMap<Column, Encoding>()

/** Which rows hold equal values. Made once for a column and kept with it. NaN counts as missing. */
export function encode(column: Column): Encoding {
  const known = encodings.get(column)
  if (known !== undefined) return known
  const made =
    column.codes !== null
      ? { codes: column.codes, size: column.dictionary.length }
      : column.numbers !== null
        ? encodeNumbers(column.numbers, column.missing)
        : { codes: new Int32Array(column.length).fill(-1), size: 0 }
  encodings.set(column, made)
  return made
}

function encodeNumbers(numbers: Float64Array, missing: Uint8Array | null): Encoding {
  const codes = new Int32Array(numbers.length)
  const places = new Map<number, number>()
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] ?? NaN
    if (missing?.[i] === 1 || Number.isNaN(value)) {
      codes[i] = -1
      continue
    }
    let place = places.get(value)
    if (place === undefined) {
      place = places.size
      places.set(value, place)
    }
    codes[i] = place
  }
  return { codes, size: places.size }
}

function count(marks: Uint8Array): number {
  let marked = 0
  for (const mark of marks) marked += mark
  return marked
}
