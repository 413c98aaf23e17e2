import type { Finding, Fix } from '../base/finding.ts'

/** How the packages are called that fixes use, and what brings them. */
const packages: readonly (readonly [RegExp, RegExp, string])[] = [
  [/(?<![\w.])np\./, /\bimport numpy as np\b/, 'import numpy as np'],
  [/(?<![\w.])pd\./, /\bimport pandas as pd\b/, 'import pandas as pd'],
  [/(?<![\w.])pl\./, /\bimport polars as pl\b/, 'import polars as pl'],
]

/** A fix as the code of a cell: with the imports that the notebook's code lacks. */
export function cellOfFix(fix: Pick<Fix, 'code'>, notebookCode: string): string {
  const lacking = packages.flatMap(([use, known, line]) =>
    use.test(fix.code) && !known.test(notebookCode) ? [line] : [],
  )
  return [...lacking, fix.code].join('\n')
}

/** The line (from 0) of a cell that makes a frame or changes it; 0 if none names it. */
export function lineOfFrame(code: string, name: string): number {
  const lines = code.split('\n')
  const plain = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const made = lines.findIndex((line) => new RegExp(`^\\s*${plain}\\s*(:[^=]+)?=(?!=)`).test(line))
  if (made >= 0) return made
  return Math.max(
    0,
    lines.findIndex((line) => new RegExp(`(?<![\\w.])${plain}(?!\\w)`).test(line)),
  )
}

/** A change of the call that reads a frame: what goes in, and where (an offset in the code). */
export interface ReadChange {
  title: string
  /** Where the text goes in. */
  at: number
  text: string
}

/**
 * How the call that reads a frame can be changed so that a finding does not arise: what stands for a missing value is
 * named when it is read. Null where the cell has no such call, or it names missing values already.
 */
export function changeOfRead(finding: Finding, code: string, name: string): ReadChange | null {
  const marks = missingMarks(finding)
  if (marks.length === 0) return null
  const plain = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const call = new RegExp(
    `(?<![\\w.])${plain}\\s*=\\s*(pd|pandas|pl|polars)\\.(read_csv|read_table|read_excel|scan_csv)\\s*\\(`,
  ).exec(code)
  if (call === null) return null
  const open = call.index + call[0].length
  const close = closingBracket(code, open)
  if (close === null) return null
  const inside = code.slice(open, close)
  const isPandas = call[1] === 'pd' || call[1] === 'pandas'
  const word = isPandas ? 'na_values' : 'null_values'
  if (new RegExp(`\\b${word}\\s*=`).test(inside)) return null
  const kept = inside.replace(/\s+$/, '')
  const comma = kept === '' ? '' : kept.endsWith(',') ? ' ' : ', '
  return {
    title: `Read ${marks.map((mark) => `'${mark}'`).join(', ')} as missing`,
    at: open + kept.length,
    text: `${comma}${word}=[${marks.map((mark) => JSON.stringify(mark)).join(', ')}]`,
  }
}

/** Texts that stand for a missing value, as the fix of the finding names them. */
function missingMarks({ rule, fixes }: Finding): string[] {
  if (rule !== 'written-missing') return []
  const [, list] = /\.replace\((\[[^\]]*\]),/.exec(fixes[0]?.code ?? '') ?? []
  try {
    const marks = JSON.parse(list ?? '[]') as unknown
    return Array.isArray(marks) ? marks.filter((mark) => typeof mark === 'string') : []
  } catch {
    return []
  }
}

/** Where the bracket closes that opened before `from`; strings and comments count for nothing. Null if it does not. */
function closingBracket(code: string, from: number): number | null {
  let depth = 1
  for (let i = from; i < code.length; i++) {
    const sign = code[i] ?? ''
    if (sign === '#') i = ends(code.indexOf('\n', i), code)
    else if (sign === '"' || sign === "'") i = endOfText(code, i)
    else if ('([{'.includes(sign)) depth++
    else if (')]}'.includes(sign) && --depth === 0) return i
  }
  return null
}

function endOfText(code: string, from: number): number {
  const quote = code[from] ?? ''
  const mark = code.startsWith(quote.repeat(3), from) ? quote.repeat(3) : quote
  for (let i = from + mark.length; i < code.length; i++) {
    if (code[i] === '\\') i++
    else if (code.startsWith(mark, i)) return i + mark.length - 1
  }
  return code.length
}

function ends(found: number, code: string): number {
  return found < 0 ? code.length : found
}
