import { writeFileSync } from 'node:fs'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { version } from '../../api/version.ts'
import { type Finding, type FindingLevel, findingLevels } from '../../base/finding.ts'
import { Problem } from '../../base/problem.ts'
import { dataDefaults } from '../../data/data_process.ts'
import { lintInProcess } from '../../data/lint_process.ts'
import { htmlReport } from '../../data/html_report.ts'
import { isAddress, shownAddress } from '../../data/postgres.ts'
import type { LintReport } from '../../data/report.ts'
import { sarifReport, sarifUri } from '../../data/sarif.ts'
import { amount, plural } from '../../data/wording.ts'
import { readLintSettings } from '../lint_settings_file.ts'
import { readSchema } from './schema.ts'
import type { CommandContext } from './context.ts'
import { withInterrupt } from './interrupt.ts'
import { formatDuration } from '../../base/quantity.ts'
import { type Style, type Terminal } from './terminal.ts'

/** Options of `daybook lint`. */
export interface LintCommandOptions {
  target?: string
  against?: string
  table?: string
  sample: number
  memory: number
  timeLimit: number
  failOn: FindingLevel | 'never'
  schema?: string
  html?: string
  sarif?: string
}

/** Exit code when findings reach the level of --fail-on. */
const foundCode = 3

/** `daybook lint`: checks data files. */
export async function lintCommand(
  context: CommandContext,
  path: string,
  options: LintCommandOptions,
): Promise<number> {
  const settings = readLintSettings(context.root)
  const report = await withInterrupt((signal) =>
    lintInProcess(
      {
        path: absolute(path),
        against: options.against === undefined ? null : absolute(options.against),
        table: options.table ?? null,
        ...(options.target === undefined ? {} : { target: options.target === '' ? null : options.target }),
        ...(options.schema === undefined ? {} : { schema: readSchema(options.schema) }),
        rules: settings.rules,
        suppress: settings.suppress,
        sampleRows: options.sample,
        engine: 'auto',
        memoryBytes: options.memory * 1e6,
        threads: dataDefaults.threads,
      },
      {
        timeLimitMs: options.timeLimit * 1000,
        signal,
        progress: (says) => context.terminal.progress(says),
      },
    ),
  )
  context.terminal.progress('')
  if (options.html !== undefined) writeOutput(options.html, htmlReport(report))
  if (options.sarif !== undefined)
    writeOutput(options.sarif, sarifReport(report, toUri(context.root, path), version))
  context.terminal.out(context.json ? JSON.stringify(report, null, 2) : showReport(context.terminal, report))
  return reaches(report.findings, options.failOn) ? foundCode : 0
}

function writeOutput(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    throw new Problem('bad_request', `Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}

/** A path from the root of the system; the address of a database as it is. */
function absolute(path: string): string {
  return isAddress(path) ? path : resolve(path)
}

/** The path from the project folder, as SARIF wants it. */
function toUri(root: string, path: string): string {
  if (isAddress(path)) return encodeURI(shownAddress(path))
  const inside = relative(root, resolve(path))
  // On another drive of Windows there is no way from one to the other.
  return isAbsolute(inside) ? pathToFileURL(inside).href : sarifUri(inside.replaceAll(sep, '/'))
}

/** A report for a terminal: three findings with what to do, the smaller ones in a line each. */
export function showReport(terminal: Terminal, report: LintReport): string {
  const big = report.findings.filter((finding) => finding.level !== 'info').slice(0, 3)
  const small = report.findings.filter((finding) => !big.includes(finding))
  const columns = `${plural(report.rows, 'row')} × ${amount(report.columns.length)}`
  const target =
    report.target === null ? '' : ` · predicts ${report.target}${report.targetGuessed ? ' (guessed)' : ''}`
  const looked =
    report.rowsLookedAt < report.rows ? ` · ${amount(report.rowsLookedAt)} rows looked at one by one` : ''
  const count = report.findings.length === 0 ? 'nothing to look at' : countLine(big.length, small.length)
  const lines = [
    terminal.style('bold', report.name) +
      terminal.style('dim', ` ${columns}${target}${looked} · ${formatDuration(report.tookMs)}`),
    ...report.notes.map((note) => terminal.style('yellow', note)),
    count,
    ...big.flatMap((finding) => ['', ...showFinding(terminal, finding)]),
  ]
  if (small.length > 0) lines.push('', ...small.map((each) => showLine(terminal, each)))
  if (report.suppressed.length > 0)
    lines.push('', terminal.style('dim', `${report.suppressed.length} accepted in daybook.yaml`))
  return lines.join('\n')
}

function countLine(big: number, small: number): string {
  if (big === 0) return `${small} small ${small === 1 ? 'one' : 'ones'}`
  return `${big} to look at${small === 0 ? '' : `, +${small} smaller`}`
}

function showFinding(terminal: Terminal, finding: Finding): string[] {
  const fix = finding.fixes.find(({ language }) => language === 'pandas') ?? finding.fixes[0]
  return [
    showLine(terminal, finding),
    terminal.style('dim', `  ${finding.why}`),
    ...(fix === undefined
      ? []
      : [`  ${fix.title}:`, ...fix.code.split('\n').map((line) => terminal.style('cyan', `    ${line}`))]),
  ]
}

function showLine(terminal: Terminal, finding: Finding): string {
  const [sign, style] = signs[finding.level]
  return `${terminal.style(style, sign)} ${finding.says} ${terminal.style('dim', `[${finding.rule}]`)}`
}

const signs: Readonly<Record<FindingLevel, readonly [string, Style]>> = {
  stop: ['✗', 'red'],
  warn: ['!', 'yellow'],
  info: ['·', 'dim'],
}

/** Whether one of the findings is of that level or a graver one. */
export function reaches(findings: readonly Finding[], level: FindingLevel | 'never'): boolean {
  if (level === 'never') return false
  const limit = findingLevels.indexOf(level)
  return findings.some((finding) => findingLevels.indexOf(finding.level) <= limit)
}

/** The level that a word names. @throws Problem for another word */
export function parseFailOn(word: string): FindingLevel | 'never' {
  const level = [...findingLevels, 'never' as const].find((known) => known === word)
  if (level === undefined)
    throw new Problem('bad_request', `--fail-on takes stop, warn, info or never, not "${word}"`)
  return level
}
