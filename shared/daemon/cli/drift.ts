import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { Problem } from '../../base/problem.ts'
import { dataDefaults } from '../../data/data_process.ts'
import { amount, percent } from '../../data/wording.ts'
import { describeTogether } from '../../monitor/drift_words.ts'
import { drawDriftPage } from '../../monitor/drift_page.ts'
import { driftMethods, type DriftMethod } from '../../monitor/drift_method.ts'
import { compareInProcess } from '../../monitor/drift_process.ts'
import {
  driftProfiles,
  type ColumnDrift,
  type DriftProfile,
  type DriftReport,
} from '../../monitor/drift_report.ts'
import type { DriftAnswer } from '../../monitor/drift_score.ts'
import type { CommandContext } from './context.ts'
import { withInterrupt } from './interrupt.ts'
import { formatTable, type Style, type Terminal } from './terminal.ts'

/** Options of `daybook drift`. */
export interface DriftCommandOptions {
  reference?: string
  current?: string
  profile: DriftProfile
  method?: DriftMethod
  threshold?: number
  keepTogether?: string
  leaveOut?: string[]
  html?: string
  sample: number
  memory: number
  timeLimit: number
  failOn: 'drift' | 'possible' | 'never'
}

/** Exit code when a column changed as --fail-on says. */
const changedCode = 3

/** `daybook drift`: what has changed between two tables. */
export async function driftCommand(context: CommandContext, options: DriftCommandOptions): Promise<number> {
  const { terminal } = context
  const { reference, current } = options
  if (reference === undefined || current === undefined)
    throw new Problem('bad_request', 'Name a deployment, or two tables', {
      hint: 'daybook drift income, or daybook drift --reference before.csv --current now.csv',
    })
  const { method, threshold = null } = options
  if (threshold !== null && method === undefined)
    throw new Problem('bad_request', '--threshold goes with --method: which test or distance is meant?')
  const report = await withInterrupt((signal) =>
    compareInProcess(
      {
        reference: resolve(reference),
        current: resolve(current),
        profile: options.profile,
        method: method === undefined ? null : { name: method, threshold },
        block: options.keepTogether ?? null,
        leaveOut: options.leaveOut ?? [],
        sampleRows: options.sample,
        memoryBytes: options.memory * 1e6,
        threads: dataDefaults.threads,
      },
      {
        timeLimitMs: options.timeLimit * 1000,
        signal,
        progress: (says) => terminal.progress(says),
      },
    ),
  )
  terminal.progress('')
  if (options.html !== undefined) writePage(resolve(options.html), report)
  terminal.out(context.json ? JSON.stringify(report, null, 2) : showDrift(terminal, report))
  if (options.html !== undefined && !context.json) terminal.out(`\nThe report is in ${options.html}`)
  return reaches(report, options.failOn) ? changedCode : 0
}

/** A report for a terminal: the sentence, what changed, and what did not in one line. */
export function showDrift(terminal: Terminal, report: DriftReport): string {
  const sides = [report.reference, report.current].map(({ name, rows }) => `${name} (${amount(rows)} rows)`)
  const lines = [
    terminal.style('bold', report.says),
    terminal.style('dim', `${sides[1] ?? ''} against ${sides[0] ?? ''}`),
    '',
    columnTable(terminal, report),
    ...(report.together === null ? [] : [terminal.style('dim', describeTogether(report.together))]),
  ]
  return lines.join('\n')
}

/** What changed as a table, and what did not in one line. */
export function columnTable(terminal: Terminal, report: DriftReport): string {
  const changed = report.columns.filter(({ answer }) => answer === 'drift' || answer === 'possible')
  const names = (answer: DriftAnswer): string =>
    report.columns
      .filter((column) => column.answer === answer)
      .map(({ name }) => name)
      .join(', ')
  const lines = report.schema.map(({ says }) => terminal.style('yellow', says))
  if (changed.length > 0)
    lines.push(
      formatTable(
        titles,
        changed.map((column) => row(terminal, column)),
      ),
    )
  if (names('no') !== '') lines.push(terminal.style('dim', `The same: ${names('no')}`))
  if (names('untested') !== '') lines.push(terminal.style('dim', `Not compared: ${names('untested')}`))
  return lines.join('\n')
}

const titles = [
  { title: 'COLUMN', maxWidth: 28 },
  { title: '' },
  { title: 'MOVED', align: 'right' as const },
  { title: 'CHANCE', align: 'right' as const },
  { title: 'WHAT', maxWidth: 100 },
]

const styles: Record<DriftAnswer, [string, Style]> = {
  drift: ['changed', 'red'],
  possible: ['perhaps', 'yellow'],
  no: ['same', 'dim'],
  untested: ['not compared', 'dim'],
}

function row(terminal: Terminal, { name, answer, effect, adjustedPValue, says }: ColumnDrift): string[] {
  const [word, style] = styles[answer]
  const moved = effect === null ? '' : percent(effect)
  const chance =
    adjustedPValue === null ? '' : adjustedPValue < 1e-4 ? '<0.0001' : adjustedPValue.toPrecision(2)
  return [name, terminal.style(style, word), moved, chance, says]
}

function writePage(path: string, report: DriftReport): void {
  try {
    writeFileSync(path, drawDriftPage(report))
  } catch (error) {
    throw new Problem('bad_request', `Cannot write ${path}: ${(error as Error).message}`, { cause: error })
  }
}

function reaches(report: DriftReport, failOn: DriftCommandOptions['failOn']): boolean {
  if (failOn === 'never') return false
  return report.columns.some(
    ({ answer }) => answer === 'drift' || (failOn === 'possible' && answer === 'possible'),
  )
}

/** The profile that a word names. @throws Problem for another word */
export function parseProfile(word: string): DriftProfile {
  const profile = driftProfiles.find((known) => known === word)
  if (profile === undefined)
    throw new Problem('bad_request', `--profile takes ${driftProfiles.join(', ')}, not "${word}"`)
  return profile
}

/** The test or distance that a word names. @throws Problem for another word */
export function parseMethod(word: string): DriftMethod {
  const method = driftMethods.find((known) => known === word)
  if (method === undefined)
    throw new Problem('bad_request', `--method takes ${driftMethods.join(', ')}, not "${word}"`)
  return method
}

/** A threshold: a number above 0. @throws Problem for another word */
export function parseThreshold(word: string): number {
  const threshold = Number(word)
  if (word.trim() !== '' && Number.isFinite(threshold) && threshold > 0) return threshold
  throw new Problem('bad_request', `--threshold takes a number above 0, not "${word}"`)
}

/** The level that a word names. @throws Problem for another word */
export function parseFailOnDrift(word: string): DriftCommandOptions['failOn'] {
  const level = (['drift', 'possible', 'never'] as const).find((known) => known === word)
  if (level === undefined)
    throw new Problem('bad_request', `--fail-on takes drift, possible or never, not "${word}"`)
  return level
}
