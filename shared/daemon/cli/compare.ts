import type {
  ComparedCell,
  ComparedMetric,
  ComparedTexts,
  Comparison,
  LineChange,
} from '../../runs/comparison.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { styledStatus } from './runs.ts'
import { formatDuration, formatNumber } from '../../base/quantity.ts'
import { formatTable, type Column, type Terminal } from './terminal.ts'

/** `daybook compare RUN RUN…`: what differs between runs. */
export async function compareCommand(context: CommandContext, ids: string[]): Promise<number> {
  const comparison = await withClient(context, (client) => client.call('runs.compare', { ids }))
  print(context, comparison, () => formatComparison(context.terminal, comparison))
  return 0
}

/** Lines around a change that are shown. */
const contextLines = 2

/** A comparison as text: what is the same in all runs is only counted. */
export function formatComparison(terminal: Terminal, found: Comparison): string {
  const parts = [
    formatRuns(terminal, found),
    formatTexts(terminal, found, { title: 'Parameters', texts: found.params }),
    formatMetrics(terminal, found),
    formatTexts(terminal, found, { title: 'Source', texts: found.tags }),
    formatCells(terminal, found),
    formatTexts(terminal, found, { title: 'Packages', texts: [...found.environment, ...found.packages] }),
    formatData(terminal, found),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function formatRuns(terminal: Terminal, { runs }: Comparison): string {
  const columns: Column[] = [
    { title: '' },
    { title: 'RUN' },
    { title: 'NAME', maxWidth: 28 },
    { title: 'STATUS' },
    { title: 'TOOK' },
    { title: 'EXPERIMENT', maxWidth: 40 },
  ]
  const rows = runs.map((run, i) => [
    letter(i),
    run.id.slice(0, 8),
    run.name,
    styledStatus(terminal, run.status),
    run.endMs === null ? '' : formatDuration(run.endMs - run.startMs),
    run.experiment,
  ])
  return withBoldHead(terminal, formatTable(columns, rows))
}

function formatTexts(
  terminal: Terminal,
  { runs }: Comparison,
  { title, texts }: { title: string; texts: readonly ComparedTexts[] },
): string {
  const differing = texts.filter(({ differs }) => differs)
  const same = texts.length - differing.length
  if (texts.length === 0) return ''
  if (differing.length === 0) return heading(terminal, title, `all ${same} the same`)
  const table = formatTable(
    [{ title: '' }, ...runs.map((_run, i): Column => ({ title: letter(i), maxWidth: 40 }))],
    differing.map(({ key, values }) => [key, ...values.map((value) => value ?? '–')]),
  )
  return `${heading(terminal, title, same === 0 ? '' : `${same} more the same`)}\n${indent(table)}`
}

function formatMetrics(terminal: Terminal, { runs, metrics }: Comparison): string {
  if (metrics.length === 0) return ''
  const table = formatTable(
    [
      { title: '' },
      ...runs.map((_run, i): Column => ({ title: letter(i), align: 'right' })),
      { title: 'SPAN', align: 'right' },
    ],
    metrics.map((metric) => [
      `${metric.key}${metric.better === null ? '' : metric.better === 'lower' ? ' ↓' : ' ↑'}`,
      ...metric.values.map((value, i) => formatValue(terminal, value, metric.best.includes(i))),
      metric.range === null ? '' : formatNumber(metric.range.max - metric.range.min),
    ]),
  )
  return `${heading(terminal, 'Metrics', '↓ less is better, ↑ more is better, * best')}\n${indent(table)}`
}

function formatValue(terminal: Terminal, value: ComparedMetric['values'][number], best: boolean): string {
  if (value === null) return '–'
  if (value === 'NaN') return value
  return best ? terminal.style('green', `${formatNumber(value)}*`) : formatNumber(value)
}

function formatCells(terminal: Terminal, { runs, cells }: Comparison): string {
  const unknown = runs.flatMap((run, i) => (run.hasCode ? [] : [letter(i)]))
  const note = unknown.length === 0 ? '' : `not known of ${unknown.join(', ')}`
  if (unknown.length === runs.length) return ''
  const same = cells.filter(({ state }) => state === 'same').length
  const told = cells.flatMap((cell, i) => (cell.state === 'same' ? [] : [formatCell(terminal, cell, i)]))
  const count = told.length === 0 ? `all ${same} cells the same` : `${same} cells the same`
  return [heading(terminal, 'Code', [count, note].filter(Boolean).join('; ')), ...told].join('\n')
}

function formatCell(terminal: Terminal, { state, cell, versions }: ComparedCell, place: number): string {
  const having = versions.flatMap((version, i) => (version === null ? [] : [letter(i)]))
  const word = state === 'partly' ? `only in ${having.join(', ')}` : 'changed'
  const lines = [terminal.style('cyan', `  cell ${place + 1}${cell === null ? '' : ` (${cell})`}: ${word}`)]
  const first = versions.findIndex((version) => version !== null)
  const code = versions[first]?.code ?? ''
  if (versions.every((version) => version === null || version.changes === null)) {
    lines.push(...code.split('\n').map((line) => `      ${line}`))
  }
  versions.forEach((version, i) => {
    if (version === null || version.changes === null) return
    lines.push(terminal.style('dim', `    ${letter(first)} → ${letter(i)}`))
    lines.push(...formatChanges(terminal, version.changes))
  })
  return lines.join('\n')
}

function formatChanges(terminal: Terminal, changes: readonly LineChange[]): string[] {
  return changes.flatMap(({ kind, lines }, i) => {
    if (kind === 'added') return lines.map((line) => terminal.style('green', `    + ${line}`))
    if (kind === 'removed') return lines.map((line) => terminal.style('red', `    - ${line}`))
    const before = i === 0 ? 0 : contextLines
    const after = i === changes.length - 1 ? 0 : contextLines
    if (lines.length <= before + after + 1) return lines.map((line) => `      ${line}`)
    const kept = [...lines.slice(0, before), '…', ...lines.slice(lines.length - after)]
    return kept.map((line) => terminal.style('dim', `      ${line}`))
  })
}

function formatData(terminal: Terminal, { runs, datasets }: Comparison): string {
  if (datasets.length === 0) return ''
  const differing = datasets.filter(({ differs }) => differs)
  const same = datasets.length - differing.length
  if (differing.length === 0) return heading(terminal, 'Data', `all ${same} the same`)
  const table = formatTable(
    [{ title: '' }, { title: 'as' }, ...runs.map((_run, i): Column => ({ title: letter(i) }))],
    differing.map(({ name, context, digests }) => [name, context ?? '', ...digests.map((at) => at ?? '–')]),
  )
  const schemas = differing.flatMap(({ name, schemaChanges }) =>
    schemaChanges.flatMap((changes, i) =>
      (changes ?? []).map(
        ({ column, before, after }) =>
          `  ${name}, ${letter(i)}: column ${column}: ${before ?? 'not there'} → ${after ?? 'not there'}`,
      ),
    ),
  )
  const head = heading(terminal, 'Data', same === 0 ? '' : `${same} more the same`)
  return [head, indent(table), ...schemas].join('\n')
}

function heading(terminal: Terminal, title: string, note: string): string {
  return terminal.style('bold', title) + (note === '' ? '' : terminal.style('dim', `  ${note}`))
}

function withBoldHead(terminal: Terminal, table: string): string {
  const [head = '', ...rows] = table.split('\n')
  return [terminal.style('bold', head), ...rows].join('\n')
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ')
}

/** A run's short name in the tables: A, B, C… */
function letter(place: number): string {
  return String.fromCharCode(65 + place)
}
