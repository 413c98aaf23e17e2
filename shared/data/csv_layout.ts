import { cellType, isData, type CellType } from './cell_type.ts'

/** What stands where among the rows of a file. */
export interface CsvLayout {
  /** How many columns the first table has. */
  width: number
  /** Rows before the first table's header: titles, notes, blank ones. */
  preambleRows: number
  /** Rows of the header; 0 if there is none. */
  headerRows: number
  /** The row after the first table's last one. */
  endRow: number
  /** Where further tables begin, with their header. */
  furtherTables: readonly number[]
  /** Rows of the first table that have more or fewer cells. */
  raggedRows: number
}

type Row = readonly string[]

/** So many rows decide about the header. */
const sampleRows = 200

/**
 * Finds the table among the rows of a file: notes before and after it, a header of none to three rows, further
 * tables below. Never fails; without rows the width is 0.
 */
export function detectLayout(rows: readonly Row[]): CsvLayout {
  const width = usualWidth(rows.slice(0, 2000))
  const first = Math.max(0, firstOfTable(rows, width))
  const boundaries = furtherTables(rows, first, width)
  const boundary = boundaries[0] ?? rows.length
  const endRow = lastOfTable(rows.slice(0, boundary), first, width)
  const body = rows.slice(first, Math.min(endRow, first + sampleRows)).filter((row) => !isBlank(row))
  const headerRows = countHeaderRows(body)
  const data = rows.slice(first + headerRows, endRow)
  return {
    width,
    preambleRows: first,
    headerRows,
    endRow,
    furtherTables: boundaries,
    raggedRows: data.filter((row) => row.length !== width && !isBlank(row)).length,
  }
}

/** Whether a row holds nothing. */
export function isBlank(row: Row): boolean {
  return row.every((cell) => cell.trim() === '')
}

/** The width of most rows; of the first ones where two are as frequent, since a second table may follow. */
function usualWidth(rows: readonly Row[]): number {
  const widths = new Map<number, number>()
  let best = rows[0]?.length ?? 0
  for (const row of rows) if (!isBlank(row)) widths.set(row.length, (widths.get(row.length) ?? 0) + 1)
  for (const [width, count] of widths) if (count > (widths.get(best) ?? 0) * 1.2) best = width
  return best
}

/** The first row that is as full as the table's rows, and is not a note followed by blanks. */
function firstOfTable(rows: readonly Row[], width: number): number {
  const looked = rows.slice(0, 100)
  return looked.findIndex((row, at) => {
    if (isBlank(row)) return false
    if (width < 2) return true
    const filled = row.filter((cell) => cell.trim() !== '').length
    const next = looked.slice(at + 1, at + 30).filter((other) => !isBlank(other))
    const usual =
      next.length === 0 ? 0 : median(next.map((other) => other.filter((cell) => cell.trim() !== '').length))
    return (
      row.length >= Math.min(width, Math.max(2, width / 2)) &&
      (filled > 1 || usual <= 1) &&
      filled >= usual / 2
    )
  })
}

/** Rows that repeat the header, or after which all rows have another width. */
function furtherTables(rows: readonly Row[], first: number, width: number): number[] {
  const header = rows[first] ?? []
  const names = new Set(header.map((cell) => cell.trim().toLowerCase()).filter((name) => name !== ''))
  const named = names.size > 1 && !header.some((cell) => isData(cellType(cell)))
  const found: number[] = []
  for (let at = first + 1; at < rows.length; at++) {
    const row = rows[at] ?? []
    const repeats = row.filter((cell) => names.has(cell.trim().toLowerCase())).length
    if (named && at > first + 3 && repeats >= Math.max(2, Math.min(names.size, row.length) * 0.7))
      found.push(at)
    else if (
      row.length !== width &&
      width > 1 &&
      !isBlank(row) &&
      changesWidth(rows, at, found.at(-1) ?? first)
    )
      found.push(at)
  }
  return found
}

/** After a blank row a table of another width begins, with at least two rows of it. */
function changesWidth(rows: readonly Row[], at: number, since: number): boolean {
  const before = rows[at - 1] ?? []
  const width = rows[at]?.length ?? 0
  if (!isBlank(before) || width < 2 || at - since < 2) return false
  const following = rows.slice(at + 1, at + 4)
  return following.length >= 2 && following.every((row) => row.length === width)
}

/** The row after the last full one: notes and blank rows below the table are left out. */
function lastOfTable(rows: readonly Row[], first: number, width: number): number {
  let end = rows.length
  let least = end
  while (end > first + 1 && rows.length - end < 50) {
    const row = rows[end - 1] ?? []
    const filled = row.filter((cell) => cell.trim() !== '').length
    const note = width > 2 && filled === 1 && row[0]?.trim() !== '' && row.length < width
    if (filled > 0 && !note) break
    end--
    if (filled > 0 || end === least - 1) least = end
  }
  return end
}

/** How many of the first rows name the columns, up to three. */
function countHeaderRows(body: readonly Row[]): number {
  const first = body[0]
  if (first === undefined) return 0
  if (!isHeader(first, body.slice(1))) return 0
  let count = 1
  while (count < 3 && body.length > count + 1) {
    const row = body[count] ?? []
    const below = body.slice(count + 1)
    const again = row.filter((cell, at) => cell.trim() !== '' && cell === first[at]).length
    const repeats =
      again > row.length / 2 &&
      below.some((other) => other.filter((cell, at) => cell === first[at]).length <= row.length / 2)
    if (!repeats && !isClearHeader(row, below)) break
    count++
  }
  return count
}

/** Whether a row names columns: its cells are unlike those below. Without any sign, texts that differ are names. */
function isHeader(row: Row, below: readonly Row[]): boolean {
  const cells = row.map((cell) => cell.trim())
  const filled = cells.filter((cell) => cell !== '')
  if (filled.length === 0) return false
  const votes = countVotes(row, below)
  if (votes.for + votes.against > 0) return votes.for >= votes.against
  return (
    new Set(filled).size === filled.length &&
    filled.length >= cells.length - 1 &&
    !filled.some((cell) => isData(cellType(cell)))
  )
}

/** A second header row must be unlike all that is below it, in several columns. */
function isClearHeader(row: Row, below: readonly Row[]): boolean {
  if (below.length < 3) return false
  const votes = countVotes(row, below)
  return votes.for >= 2 && votes.against === 0 && !row.some((cell) => isData(cellType(cell)))
}

/** Columns whose cells below are of one kind, of which this row's cell is not (for), or is (against). */
function countVotes(row: Row, below: readonly Row[]): { for: number; against: number } {
  const votes = { for: 0, against: 0 }
  row.forEach((text, column) => {
    const type = cellType(text)
    if (type === 'empty') return
    const values = below.map((other) => other[column] ?? '').filter((cell) => cell.trim() !== '')
    if (values.length === 0) return
    const kind = mostFrequent(values.map((value) => family(cellType(value))))
    if (kind.share > 0.7 && isDataFamily(kind.value)) {
      if (family(type) === kind.value) votes.against++
      else if (!isData(type)) votes.for++
    } else if (kind.share > 0.7 && kind.value === 'code' && type === 'word') votes.for++
    else if (
      kind.share > 0.7 &&
      kind.value === 'code' &&
      type === 'code' &&
      shape(text) === shape(values[0] ?? '')
    )
      votes.against++
    else if (values.length > 3 && values.filter((value) => value === text).length > values.length * 0.02)
      votes.against += 0.5
    else if (values.length > 5 && unlikeLength(text, values)) votes.for += 0.5
  })
  return votes
}

function unlikeLength(text: string, values: readonly string[]): boolean {
  const lengths = values.map((value) => value.length)
  const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)]
  return longest - shortest <= 2
    ? text.length < shortest - 1 || text.length > longest + 1
    : text.length * 2 < shortest
}

/** Types that stand for each other within one column. */
function family(type: CellType): string {
  if (type === 'integer' || type === 'number' || type === 'percent' || type === 'currency') return 'number'
  return type === 'word' ? 'text' : type
}

function isDataFamily(kind: string): boolean {
  return kind !== 'text' && kind !== 'code' && kind !== 'empty'
}

function shape(text: string): string {
  return text.replace(/\p{L}+/gu, 'a').replace(/\d+/g, '9')
}

function mostFrequent(values: readonly string[]): { value: string; share: number } {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  let best = { value: '', share: 0 }
  for (const [value, count] of counts)
    if (count / values.length > best.share) best = { value, share: count / values.length }
  return best
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
