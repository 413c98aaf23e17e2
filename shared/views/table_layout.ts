import type { TableColumns, TableGroupBy, TableRow, TableSort } from '../api/table_methods.ts'
import { isBesideMetric } from '../base/metric_name.ts'

/** A column as it is shown. */
export interface ShownColumn {
  /** `name`, `started`, `metrics.auc`, `params.depth`, `tags.team` … */
  id: string
  widthPx: number
}

/** What a table remembers. Plain data. */
export interface TableLayout {
  columns: readonly ShownColumn[]
  /** So many of the columns stay in sight when the others are moved. */
  pinned: number
  sort: readonly TableSort[]
  filter: string
  /** `none`, `seeds`, `experiment`, `status`, or a column such as `params.depth`. */
  group: string
  experiment: string | null
  view: 'active' | 'archived' | 'deleted'
}

/** The columns that every table has at first, by id: their titles. */
export const ownColumns: Readonly<Record<string, string>> = {
  name: 'Run',
  status: 'Status',
  started: 'Started',
  duration: 'Took',
  cost: 'Cost',
  experiment: 'Experiment',
  user: 'User',
  'tags.daybook.notebook': 'Notebook',
  'tags.mlflow.source.git.commit': 'Commit',
  'tags.daybook.git.branch': 'Branch',
}

/** Names of parameters that hold a random seed; groups leave them out. */
const seeds = ['seed', 'random_state', 'random_seed', 'rng_seed', 'data_seed', 'manual_seed']

/** What a column is called. */
export function titleOf(id: string): string {
  return ownColumns[id] ?? id.replace(/^(metrics|params|tags)\./, '')
}

/** What kind of column it is. */
export function kindOf(id: string): 'own' | 'metrics' | 'params' | 'tags' {
  const kind = /^(metrics|params|tags)\./.exec(id)?.[1] as 'metrics' | 'params' | 'tags' | undefined
  return kind ?? 'own'
}

/** Whether its cells stand at the right: numbers do. */
export function isNumeric(id: string): boolean {
  return kindOf(id) === 'metrics' || id === 'duration' || id === 'cost'
}

/** The layout of a table that nobody has touched: what tells most, out of what was logged. */
export function firstLayout(known: TableColumns, experiment: string | null): TableLayout {
  const metrics = known.metrics
    .filter(({ name }) => !isBesideMetric(name))
    .slice(0, 5)
    .map(({ name }) => `metrics.${name}`)
  const params = known.params
    .filter(({ varies }) => varies)
    .slice(0, 6)
    .map(({ name }) => `params.${name}`)
  const own = ['name', 'started', 'duration', ...(experiment === null ? ['experiment'] : [])]
  return {
    columns: [...own, ...metrics, ...params].map((id) => ({ id, widthPx: firstWidth(id) })),
    pinned: 1,
    sort: [],
    filter: '',
    group: 'none',
    experiment,
    view: 'active',
  }
}

/** What of the known names the given runs have, the more of them the earlier; times of fits and the like come last. */
export function namesIn(rows: readonly TableRow[], known: TableColumns): TableColumns {
  const runs = rows.filter((row) => row.kind === 'run')
  const of = (kind: 'params' | 'metrics') =>
    known[kind]
      .map(({ name }) => {
        const values = runs.map((run) => run[kind][name]).filter((value) => value !== undefined)
        return { name, runs: values.length, varies: new Set(values).size > 1 }
      })
      .filter((column) => column.runs > 0)
      .sort((a, b) => Number(isTime(a.name)) - Number(isTime(b.name)) || b.runs - a.runs)
  return { params: of('params'), metrics: of('metrics'), tags: [] }
}

function isTime(name: string): boolean {
  return /second|time|duration|_ms$/i.test(name)
}

/** A layout that a host kept; null for anything else. */
export function parseLayout(kept: unknown): TableLayout | null {
  const { layout, version } = (kept ?? {}) as { layout?: TableLayout; version?: unknown }
  return version === 1 && Array.isArray(layout?.columns) ? layout : null
}

/** Sorts by a column: descending first for numbers, then the other way, then not. `more` keeps the other columns. */
export function toggleSort(layout: TableLayout, id: string, more: boolean): TableLayout {
  const old = layout.sort.find(({ by }) => by === id)
  const first = isNumeric(id) || id === 'started'
  const next =
    old === undefined
      ? [{ by: id, descending: first }]
      : old.descending === first
        ? [{ by: id, descending: !first }]
        : []
  if (!more) return { ...layout, sort: next }
  const others = layout.sort.filter(({ by }) => by !== id)
  if (old === undefined) return { ...layout, sort: [...layout.sort, ...next].slice(0, 8) }
  const place = layout.sort.indexOf(old)
  return { ...layout, sort: [...others.slice(0, place), ...next, ...others.slice(place)] }
}

/** Moves a column before another one; one that crosses the border of the pinned ones becomes, or ceases to be, one. */
export function moveColumn(layout: TableLayout, from: number, to: number): TableLayout {
  const columns = [...layout.columns]
  const [moved] = columns.splice(from, 1)
  if (moved === undefined) return layout
  columns.splice(to, 0, moved)
  const { pinned } = layout
  const change = from < pinned && to >= pinned ? -1 : from >= pinned && to < pinned ? 1 : 0
  return { ...layout, columns, pinned: Math.max(1, pinned + change) }
}

/** Shows or hides a column. The first one, which names the run, stays. */
export function toggleColumn(layout: TableLayout, id: string): TableLayout {
  const at = layout.columns.findIndex((column) => column.id === id)
  if (at === 0) return layout
  if (at < 0) return { ...layout, columns: [...layout.columns, { id, widthPx: firstWidth(id) }] }
  const columns = layout.columns.filter((column) => column.id !== id)
  return { ...layout, columns, pinned: at < layout.pinned ? layout.pinned - 1 : layout.pinned }
}

/** Pins a column beside the others that are, or lets it go. */
export function togglePin(layout: TableLayout, at: number): TableLayout {
  if (at === 0) return layout
  if (at < layout.pinned) {
    const moved = moveColumn({ ...layout, pinned: 0 }, at, layout.pinned - 1)
    return { ...moved, pinned: layout.pinned - 1 }
  }
  const moved = moveColumn({ ...layout, pinned: 0 }, at, layout.pinned)
  return { ...moved, pinned: layout.pinned + 1 }
}

/** Widens or narrows a column. */
export function resizeColumn(layout: TableLayout, at: number, widthPx: number): TableLayout {
  const width = Math.max(48, Math.min(900, Math.round(widthPx)))
  return {
    ...layout,
    columns: layout.columns.map((column, i) => (i === at ? { ...column, widthPx: width } : column)),
  }
}

/** What a layout asks the daemon to group by. */
export function groupsOf(layout: TableLayout): TableGroupBy[] {
  if (layout.group === 'none') return []
  if (layout.group === 'seeds') return [{ kind: 'params_except', keys: seeds }]
  if (layout.group === 'experiment' || layout.group === 'status') return [{ kind: layout.group }]
  const [, kind, key] = /^(param|tag)s\.(.*)$/s.exec(layout.group) ?? []
  return kind === undefined || key === undefined ? [] : [{ kind: kind as 'param' | 'tag', key }]
}

/** The names that the rows must carry for these columns. */
export function shownNames(layout: TableLayout): { params: string[]; metrics: string[]; tags: string[] } {
  const of = (kind: string): string[] =>
    layout.columns.filter(({ id }) => kindOf(id) === kind).map(({ id }) => id.slice(kind.length + 1))
  return { params: of('params'), metrics: of('metrics'), tags: of('tags') }
}

function firstWidth(id: string): number {
  if (id === 'name') return 250
  if (kindOf(id) === 'own') return id === 'experiment' ? 170 : 104
  return Math.min(180, Math.max(96, titleOf(id).length * 7.5 + 34))
}
