import type { RunSummary } from '../../api/run_methods.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { isBesideMetric } from '../../base/metric_name.ts'
import { formatAge, formatDuration, formatNumber } from '../../base/quantity.ts'
import { formatTable, type Column, type Terminal } from './terminal.ts'

/** Options of `daybook runs`. */
export interface RunsOptions {
  search?: string
  orderBy?: string[]
  limit: number
  experiment?: string
  nested?: boolean
  deleted?: boolean
  groupBySeed?: boolean
  groupBy?: string[]
}

/** `daybook runs`: the table of runs. */
export async function runsCommand(context: CommandContext, options: RunsOptions): Promise<number> {
  const page = await withClient(context, (client) =>
    client.call('runs.search', {
      experiment: options.experiment ?? null,
      filter: options.search ?? '',
      orderBy: options.orderBy ?? [],
      limit: options.limit,
      view: options.deleted === true ? 'deleted' : 'active',
      nested: options.nested ?? false,
    }),
  )
  print(context, page, ({ runs, nextPageToken }) => {
    if (runs.length === 0) return emptyTable(options)
    const more = nextPageToken === null ? '' : `\nMore: --limit ${options.limit * 2}`
    return formatRuns(context.terminal, runs, Date.now()) + more
  })
  return 0
}

/** Runs as a table: what differs between them first, then their metrics. */
export function formatRuns(terminal: Terminal, runs: readonly RunSummary[], nowMs: number): string {
  const params = differing(runs.map((run) => run.params)).slice(0, 5)
  const metrics = resultKeys(runs.map((run) => run.metrics))
  const columns: Column[] = [
    { title: 'RUN' },
    { title: 'NAME', maxWidth: 28 },
    { title: 'STATUS' },
    { title: 'AGE' },
    { title: 'TOOK' },
    ...params.map((title): Column => ({ title, maxWidth: 18 })),
    ...metrics.map((title): Column => ({ title, align: 'right' })),
  ]
  const rows = runs.map((run) => [
    run.id.slice(0, 8),
    run.name,
    styledStatus(terminal, run.status),
    formatAge(nowMs - run.startMs),
    run.endMs === null ? '' : formatDuration(run.endMs - run.startMs),
    ...params.map((key) => run.params[key] ?? ''),
    ...metrics.map((key) => (run.metrics[key] === undefined ? '' : formatNumber(run.metrics[key]))),
  ])
  const [head, ...body] = formatTable(columns, rows).split('\n')
  return [terminal.style('bold', head ?? ''), ...body].join('\n')
}

/** A status in its colour. */
export function styledStatus(terminal: Terminal, status: string): string {
  if (status === 'FINISHED') return terminal.style('green', status)
  if (status === 'RUNNING') return terminal.style('cyan', status)
  return terminal.style(status === 'FAILED' ? 'red' : 'yellow', status)
}

function emptyTable(options: RunsOptions): string {
  const filtered =
    options.search !== undefined || options.experiment !== undefined || options.deleted === true
  if (filtered) return 'No run fits. Without a filter: daybook runs'
  return 'No runs yet. Try: daybook run NOTEBOOK, or daybook exec -- python train.py'
}

/** Keys whose values are not the same in all records, the most frequent first; all keys for a single record. */
export function differing(records: readonly Record<string, string>[]): string[] {
  const keys = keysByCount(records)
  if (records.length < 2) return keys
  return keys.filter((key) => new Set(records.map((record) => record[key])).size > 1)
}

/** Metrics that a table has columns for: the six most frequent of those that are results. */
export function resultKeys(metrics: readonly Record<string, unknown>[]): string[] {
  return keysByCount(metrics)
    .filter((key) => !isBesideMetric(key))
    .slice(0, 6)
}

/** Keys of records, the most frequent first. */
function keysByCount(records: readonly Record<string, unknown>[]): string[] {
  const counts = new Map<string, number>()
  for (const record of records)
    for (const key of Object.keys(record)) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([key]) => key)
}
