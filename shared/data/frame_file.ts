import { Problem } from '../base/problem.ts'
import { type Column, codedColumn, type ColumnKind, makeTable, numberColumn, type Table } from './column.ts'
import { TextInterner } from './text_interner.ts'

/** What the file of a frame begins with. */
export const frameMagic = 'DAYBOOKF'

interface Header {
  rows: number
  columns: { name: string; kind: ColumnKind; type: string; missing: boolean; bytes?: number }[]
}

/**
 * A table as the kernel module writes it where there is no Arrow (python/daybook/frames.py): a header in JSON, then
 * the columns' bytes as they lay in memory.
 * @throws Problem `data_unreadable` if it is cut or not such a file
 */
export function tableFromFrame(bytes: Uint8Array): Table {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (buffer.toString('latin1', 0, 8) !== frameMagic) throw new RangeError('it does not begin as one')
    const length = buffer.readUInt32LE(8)
    const header = JSON.parse(buffer.toString('utf8', 12, 12 + length)) as Header
    let place = 12 + length
    const take = (size: number): Buffer => {
      if (place + size > buffer.length) throw new RangeError('it is cut')
      place += size
      return buffer.subarray(place - size, place)
    }
    return makeTable(header.columns.map((column) => readColumn(column, header.rows, take)))
  } catch (error) {
    throw new Problem('data_unreadable', `This is no frame that can be read: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function readColumn(
  { name, kind, type, missing, bytes = 0 }: Header['columns'][number],
  rows: number,
  take: (size: number) => Buffer,
): Column {
  if (kind === 'text' || kind === 'binary' || kind === 'nested' || kind === 'empty') {
    const offsets = new Uint32Array(copy(take(4 * (rows + 1))))
    const marks = take(rows)
    const texts = take(bytes)
    const interner = new TextInterner()
    const codes = Int32Array.from({ length: rows }, (_, i) =>
      marks[i] === 1 ? -1 : interner.code(texts, offsets[i] ?? 0, offsets[i + 1] ?? 0),
    )
    return codedColumn(name, codes, interner.texts(), { type })
  }
  const numbers = new Float64Array(copy(take(8 * rows)))
  const marks = missing ? Uint8Array.from(take(rows)) : null
  if (marks !== null) marks.forEach((mark, i) => mark === 1 && (numbers[i] = NaN))
  return numberColumn(name, kind, numbers, { type, missing: marks })
}

/** Bytes at an address that numbers of 8 bytes may stand at. */
function copy(bytes: Buffer): ArrayBuffer {
  return Uint8Array.from(bytes).buffer
}
