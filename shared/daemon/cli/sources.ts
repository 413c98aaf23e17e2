import { type Finding, type FindingLevel } from '../../base/finding.ts'
import { openState } from '../../base/project.ts'
import { Problem } from '../../base/problem.ts'
import { plural } from '../../data/wording.ts'
import { checkSources, readSources, type SourceResult } from '../sources.ts'
import type { CommandContext } from './context.ts'
import { withInterrupt } from './interrupt.ts'
import { lintCommand, type LintCommandOptions, reaches, showReport } from './lint.ts'
import type { Terminal } from './terminal.ts'

/** Options of `daybook lint --sources`. */
export interface SourcesOptions {
  sources?: boolean
  memory: number
  timeLimit: number
  failOn: FindingLevel | 'never'
}

/** `daybook lint FILE`, or `daybook lint --sources [NAME…]`. */
export function lintOrSources(
  context: CommandContext,
  names: readonly string[],
  options: LintCommandOptions & SourcesOptions,
): Promise<number> {
  if (options.sources === true) return sourcesCommand(context, names, options)
  const [file] = names
  if (file !== undefined && names.length === 1) return lintCommand(context, file, options)
  throw new Problem(
    'bad_request',
    file === undefined ? 'Which file is to be checked?' : `${names.length} files at once`,
    {
      hint: 'daybook lint data.csv; many files that belong together as a pattern in quotes: daybook lint "parts/*.csv"; daybook lint --sources for those of daybook.yaml',
    },
  )
}

/** `daybook lint --sources`: 0 all as expected, 1 one could not be read, 3 findings of the level of --fail-on. */
export async function sourcesCommand(
  context: CommandContext,
  names: readonly string[],
  options: SourcesOptions,
): Promise<number> {
  const sources = readSources(context.root, names)
  const results = await withInterrupt((signal) =>
    checkSources(sources, {
      root: context.root,
      stateFolder: openState(context.root).dir,
      nowMs: Date.now(),
      timeLimitMs: options.timeLimit * 1000,
      memoryBytes: options.memory * 1e6,
      signal,
      progress: (says) => context.terminal.progress(says),
    }),
  )
  context.terminal.progress('')
  context.terminal.out(
    context.json
      ? JSON.stringify(results, null, 2)
      : results.map((each) => showSource(context.terminal, each)).join('\n\n'),
  )
  const findings: readonly Finding[] = results.flatMap((each) =>
    each.kind === 'checked' ? each.report.findings : [],
  )
  const failed = results.filter(({ kind }) => kind === 'failed').length
  if (failed > 0) context.terminal.err(`${plural(failed, 'source')} could not be read`)
  if (failed > 0) return 1
  return reaches(findings, options.failOn) ? 3 : 0
}

function showSource(terminal: Terminal, result: SourceResult): string {
  if (result.kind === 'checked') return showReport(terminal, result.report)
  const lines = [
    `${terminal.style('bold', result.name)}${terminal.style('dim', ` ${result.path}`)}`,
    `${terminal.style('red', '✗')} ${result.message}`,
  ]
  return [...lines, ...(result.hint === null ? [] : [terminal.style('dim', `  ${result.hint}`)])].join('\n')
}
