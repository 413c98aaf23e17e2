import { cellType, isData } from './cell_type.ts'

/** How a text file of rows is written. */
export interface Dialect {
  /** Between two cells: one character, or one and a blank. Empty: one column only. */
  delimiter: string
  /** Around a cell; empty where nothing is quoted. */
  quote: string
  /** How a quote inside a quoted cell is written. */
  escape: 'doubled' | 'backslash' | 'none'
  lineEnd: '\n' | '\r\n' | '\r'
}

/** What RFC 4180 describes, with the line end that most files have. */
export const standardDialect: Dialect = { delimiter: ',', quote: '"', escape: 'doubled', lineEnd: '\n' }

/** Reads rows from pieces of a text. */
export interface CsvReader {
  /** The rows that this piece completes. */
  push(piece: string): string[][]
  /** The rows that were still open. */
  end(): string[][]
}

/** So long may one row be before it is cut: a quote that is never closed must not eat the file. */
const longestRow = 1_000_000

/** A repair is looked for in rows up to this length only. */
const longestRepair = 20_000

/** All rows of a text. @see csvReader */
export function readRows(text: string, dialect: Dialect, width?: number): string[][] {
  const reader = csvReader(dialect, width)
  return [...reader.push(text), ...reader.end()]
}

/**
 * A tolerant reader: whatever the text is, rows come out. A quote closes a cell only before a delimiter or a line end,
 * else it is part of the cell. Where the number of columns is known, a row with another number is read again as if one
 * of its quotes were part of a cell, or as if it alone were written with another delimiter, and that reading is
 * taken if the number then fits. Blank lines are rows of one empty cell.
 * @param width how many columns the table has; rows are repaired towards it, never cut or filled
 */
export function csvReader(dialect: Dialect, width?: number): CsvReader {
  let rest = ''
  let previous: readonly string[] | undefined
  const take = (last: boolean): string[][] => {
    const rows: string[][] = []
    let from = 0
    while (from < rest.length) {
      const record = readRecord(rest, from, { dialect, last })
      if (record === undefined) break
      const fits = width === undefined || record.cells.length === width
      const best = fits ? record : repair(rest, from, { dialect, last, width, record, previous })
      // A record that ends with the piece may go on in the next one: its line end may be half of two characters.
      if (best.end >= rest.length && !last) break
      rows.push(best.cells)
      if (best.cells.length === width) previous = best.cells
      from = best.end
    }
    rest = rest.slice(from)
    return rows
  }
  return {
    push: (piece) => {
      rest += piece
      return take(false)
    },
    end: () => take(true),
  }
}

/** One row and where the next begins. */
interface Record {
  cells: string[]
  end: number
}

interface Situation {
  dialect: Dialect
  /** Whether the text ends here. */
  last: boolean
  /** The position of a quote that is read as part of its cell. */
  plain?: number
  /** Whether a line end always ends the row. */
  oneLine?: boolean
}

/** The row at a position; undefined if its end is not there yet. */
function readRecord(text: string, from: number, situation: Situation): Record | undefined {
  const { delimiter, quote } = situation.dialect
  const cells: string[] = []
  let at = from
  while (true) {
    const start = at
    let cell: string
    const quoted = quote !== '' && text.startsWith(quote, at) && at !== situation.plain
    const closed = quoted ? readQuoted(text, at, situation) : undefined
    if (closed === 'open') return undefined
    if (closed !== undefined) {
      cell = closed.cell
      at = closed.end
    } else {
      at = endOfPlain(text, at, situation.dialect)
      cell = unescape(text.slice(start, at), situation.dialect)
    }
    cells.push(cell)
    if (at >= text.length) return situation.last ? { cells, end: at } : undefined
    const lineEnd = lineEndAt(text, at, situation.dialect)
    if (lineEnd > 0) return { cells, end: at + lineEnd }
    at += delimiter.length
  }
}

/** A quoted cell from its opening quote on; undefined if it never closes, 'open' if the text may go on. */
function readQuoted(
  text: string,
  from: number,
  situation: Situation,
): { cell: string; end: number } | 'open' | undefined {
  const { quote, escape } = situation.dialect
  let cell = ''
  let at = from + 1
  while (at - from < longestRow) {
    const next = nextMark(text, at, quote, escape)
    if (next === -1) {
      if (!situation.last && text.length - from < longestRow && situation.oneLine !== true) return 'open'
      return undefined
    }
    if (situation.oneLine === true && /[\r\n]/.test(text.slice(at, next))) return undefined
    cell += text.slice(at, next)
    if (escape === 'backslash' && text[next] === '\\') {
      const escaped = text[next + 1]
      if (escaped === undefined && !situation.last) return 'open'
      // Only a quote and the backslash itself are escaped so: "C:\new" stays as it is.
      cell += escaped === quote || escaped === '\\' ? escaped : `\\${escaped ?? ''}`
      at = next + 2
      continue
    }
    const closes = next === situation.plain ? undefined : closing(text, next + 1, situation)
    if (closes === 'open') return 'open'
    if (closes !== undefined) return { cell, end: closes }
    cell += quote
    at = next + (escape === 'doubled' && next !== situation.plain && text[next + 1] === quote ? 2 : 1)
  }
  return undefined
}

/** Where the cell ends if a quote before this position closes it; blanks may stand between. */
function closing(text: string, at: number, { dialect, last }: Situation): number | 'open' | undefined {
  let end = at
  while (text[end] === ' ' && !dialect.delimiter.startsWith(' ')) end++
  if (end >= text.length) return last ? end : 'open'
  if (lineEndAt(text, end, dialect) > 0) return end
  if (dialect.delimiter !== '' && text.startsWith(dialect.delimiter, end)) return end
  return undefined
}

function nextMark(text: string, at: number, quote: string, escape: Dialect['escape']): number {
  const next = text.indexOf(quote, at)
  if (escape !== 'backslash') return next
  const slash = text.indexOf('\\', at)
  return slash !== -1 && (next === -1 || slash < next) ? slash : next
}

function endOfPlain(text: string, from: number, dialect: Dialect): number {
  const mark = dialect.delimiter[0] ?? ''
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '\n' || character === '\r') {
      if (lineEndAt(text, at, dialect) > 0) return at
    } else if (character === mark && text.startsWith(dialect.delimiter, at)) return at
  }
  return text.length
}

/** The length of the line end at a position; 0 if there is none. */
function lineEndAt(text: string, at: number, { lineEnd }: Dialect): number {
  if (text[at] === '\n') return 1
  if (text[at] !== '\r') return 0
  if (text[at + 1] === '\n') return 2
  return lineEnd === '\r' ? 1 : 0
}

function unescape(cell: string, { quote, escape }: Dialect): string {
  if (escape !== 'backslash' || !cell.includes('\\')) return cell
  return cell.replaceAll(`\\${quote}`, quote)
}

/** Reads a row that does not fit again, as if something small were wrong with it. */
function repair(
  text: string,
  from: number,
  {
    dialect,
    last,
    width,
    record,
    previous,
  }: Situation & { width: number; record: Record; previous: readonly string[] | undefined },
): Record {
  if (width < 2) return record
  let end = from
  while (end < text.length && lineEndAt(text, end, dialect) === 0) end++
  if (end - from > longestRepair) return record
  if (end >= text.length && !last) return record
  const line = text.slice(from, end)
  const next = end + lineEndAt(text, end, dialect)
  const readings: (Record | undefined)[] = []
  if (dialect.quote !== '') {
    for (let at = line.indexOf(dialect.quote); at !== -1; at = line.indexOf(dialect.quote, at + 1)) {
      readings.push(readRecord(line, 0, { dialect, last: true, plain: at, oneLine: true }))
    }
  }
  if (record.cells.length === 1) {
    for (const delimiter of [',', ';', '\t', '|', ' '].filter((other) => other !== dialect.delimiter)) {
      const reading = readRecord(line, 0, { dialect: { ...dialect, delimiter }, last: true, oneLine: true })
      if (reading !== undefined && isLike(reading.cells, previous)) readings.push(reading)
    }
  }
  const fitting = readings.find((reading) => reading?.cells.length === width && reading.end >= line.length)
  return fitting === undefined ? record : { cells: fitting.cells, end: next }
}

/** Whether a row has numbers, dates and the like where another one has: a note below a table has not. */
function isLike(cells: readonly string[], other: readonly string[] | undefined): boolean {
  const types = (other ?? []).map(cellType)
  const data = types.map((_, at) => at).filter((at) => isData(types[at] ?? 'text'))
  const alike = data.filter((at) => isData(cellType(cells[at] ?? '')))
  return alike.length > 0 && alike.length >= data.length / 2
}
