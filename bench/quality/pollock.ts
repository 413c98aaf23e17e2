import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRows, standardDialect } from '../../shared/data/csv_reader.ts'

/** A file of the Pollock benchmark: how it is written, and what should be read. */
export interface PollutedFile {
  name: string
  text: string
  /** The rows that a perfect reader gives. */
  clean: string[][]
  /** How many files of the benchmark this one stands for, times their weight. */
  weight: number
}

/** Weights of the whole-file pollutions, and of one file of each family of row pollutions (Vitagliano et al. 2023). */
const weights: Readonly<Record<string, number>> = {
  source: 1,
  file_no_payload: 15,
  file_no_trailing_newline: 184,
  file_double_trailing_newline: 5,
  file_no_header: 470,
  file_header_multirow_2: 47,
  file_header_multirow_3: 47,
  file_preamble: 282,
  file_multitable_same: 188 / 3,
  file_multitable_more: 188 / 3,
  file_multitable_less: 188 / 3,
  file_header_only: 3,
  file_one_data_row: 4,
  file_record_delimiter_0xD: 7,
  file_record_delimiter_0xA: 1691,
  file_field_delimiter_0x9: 4,
  file_field_delimiter_0x3B: 834,
  file_field_delimiter_0x20: 4,
  file_field_delimiter_0x2C_0x20: 101,
  file_quotation_char_0x27: 11,
  file_escape_char_0x5C: 1,
  file_escape_char_0x00: 7,
}
const rowWeights = { less: 520 / 1414, more: 520 / 1414, quote: 1 / 108, delimiter: 1 / 7 }

/** The files as they are in the folder, without the few row pollutions among them. */
export function wholeFiles(folder: string): PollutedFile[] {
  return Object.entries(weights).map(([name, weight]) => ({
    name,
    text: readFileSync(join(folder, `csv/${name}.csv`), 'utf8'),
    clean: readClean(folder, name),
    weight,
  }))
}

/**
 * The row pollutions, made again from the source file as the benchmark describes them: in each row and column a
 * separator less or more, or a quote too many; and in each row another separator.
 * @param every takes each so-many-th file of a family, which then stands for the others
 */
export function rowFiles(folder: string, every: number): PollutedFile[] {
  const source = readFileSync(join(folder, 'csv/source.csv'), 'utf8')
  const clean = readClean(folder, 'source')
  const lines = source.split('\r\n').length > 2 ? source.split('\r\n') : source.split('\n')
  const lineEnd = source.includes('\r\n') ? '\r\n' : '\n'
  const made: Record<keyof typeof rowWeights, PollutedFile[]> = {
    less: [],
    more: [],
    quote: [],
    delimiter: [],
  }
  lines.forEach((line, row) => {
    if (line === '') return
    const cells = splitLine(line)
    const add = (family: keyof typeof rowWeights, name: string, text: string, wanted: string[][]): void => {
      const changed = lines.map((other, at) => (at === row ? text : other)).join(lineEnd)
      made[family].push({ name: `row_${name}`, text: changed, clean: wanted, weight: rowWeights[family] })
    }
    cells.forEach((cell, column) => {
      const [before, after] = [cells.slice(0, column), cells.slice(column)]
      const joined = [...before.slice(0, -1), (before.at(-1) ?? '') + cell, ...cells.slice(column + 1)]
      if (column > 0) add('less', `less_sep_row${row}_col${column}`, joined.join(','), clean)
      add('more', `more_sep_row${row}_col${column}`, [...before, '', ...after].join(','), clean)
      const quoted = clean.map((other, at) =>
        at === row ? other.map((text, place) => (place === column ? `"${text}` : text)) : other,
      )
      add(
        'quote',
        `extra_quote${row}_col${column}`,
        [...before, `"${cell}`, ...cells.slice(column + 1)].join(','),
        quoted,
      )
    })
    add('delimiter', `field_delimiter_${row}_0x20`, cells.join(' '), clean)
  })
  return Object.values(made).flatMap((family) => {
    const chosen = family.filter((_, at) => at % every === 0)
    return chosen.map((file) => ({ ...file, weight: (file.weight * family.length) / chosen.length }))
  })
}

/** The cells of a line of the source with their quotes. */
function splitLine(line: string): string[] {
  return line.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,]*)(?=,|$)/g) ?? []
}

function readClean(folder: string, name: string): string[][] {
  return readRows(readFileSync(join(folder, `clean/${name}.csv`), 'utf8'), standardDialect)
}

/**
 * The benchmark's score of what was read, 0 to 10: whether it was read at all, and precision, recall and F1 of the
 * header, the records and the cells as multisets. The benchmark also takes "1" and "True", or dates in two forms, for
 * the same; here only capitals do not count, so that scores are the same or lower.
 */
export function pollockScore(clean: readonly string[][], read: readonly string[][] | undefined): number {
  if (read === undefined) return 0
  if (clean.length === 0) return 10
  const small = (row: readonly string[]): string[] => row.map((cell) => cell.toLowerCase())
  const record = (row: readonly string[]): string => small(row).join('')
  return (
    1 +
    agreement(small(clean[0] ?? []), small(read[0] ?? [])) +
    agreement(clean.slice(1).map(record), read.slice(1).map(record)) +
    agreement(clean.flat(), read.flat())
  )
}

/** Precision, recall and F1 of two multisets, added up. */
function agreement(wanted: readonly string[], read: readonly string[]): number {
  if (wanted.length === 0) return 3
  const left = new Map<string, number>()
  for (const text of wanted) left.set(text, (left.get(text) ?? 0) + 1)
  let same = 0
  for (const text of read) {
    const count = left.get(text) ?? 0
    if (count === 0) continue
    same++
    left.set(text, count - 1)
  }
  if (same === 0) return 0
  const [p, r] = [same / wanted.length, same / read.length]
  return p + r + (2 * p * r) / (p + r)
}
