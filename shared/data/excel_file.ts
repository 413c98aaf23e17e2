import { readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { Problem } from '../base/problem.ts'
import { type Column, emptyColumn, makeTable, numberColumn, type Table, textColumn } from './column.ts'
import { loadTable } from './load_table.ts'
import type { Loaded } from './loaded.ts'
import { readZip } from './zip_file.ts'

const limitBytes = 200_000_000

/** What a cell holds. A time is UTC milliseconds. */
type Cell = { kind: 'text'; text: string } | { kind: 'number' | 'time' | 'boolean'; number: number } | null

/**
 * Loads a sheet of an Excel workbook (.xlsx): its first row with more than one cell names the columns. What formulas gave
 * when it was saved counts.
 *
 * @param sheet its name; may be left out if there is only one
 * @throws Problem that names the sheets if the choice is not clear
 */
export function loadExcel(path: string, sheet: string | null): Loaded {
  const { size } = statSync(path)
  if (size > limitBytes)
    throw new Problem(
      'data_limit',
      `${path} has ${Math.round(size / 1e6)} MB, more than a workbook of ${limitBytes / 1e6} MB`,
      {
        hint: 'Save the sheet as CSV: that is read piece by piece.',
      },
    )
  try {
    const files = readZip(readFileSync(path))
    const read = (name: string): string => files.get(name)?.().toString('utf8') ?? ''
    const chosen = chooseSheet(path, read('xl/workbook.xml'), read('xl/_rels/workbook.xml.rels'), sheet)
    const shared = [...read('xl/sharedStrings.xml').matchAll(/<si>(.*?)<\/si>|<si\/>/gs)].map(
      ([, inside = '']) => textOf(inside),
    )
    const base1904 = /<workbookPr[^>]*date1904="(1|true)"/.test(read('xl/workbook.xml'))
    const rows = readRows(read(`xl/${chosen.file}`), {
      shared,
      isTime: timeStyles(read('xl/styles.xml')),
      base1904,
    })
    return loadTable(`${basename(path)}:${chosen.name}`, toTable(rows))
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('data_unreadable', `Cannot read ${path} as a workbook: ${(error as Error).message}`, {
      hint: 'Save it anew as .xlsx, or the sheet as CSV.',
      cause: error,
    })
  }
}

function chooseSheet(
  path: string,
  workbook: string,
  relations: string,
  wanted: string | null,
): { name: string; file: string } {
  const targets = new Map(
    [...relations.matchAll(/<Relationship\b[^>]*>/g)].map(([tag]) => [
      attribute(tag, 'Id'),
      attribute(tag, 'Target'),
    ]),
  )
  const sheets = [...workbook.matchAll(/<sheet\b[^>]*>/g)].map(([tag]) => ({
    name: attribute(tag, 'name'),
    file: (targets.get(attribute(tag, 'r:id')) ?? '').replace(/^\/?xl\//, ''),
  }))
  const chosen =
    wanted === null
      ? sheets.length === 1
        ? sheets[0]
        : undefined
      : sheets.find(({ name }) => name === wanted)
  if (chosen !== undefined) return chosen
  const says = wanted === null ? `${path} has ${sheets.length} sheets` : `${path} has no sheet "${wanted}"`
  const names = sheets.map(({ name }) => name).join(', ')
  throw new Problem('bad_request', says, {
    hint: names === '' ? 'It is no workbook.' : `Choose one with --table: ${names}`,
  })
}

/** Whether each style of a cell shows a time. @see ECMA-376, 18.8.30: numbers of formats */
function timeStyles(styles: string): boolean[] {
  const own = new Map(
    [...styles.matchAll(/<numFmt\b[^>]*>/g)].map(([tag]) => [
      attribute(tag, 'numFmtId'),
      attribute(tag, 'formatCode'),
    ]),
  )
  const cells = /<cellXfs\b.*?<\/cellXfs>/s.exec(styles)?.[0] ?? ''
  return [...cells.matchAll(/<xf\b[^>]*>/g)].map(([tag]) => {
    const id = attribute(tag, 'numFmtId')
    const code = own.get(id)
    if (code === undefined)
      return (Number(id) >= 14 && Number(id) <= 22) || (Number(id) >= 45 && Number(id) <= 47)
    return /[dmyhs]/i.test(code.replace(/"[^"]*"|\[[^\]]*\]|\\./g, ''))
  })
}

interface Meanings {
  shared: readonly string[]
  isTime: readonly boolean[]
  base1904: boolean
}

function readRows(sheet: string, meanings: Meanings): Cell[][] {
  const rows: Cell[][] = []
  for (const [, inside = ''] of sheet.matchAll(/<row\b[^>]*>(.*?)<\/row>/gs)) {
    const row: Cell[] = []
    for (const [, tag = '', content = ''] of inside.matchAll(/<c\b([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
      const place = columnOf(attribute(tag, 'r'))
      row[place < 0 ? row.length : place] = cellOf(tag, content, meanings)
    }
    rows.push(Array.from(row, (cell) => cell ?? null))
  }
  return rows
}

function cellOf(tag: string, content: string, { shared, isTime, base1904 }: Meanings): Cell {
  const type = attribute(tag, 't')
  const value = /<v[^>]*>(.*?)<\/v>/s.exec(content)?.[1] ?? ''
  const text = (words: string): Cell => (words === '' ? null : { kind: 'text', text: words })
  if (type === 's') return text(shared[Number(value)] ?? '')
  if (type === 'inlineStr') return text(textOf(content))
  if (type === 'str' || type === 'e') return text(plain(value))
  if (type === 'd') return { kind: 'time', number: Date.parse(`${value.replace(/Z$/, '')}Z`) }
  if (value === '' || !Number.isFinite(Number(value))) return null
  if (type === 'b') return { kind: 'boolean', number: Number(value) }
  const number = Number(value)
  if (isTime[Number(attribute(tag, 's') || 0)] !== true) return { kind: 'number', number }
  // Day 1 is 1 January 1900, and a 29 February 1900 that never was is counted; or day 0 is 1 January 1904.
  const days = base1904 ? number - 24_107 : number - (number < 60 ? 25_568 : 25_569)
  return { kind: 'time', number: Math.round(days * 86_400_000) }
}

/** A, B … Z, AA: 0, 1 … 25, 26; -1 for nothing. */
function columnOf(reference: string): number {
  let place = 0
  for (const letter of /^[A-Z]+/.exec(reference)?.[0] ?? '') place = place * 26 + letter.charCodeAt(0) - 64
  return place - 1
}

function attribute(tag: string, name: string): string {
  return plain(new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(tag)?.[1] ?? '')
}

/** The texts of runs put together; phonetic guides beside them are left out. */
function textOf(inside: string): string {
  const runs = inside.replace(/<rPh\b.*?<\/rPh>/gs, '').matchAll(/<t\b[^>]*>(.*?)<\/t>/gs)
  return [...runs].map(([, text = '']) => plain(text)).join('')
}

function plain(text: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(
    /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
    (all, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? all
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16)
      return code <= 0x10ffff ? String.fromCodePoint(code) : all
    },
  )
}

function toTable(rows: readonly Cell[][]): Table {
  const filled = rows.filter((row) => row.some((cell) => cell !== null))
  const width = filled.reduce((most, row) => Math.max(most, row.length), 0)
  const head = Math.max(
    0,
    filled.findIndex((row) => row.filter((cell) => cell !== null).length > Math.min(1, width - 1)),
  )
  const [names = [], ...data] = filled.slice(head)
  const taken = new Set<string>()
  return makeTable(
    Array.from({ length: width }, (_, at) => {
      const cell = names[at] ?? null
      let name = cell === null ? `column${at}` : show(cell).trim()
      while (taken.has(name)) name = `${name}_${at}`
      taken.add(name)
      return toColumn(
        name,
        data.map((row) => row[at] ?? null),
      )
    }),
  )
}

function toColumn(name: string, cells: readonly Cell[]): Column {
  const kinds = new Set(cells.flatMap((cell) => (cell === null ? [] : [cell.kind])))
  const [kind] = kinds
  if (kind === undefined) return emptyColumn(name, cells.length)
  if (kinds.size > 1 || kind === 'text')
    return textColumn(
      name,
      cells.map((cell) => (cell === null ? null : show(cell))),
    )
  const numbers = Float64Array.from(cells, (cell) =>
    cell === null || cell.kind === 'text' ? NaN : cell.number,
  )
  const missing = Uint8Array.from(cells, (cell) => Number(cell === null))
  const whole = numbers.every((value) => Number.isNaN(value) || Number.isSafeInteger(value))
  const type = kind === 'boolean' ? 'boolean' : kind === 'time' ? 'timestamp' : whole ? 'integer' : 'number'
  return numberColumn(name, type, numbers, { missing })
}

function show(cell: Exclude<Cell, null>): string {
  if (cell.kind === 'text') return cell.text
  if (cell.kind === 'boolean') return cell.number === 0 ? 'false' : 'true'
  return cell.kind === 'time'
    ? new Date(cell.number).toISOString().slice(0, 19).replace('T', ' ')
    : String(cell.number)
}
