import { cellType } from './cell_type.ts'
import { type Dialect, readRows, standardDialect } from './csv_reader.ts'

const delimiters = [',', ';', '\t', '|', ', ', ':', ' ', '^', '~', '\u0001', '\u001f', '¦']

/** How much a delimiter is to be believed where files look alike with two. */
const belief: Readonly<Record<string, number>> = {
  ',': 1,
  ';': 1,
  '\t': 1,
  '|': 1,
  ', ': 0.98,
  ':': 0.7,
  ' ': 0.75,
}

/** So many characters of a file decide. */
const sampleLength = 60_000

/**
 * Finds out how a file is written from its beginning: every plausible pair of delimiter and quote is tried, and the
 * one wins whose rows are equally wide and whose cells look most like numbers, dates, words and the like.
 * Never fails: a text without any delimiter has one column.
 * @see van den Burg, Nazábal, Sutton (2019): Wrangling messy CSV files by detecting row and type patterns
 */
export function detectDialect(text: string): Dialect {
  const lineEnd = detectLineEnd(text)
  const sample = cutAtLine(text.slice(0, sampleLength), text.length > sampleLength, lineEnd)
  let best: Dialect = { ...standardDialect, delimiter: '', quote: quotesIn(sample, '')[0] ?? '', lineEnd }
  let bestScore = scoreOf(sample, best)
  for (const delimiter of delimiters) {
    if (!sample.includes(delimiter)) continue
    for (const quote of quotesIn(sample, delimiter)) {
      const dialect: Dialect = { delimiter, quote, escape: 'doubled', lineEnd }
      const score = scoreOf(sample, dialect) * (belief[delimiter] ?? 0.9)
      if (score > bestScore + 1e-9) [best, bestScore] = [dialect, score]
    }
  }
  // Without a sign of another, the quote that everybody writes.
  const quote = best.quote === '' && !sample.includes('"') ? '"' : best.quote
  return { ...best, quote, escape: detectEscape(sample, quote) }
}

function detectLineEnd(text: string): Dialect['lineEnd'] {
  const head = text.slice(0, sampleLength)
  const both = head.split('\r\n').length - 1
  const feeds = head.split('\n').length - 1 - both
  const returns = head.split('\r').length - 1 - both
  if (both >= feeds && both >= returns && both > 0) return '\r\n'
  return returns > feeds * 4 && returns > 0 ? '\r' : '\n'
}

function cutAtLine(sample: string, wasCut: boolean, lineEnd: string): string {
  const last = sample.lastIndexOf(lineEnd)
  return wasCut && last > 0 ? sample.slice(0, last + lineEnd.length) : sample
}

/** The quotes that stand where a quoted cell would begin and where one would end, and none. */
function quotesIn(sample: string, delimiter: string): string[] {
  const between =
    delimiter === '' ? '' : `|${escapeRegExp(delimiter.trim() === '' ? delimiter : delimiter.trim())}`
  const found = ['"', "'", '`', '“'].filter((quote) => {
    const mark = escapeRegExp(quote)
    const opens = sample.match(new RegExp(`(?:^|[\\r\\n]${between})[ ]?${mark}`, 'g'))?.length ?? 0
    const closes =
      sample.match(
        new RegExp(`${escapeRegExp(quote === '“' ? '”' : quote)}[ ]?(?:$|[\\r\\n]${between})`, 'g'),
      )?.length ?? 0
    // An apostrophe begins and ends many words: it must close about as often as it opens.
    return (
      opens > 0 && closes > 0 && (quote === '"' || Math.min(opens, closes) > Math.max(opens, closes) * 0.7)
    )
  })
  return found.includes('“')
    ? found.filter((quote) => quote !== '“')
    : [...found, ...(found[0] === '"' ? [] : [''])]
}

function scoreOf(sample: string, dialect: Dialect): number {
  const rows = readRows(sample, dialect).filter((row) => row.length > 1 || row[0]?.trim() !== '')
  if (rows.length === 0) return 0
  return patternScore(rows) * typeScore(rows)
}

/** Many rows of the same width, and wide ones: near 1; one column only: 0.1. */
function patternScore(rows: readonly (readonly string[])[]): number {
  const widths = new Map<number, number>()
  for (const row of rows) widths.set(row.length, (widths.get(row.length) ?? 0) + 1)
  let sum = 0
  for (const [width, count] of widths) {
    // A width that only a few rows have is a ragged row, not a pattern.
    const share = count / rows.length
    sum += share * share * Math.max(0.1, (width - 1) / width)
  }
  return sum
}

function typeScore(rows: readonly (readonly string[])[]): number {
  let known = 0
  let cells = 0
  for (const row of rows.slice(0, 300)) {
    for (const cell of row) {
      cells++
      known += weightOf(cell)
    }
  }
  return Math.max(0.01, known / cells)
}

/** How much a cell looks like one: a number or a date entirely, a sentence rather, half a quoted cell not at all. */
function weightOf(cell: string): number {
  const type = cellType(cell)
  if (type === 'text') {
    if (/^[\p{L}\d][\p{L}\d .,'&()/$%:+-]*$/u.test(cell)) return 0.75
    return /^["'`]|["'`]$/.test(cell) ? 0.05 : 0.4
  }
  if (type === 'empty') return 0.9
  // A blank at the beginning says that the blank belongs to the delimiter.
  return cell.startsWith(' ') ? 0.9 : 1
}

function detectEscape(sample: string, quote: string): Dialect['escape'] {
  if (quote === '') return 'none'
  const backslashes = sample.split(`\\${quote}`).length - 1
  if (backslashes === 0) return 'doubled'
  const doubled =
    sample.match(
      new RegExp(
        `[^\\r\\n${escapeRegExp(quote)}]${escapeRegExp(quote)}{2}[^\\r\\n${escapeRegExp(quote)}]`,
        'g',
      ),
    )?.length ?? 0
  return backslashes > doubled ? 'backslash' : 'doubled'
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
