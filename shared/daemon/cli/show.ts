import type { RunDetail } from '../../api/run_methods.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { formatRuns, styledStatus } from './runs.ts'
import { formatBytes, formatDuration, formatNumber } from '../../base/quantity.ts'
import { formatTable, type Terminal } from './terminal.ts'

/** Options of `daybook show`. */
export interface ShowOptions {
  code?: boolean
}

/** `daybook show RUN`: everything about one run. */
export async function showCommand(
  context: CommandContext,
  id: string,
  options: ShowOptions,
): Promise<number> {
  const run = await withClient(context, (client) => client.call('runs.get', { id }))
  print(context, run, () => formatRun(context.terminal, run, options.code ?? false))
  return 0
}

function formatRun(terminal: Terminal, run: RunDetail, withCode: boolean): string {
  const heading = (text: string): string => '\n' + terminal.style('bold', text)
  const took = run.endMs === null ? 'still running' : formatDuration(run.endMs - run.startMs)
  const lines = [
    `${terminal.style('bold', run.name)}  ${styledStatus(terminal, run.status)}  ${took}`,
    `run ${run.id} · ${run.experiment} · ${new Date(run.startMs).toLocaleString('sv-SE')}`,
  ]
  const error = run.tags['daybook.error']
  if (error !== undefined) lines.push(terminal.style('red', error))
  const warning = run.tags['daybook.warning']
  if (warning !== undefined) lines.push(terminal.style('yellow', warning))
  lines.push(...section(heading('Parameters'), Object.entries(run.params)))
  const metrics = Object.entries(run.metrics).map(([key, value]): [string, string] => [
    key,
    formatNumber(value),
  ])
  lines.push(...section(heading('Metrics'), metrics))
  const sources = [
    'mlflow.source.name',
    'daybook.cell',
    'mlflow.source.git.commit',
    'daybook.git.branch',
    'daybook.error',
  ]
  lines.push(
    ...section(
      heading('Source'),
      sources.flatMap((key) => (run.tags[key] ? [[key, run.tags[key]]] : [])),
    ),
  )
  if (run.datasets.length > 0) {
    lines.push(heading('Data'), formatData(run))
  }
  if (run.artifacts.length > 0) {
    lines.push(
      heading('Artifacts'),
      ...run.artifacts.map(({ path, sizeBytes }) => `  ${path}  ${formatBytes(sizeBytes)}`),
    )
  }
  if (run.children.length > 0)
    lines.push(heading('Runs in it'), formatRuns(terminal, run.children, Date.now()))
  if (run.cells.length > 0) {
    lines.push(heading(`Cells, in the order in which they ran (${run.cells.length})`))
    for (const cell of run.cells) {
      const wall = cell.wallMs === null ? '' : ` · ${formatDuration(cell.wallMs)}`
      const state = cell.ok === false ? terminal.style('red', ' · failed') : ''
      lines.push(terminal.style('dim', `[${cell.count ?? ' '}]${wall}${state}`))
      lines.push(...(withCode ? cell.code.split('\n') : [firstLine(cell.code)]).map((line) => `    ${line}`))
    }
    if (!withCode) lines.push(terminal.style('dim', 'Whole cells: --code'))
  }
  return lines.join('\n')
}

function formatData(run: RunDetail): string {
  const columns = ['name', 'as', 'digest', 'size', 'from', 'again'].map((title) => ({ title }))
  const rows = run.datasets.map((set) => [
    set.name,
    set.context ?? '',
    set.digest,
    set.sizeBytes === null ? '' : formatBytes(set.sizeBytes),
    set.place ?? 'memory',
    set.reproduce,
  ])
  const restorable = run.datasets.some(({ hasCopy }) => hasCopy)
  const hint = restorable ? `\nCopies: daybook restore-data ${run.id.slice(0, 8)} --to FOLDER` : ''
  return formatTable(columns, rows) + hint
}

function section(title: string, entries: readonly (readonly string[])[]): string[] {
  if (entries.length === 0) return []
  const widest = Math.max(...entries.map(([key]) => key?.length ?? 0))
  return [title, ...entries.map(([key = '', value = '']) => `  ${key.padEnd(widest)}  ${value}`)]
}

function firstLine(code: string): string {
  const lines = code.split('\n')
  const first = lines.find((line) => line.trim() !== '' && !line.trim().startsWith('#')) ?? lines[0] ?? ''
  return lines.length > 1 ? `${first} …` : first
}
