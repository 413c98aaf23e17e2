import {
  type Data,
  DateUnit,
  DataType,
  type Field,
  Precision,
  type Table as ArrowTable,
  tableFromIPC,
  TimeUnit,
  type Vector,
} from 'apache-arrow'
import { Problem } from '../base/problem.ts'
import {
  codedColumn,
  type Column,
  type ColumnKind,
  emptyColumn,
  makeTable,
  numberColumn,
  type Table,
  textColumn,
} from './column.ts'
import { TextInterner } from './text_interner.ts'

/**
 * A table from the bytes of an Arrow IPC file or stream.
 * @throws Problem `data_unreadable` if they are none, or use what cannot be read here
 */
export function tableFromArrow(bytes: Uint8Array): Table {
  let table: ArrowTable
  try {
    table = tableFromIPC(bytes)
  } catch (error) {
    throw new Problem(
      'data_unreadable',
      `This is no Arrow data that can be read: ${error instanceof TypeError || error instanceof RangeError ? 'it is cut or damaged' : (error as Error).message}`,
      {
        hint: 'Files with compressed buffers (Feather\'s default) are read after df.to_feather(path, compression="uncompressed").',
        cause: error,
      },
    )
  }
  return makeTable(
    table.schema.fields.map((field, i) => {
      const vector = table.getChildAt(i)
      return vector === null ? emptyColumn(field.name, table.numRows) : columnFromArrow(field, vector)
    }),
  )
}

/** A column from an Arrow vector of any type. What is nested becomes JSON; what is binary, a preview. */
export function columnFromArrow(field: Field, vector: Vector): Column {
  const type = field.type as DataType
  const name = field.name
  const label = labelOf(type)
  if (DataType.isNull(type)) return emptyColumn(name, vector.length, label)
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return textFromBytes(name, vector, label)
  if (DataType.isDictionary(type)) return fromDictionary(field, vector)
  const kind = numberKind(type)
  if (kind !== null) return fromNumbers(field, vector, kind)
  if (DataType.isUtf8View(type)) return textColumn(name, texts(vector, String), { type: label })
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type)) {
    const preview = (value: unknown): string =>
      Buffer.from(value as Uint8Array)
        .toString('hex')
        .slice(0, 64)
    return textColumn(name, texts(vector, preview), { type: label, kind: 'binary' })
  }
  return textColumn(name, texts(vector, asJson), { type: label, kind: 'nested' })
}

type NumberKind = Exclude<ColumnKind, 'text' | 'binary' | 'nested' | 'empty'>

function numberKind(type: DataType): NumberKind | null {
  if (DataType.isInt(type)) return 'integer'
  if (DataType.isFloat(type) || DataType.isDecimal(type)) return 'number'
  if (DataType.isBool(type)) return 'boolean'
  if (DataType.isDate(type)) return 'date'
  if (DataType.isTimestamp(type)) return 'timestamp'
  if (DataType.isTime(type)) return 'time'
  if (DataType.isDuration(type)) return 'duration'
  return null
}

/** What a stored unit must be multiplied with to be milliseconds (or, for plain numbers, itself). */
function scaleOf(type: DataType): number {
  if (DataType.isTimestamp(type) || DataType.isTime(type) || DataType.isDuration(type)) {
    if (type.unit === TimeUnit.SECOND) return 1000
    if (type.unit === TimeUnit.MILLISECOND) return 1
    return type.unit === TimeUnit.MICROSECOND ? 1e-3 : 1e-6
  }
  if (DataType.isDate(type)) return type.unit === DateUnit.DAY ? 86_400_000 : 1
  return DataType.isDecimal(type) ? 10 ** -type.scale : 1
}

function fromNumbers(field: Field, vector: Vector, kind: NumberKind): Column {
  const type = field.type as DataType
  const scale = scaleOf(type)
  const numbers = new Float64Array(vector.length)
  const missing = vector.nullCount > 0 ? new Uint8Array(vector.length) : null
  let place = 0
  let inexact = false
  for (const data of vector.data as readonly Data[]) {
    if (
      DataType.isDecimal(type) ||
      DataType.isBool(type) ||
      (DataType.isFloat(type) && type.precision === Precision.HALF)
    ) {
      for (let i = 0; i < data.length; i++) numbers[place + i] = plainNumber(vector.get(place + i), scale)
    } else {
      const values = data.values as ArrayLike<number | bigint>
      for (let i = 0; i < data.length; i++) {
        const value = Number(values[i] ?? 0)
        if (kind === 'integer' && !Number.isSafeInteger(value)) inexact = true
        numbers[place + i] = scale === 1 ? value : divided(value, scale)
      }
    }
    if (missing !== null) markMissing(data, place, missing, numbers)
    place += data.length
  }
  const exact = inexact ? { exact: texts(vector, String) } : {}
  return numberColumn(field.name, kind, numbers, { type: labelOf(type), missing, ...exact })
}

/** Dividing by a whole number is exact where multiplying by its inverse is not. */
function divided(value: number, scale: number): number {
  return scale < 1 ? value / Math.round(1 / scale) : value * scale
}

function plainNumber(value: unknown, scale: number): number {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value === null || value === undefined) return NaN
  return typeof value === 'number' ? value : divided(Number(`${value as bigint}`), scale)
}

function markMissing(data: Data, place: number, missing: Uint8Array, numbers: Float64Array | null): void {
  if (data.nullCount === 0) return
  for (let i = 0; i < data.length; i++) {
    if (data.getValid(i)) continue
    missing[place + i] = 1
    if (numbers !== null) numbers[place + i] = NaN
  }
}

function textFromBytes(name: string, vector: Vector, type: string): Column {
  const interner = new TextInterner()
  const codes = new Int32Array(vector.length)
  let place = 0
  for (const data of vector.data) {
    const offsets = data.valueOffsets as ArrayLike<number | bigint>
    const bytes = data.values as Uint8Array
    const whole = data.nullCount === 0
    for (let i = 0; i < data.length; i++) {
      const from = Number(offsets[i] ?? 0)
      codes[place + i] =
        whole || data.getValid(i) ? interner.code(bytes, from, Number(offsets[i + 1] ?? 0)) : -1
    }
    place += data.length
  }
  return codedColumn(name, codes, interner.texts(), { type })
}

function fromDictionary(field: Field, vector: Vector): Column {
  const type = labelOf(field.type as DataType)
  const values: unknown[] = []
  const places = new Map<string, number>()
  const codes = new Int32Array(vector.length)
  let place = 0
  for (const data of vector.data) {
    const dictionary = data.dictionary
    if (dictionary === undefined) continue
    const recoded = Int32Array.from({ length: dictionary.length }, (_, i) => {
      const value: unknown = dictionary.get(i)
      if (value === null || value === undefined) return -1
      const text = showValue(value)
      const known = places.get(text)
      if (known !== undefined) return known
      places.set(text, values.length)
      return values.push(text) - 1
    })
    const indices = data.values as ArrayLike<number | bigint>
    for (let i = 0; i < data.length; i++)
      codes[place + i] = data.getValid(i) ? (recoded[Number(indices[i])] ?? -1) : -1
    place += data.length
  }
  return codedColumn(field.name, codes, values as string[], { type })
}

function texts(vector: Vector, show: (value: unknown) => string): (string | null)[] {
  const shown: (string | null)[] = []
  for (let i = 0; i < vector.length; i++) {
    const value: unknown = vector.get(i)
    shown.push(value === null || value === undefined ? null : show(value))
  }
  return shown
}

function showValue(value: unknown): string {
  return typeof value === 'object' ? asJson(value) : `${value as string | number | bigint | boolean}`
}

/** Nested values as JSON of at most 2000 characters: they are counted and previewed, not taken apart. */
function asJson(value: unknown): string {
  const text = JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'bigint' ? Number(inner) : inner,
  )
  return text.slice(0, 2000)
}

/** The type in Arrow's words: `Int64`, `Timestamp<MICROSECOND, UTC>`. */
function labelOf(type: DataType): string {
  return (type as { toString(): string }).toString()
}
