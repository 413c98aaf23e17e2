import { readFileSync } from 'node:fs'
import type { Finding, Fix } from '../base/finding.ts'
import { tableFromArrow } from './arrow.ts'
import { frameMagic, tableFromFrame } from './frame_file.ts'
import { loadTable } from './load_table.ts'
import type { Loaded } from './loaded.ts'
import type { LintReport } from './report.ts'

/** A frame as a kernel handed it over. */
export interface HandedFrame {
  /** The variable. */
  name: string
  /** Rows of the frame itself. */
  rows: number
  /** Every how many-th row is in the file. */
  step: number
  /** `pandas`, `polars`, `pyarrow`, `numpy` or `pyspark`. */
  library: string
  /** Whether a longer look follows. */
  first?: boolean
}

/** Reads the file of a frame, Arrow or the kernel module's own form. */
export function loadFrame(path: string, { name, rows, step, library, first }: HandedFrame): Loaded {
  const bytes = readFileSync(path)
  const isPlain = bytes.toString('latin1', 0, frameMagic.length) === frameMagic
  const table = isPlain ? tableFromFrame(bytes) : tableFromArrow(bytes)
  const whole = loadTable(name, table)
  if (isFirstRows(library)) {
    const note = `The first ${table.rows.toLocaleString('en')} rows: Spark was not asked how many there are.`
    return { ...whole, isPart: true, notes: [note] }
  }
  if (step === 1) return whole
  const rowNumbers = Float64Array.from({ length: table.rows }, (_, i) => i * step)
  const what = first === true ? 'A first look at' : 'Looked at'
  const note = `${what} one row in ${step} of ${rows.toLocaleString('en')}.`
  return { ...whole, rowNumbers, isPart: true, notes: [note] }
}

/** Of a frame of Spark's, only its first rows come. */
function isFirstRows(library: string): boolean {
  return library === 'pyspark'
}

/** A report whose fixes speak of the user's own variable, in its library. */
export function nameFrame(report: LintReport, { name, library }: HandedFrame): LintReport {
  const mine = (finding: Finding): Finding => {
    // What is written for a frame in memory does not run on these.
    if (library === 'numpy' || library === 'pyspark') return { ...finding, fixes: [] }
    const fixes = finding.fixes.map((fix) => ({
      ...fix,
      code: fix.code.replace(/(?<![\w.])df(?![\w"'])/g, name),
    }))
    const fitting = fixes.filter(({ language }) => language === library || language === 'python')
    if (fitting.length > 0) return { ...finding, fixes: fitting }
    return { ...finding, fixes: library === 'pyarrow' ? fixes.map((fix) => throughPandas(fix, name)) : fixes }
  }
  return { ...report, findings: report.findings.map(mine) }
}

/** A table of pyarrow's cannot be changed in its place: it goes to pandas and comes back. */
function throughPandas(fix: Fix, name: string): Fix {
  if (fix.language !== 'pandas') return fix
  const code = [
    `${name} = ${name}.to_pandas()`,
    fix.code,
    'import pyarrow',
    `${name} = pyarrow.Table.from_pandas(${name}, preserve_index=False)`,
  ]
  return { ...fix, language: 'python', code: code.join('\n') }
}
