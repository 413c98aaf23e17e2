import { Problem } from '../../base/problem.ts'
import { seedNames, type GroupBy, type MetricSpread, type RunGroup } from '../../runs/group.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { differing, resultKeys, type RunsOptions } from './runs.ts'
import { formatNumber } from '../../base/quantity.ts'
import { formatTable, type Column, type Terminal } from './terminal.ts'

/** `daybook runs --group-by-seed` and `--group-by KEY`: groups of runs, with means and their 95 % intervals. */
export async function groupsCommand(context: CommandContext, options: RunsOptions): Promise<number> {
  const by: GroupBy[] = (options.groupBy ?? []).map(readKey)
  if (options.groupBySeed === true) by.push({ kind: 'params_except', keys: seedNames })
  if (by.every(({ kind }) => kind !== 'experiment')) by.unshift({ kind: 'experiment' })
  const groups = await withClient(context, (client) =>
    client.call('runs.group', {
      experiment: options.experiment ?? null,
      filter: options.search ?? '',
      by: by.map((each) => (each.kind === 'params_except' ? { ...each, keys: [...each.keys] } : each)),
      orderBy: options.orderBy ?? [],
      limit: options.limit,
      view: options.deleted === true ? 'deleted' : 'active',
      nested: options.nested ?? false,
    }),
  )
  print(context, groups, () => formatGroups(context.terminal, groups, by))
  return 0
}

/** Groups as a table: what they differ in, then each metric's mean with half the width of its interval. */
export function formatGroups(
  terminal: Terminal,
  groups: readonly RunGroup[],
  by: readonly GroupBy[],
): string {
  if (groups.length === 0) return 'No run fits.'
  const named = groups.map((group) => namedValues(group, by))
  const texts = differing(named)
  const metrics = resultKeys(groups.map((group) => group.metrics))
  const columns: Column[] = [
    { title: 'RUNS', align: 'right' },
    ...texts.map((title): Column => ({ title, maxWidth: 28 })),
    ...metrics.map((title): Column => ({ title, align: 'right' })),
  ]
  const rows = groups.map((group, i) => [
    String(group.runs),
    ...texts.map((key) => named[i]?.[key] ?? ''),
    ...metrics.map((key) => formatSpread(group.metrics[key], group.runs)),
  ])
  const [head, ...body] = formatTable(columns, rows).split('\n')
  return [
    terminal.style('bold', head ?? ''),
    ...body,
    terminal.style('dim', 'mean ± half of its 95 % interval (Student t)'),
  ].join('\n')
}

function formatSpread(spread: MetricSpread | undefined, runs: number): string {
  if (spread === undefined) return ''
  const { mean, interval95, n } = spread
  const count = n === runs ? '' : ` (${n})`
  if (interval95 === null) return formatNumber(mean) + count
  return `${formatNumber(mean)} ± ${Number(((interval95.high - interval95.low) / 2).toPrecision(2))}${count}`
}

/** What a group's runs have in common, by name. */
function namedValues(group: RunGroup, by: readonly GroupBy[]): Record<string, string> {
  const named: Record<string, string> = {}
  for (const [i, each] of by.entries()) {
    const value = group.values[i] ?? null
    if (value === null) continue
    if (each.kind === 'params_except') Object.assign(named, JSON.parse(value))
    else named['key' in each ? each.key : each.kind.toUpperCase()] = value
  }
  return named
}

/** `params.model`, `tags.owner`, `experiment` or `status`. */
function readKey(word: string): GroupBy {
  if (word === 'experiment' || word === 'status') return { kind: word }
  const [, kind, key] = /^(param|tag)s?\.(.+)$/s.exec(word) ?? []
  if (kind !== undefined && key !== undefined) return { kind: kind as 'param' | 'tag', key }
  throw new Problem('bad_request', `Cannot group runs by "${word}"`, {
    hint: 'Group by params.NAME, tags.NAME, experiment or status.',
  })
}
