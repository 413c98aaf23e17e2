import { archiveTag, starTag } from '../base/tag_name.ts'
import type { Store } from '../store/store.ts'
import { headlineMetric } from './headline.ts'
import { findKey } from './key_name.ts'
import { loadRuns, put, type Run } from './run_data.ts'
import { findRunSeq, getRun } from './run.ts'
import { runWhere } from './search.ts'
import type { Siblings } from './standing.ts'
import { combine, sql, type SqlText } from './sql_text.ts'
import { isNamedBy, seedNames, type GroupBy } from './group.ts'
import { findLongTexts, readColumn, type LongTexts, type RunColumn } from './table_column.ts'
import { groupRow, groupRunsBy, sortGroups, type FoundGroup } from './table_group.ts'
import { sortRuns } from './table_order.ts'
import type {
  ColumnCount,
  ExperimentRuns,
  GroupRow,
  RunRow,
  TableColumns,
  TablePart,
  TableQuery,
  TableSort,
  TableWindow,
} from './table_row.ts'

type CountedTable = 'param' | 'latest_metric' | 'tag'

/** Counts over all runs out of the indexes over values, name by name: a seventh of the time of reading the tables. */
const countsOfAll: Readonly<Record<CountedTable, string>> = {
  param: countsOfTexts('param'),
  latest_metric: `SELECT k.id AS key, (SELECT count(*) FROM latest_metric WHERE key = k.id) AS n,
      (SELECT min(value) FROM latest_metric WHERE key = k.id AND is_nan = 0)
        IS NOT (SELECT max(value) FROM latest_metric WHERE key = k.id AND is_nan = 0)
        OR EXISTS (SELECT 1 FROM latest_metric WHERE key = k.id AND is_nan = 0)
        AND EXISTS (SELECT 1 FROM latest_metric WHERE key = k.id AND is_nan = 1)
      AS varies FROM key_name k`,
  tag: countsOfTexts('tag'),
}

function countsOfTexts(table: 'param' | 'tag'): string {
  const short = `FROM ${table} WHERE key = k.id AND length(value) <= 100`
  const long = `FROM ${table} WHERE key = k.id AND length(value) > 100`
  return `SELECT k.id AS key, (SELECT count(*) ${short}) + (SELECT count(*) ${long}) AS n,
      iif(EXISTS (SELECT 1 ${long}),
        (SELECT min(value) FROM ${table} WHERE key = k.id) IS NOT (SELECT max(value) FROM ${table} WHERE key = k.id),
        (SELECT min(value) ${short}) IS NOT (SELECT max(value) ${short}))
      AS varies FROM key_name k`
}

/** Orders and columns that are kept, each less than a megabyte for 100,000 runs. */
const keptAnswers = 64

/**
 * Answers a table of runs window by window. The order of all runs of a table is worked out once and kept until
 * anything in the store changes; a window then only reads its own rows.
 */
export class RunTable {
  readonly #store: Store
  #kept = new Map<string, unknown>()
  #version: unknown = null

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * @throws FilterError
   * @throws RangeError for a column that no run can have
   */
  window(query: TableQuery, part: TablePart): TableWindow {
    this.#forgetOld()
    const until = part.offset + part.limit
    if (query.groupBy.length > 0 && query.group === null) {
      const groups = this.#groups(query)
      const runs = groups.reduce((sum, group) => sum + group.seqs.length, 0)
      const rows = groups.slice(part.offset, until).map((group) => this.#groupRow(group, part))
      return { total: groups.length, runs, rows }
    }
    const seqs = this.#order(query)
    const page = [...seqs.slice(part.offset, until)]
    return { total: seqs.length, runs: seqs.length, rows: this.#runRows(page, part) }
  }

  /** Ids of all runs of a table, in its order, at most `limit`. */
  ids(query: TableQuery, limit: number): string[] {
    this.#forgetOld()
    const wanted = JSON.stringify([...this.#order({ ...query, groupBy: [], group: null }).slice(0, limit)])
    const rows = this.#store.lists(
      'SELECT r.id FROM json_each(?) j JOIN run r ON r.seq = j.value ORDER BY j.key',
      wanted,
    )
    return rows.map(([id]) => id as string)
  }

  /** For each run: how the metrics of those that differ from it only by seed are spread, itself among them. */
  siblings(ids: readonly string[]): Siblings[] {
    this.#forgetOld()
    return ids.map((id) => {
      const run = getRun(this.#store, id)
      const query: TableQuery = {
        experimentIds: [run.experimentId],
        filter: '',
        view: 'active',
        within: 'all',
        sort: [],
        groupBy: [{ kind: 'params_except', keys: seedNames }],
        group: null,
      }
      const seq = findRunSeq(this.#store, id) ?? -1
      const group = this.#groups(query).find(({ seqs }) => seqs.includes(seq))
      const metrics = Object.keys(run.metrics)
      if (group === undefined) return { id, runs: 0, metrics: {} }
      const row = this.#groupRow(group, { offset: 0, limit: 1, shown: { params: [], metrics, tags: [] } })
      return { id, runs: row.runs, metrics: row.metrics }
    })
  }

  /** Names that can be columns. */
  columns(experimentIds: readonly string[] | null): TableColumns {
    this.#forgetOld()
    return this.#keep(`columns ${JSON.stringify(experimentIds)}`, () => ({
      params: this.#count('param', experimentIds),
      metrics: this.#count('latest_metric', experimentIds),
      tags: this.#count('tag', experimentIds),
    }))
  }

  /** Experiments that have runs, the one used last first. */
  experiments(): ExperimentRuns[] {
    this.#forgetOld()
    return this.#keep('experiments', () => {
      const rows = this.#store.all(
        `SELECT e.name, count(*) AS n, max(r.started_ms) AS last FROM run r JOIN experiment e ON e.id = r.experiment_id
         WHERE r.deleted_ms IS NULL GROUP BY e.id ORDER BY last DESC`,
      )
      return rows.map((row) => ({
        name: row['name'] as string,
        runs: row['n'] as number,
        lastStartMs: row['last'] as number,
      }))
    })
  }

  #count(table: CountedTable, experimentIds: readonly string[] | null): ColumnCount[] {
    const counts =
      experimentIds === null
        ? countsOfAll[table]
        : `SELECT t.key, count(*) AS n, min(t.value) IS NOT max(t.value) AS varies FROM ${table} t
           WHERE t.run IN (SELECT seq FROM run WHERE experiment_id IN (SELECT value FROM json_each(?))) GROUP BY t.key`
    const rows = this.#store.all(
      `WITH c AS MATERIALIZED (${counts})
       SELECT k.name, c.n, c.varies FROM c JOIN key_name k ON k.id = c.key WHERE c.n > 0 ORDER BY c.n DESC, k.name`,
      ...(experimentIds === null ? [] : [JSON.stringify(experimentIds.map(Number))]),
    )
    return rows.map((row) => ({
      name: row['name'] as string,
      runs: row['n'] as number,
      varies: row['varies'] === 1,
    }))
  }

  #order(query: TableQuery): Int32Array {
    if (query.group !== null) {
      const group = this.#groups(query).find(({ key }) => key === query.group)
      return Int32Array.from(group?.seqs ?? [])
    }
    return this.#sorted(query, query.sort)
  }

  #sorted(query: TableQuery, sort: readonly TableSort[]): Int32Array {
    const { experimentIds, filter, view, within } = query
    const base = JSON.stringify({ experimentIds, filter, view, within })
    const found = this.#keep(`found ${base}`, () => this.#find(query))
    if (sort.length === 0) return found
    return this.#keep(`sorted ${base} ${JSON.stringify(sort)}`, () =>
      sortRuns(
        found,
        sort.map(({ by, descending }) => ({ column: this.#column(by), descending })),
      ),
    )
  }

  #column(name: string): RunColumn {
    return this.#keep(`column ${name}`, () => readColumn(this.#store, name, this.#longTexts()))
  }

  #groups(query: TableQuery): FoundGroup[] {
    return this.#keep(`groups ${JSON.stringify({ ...query, group: null })}`, () => {
      const columns = query.groupBy.map((by) => ({
        by,
        columns: this.#namesOf(by).map((name) => ({ name, column: this.#column(name) })),
      }))
      const groups = groupRunsBy(this.#sorted(query, query.sort), columns)
      const [first] = query.sort
      if (first === undefined) return sortGroups(groups, 'size')
      if (!first.by.startsWith('metrics.')) return groups
      return sortGroups(groups, { column: this.#column(first.by), descending: first.descending })
    })
  }

  /** Names of the columns whose values a group shares. */
  #namesOf(by: GroupBy): string[] {
    if (by.kind === 'param' || by.kind === 'tag') return [`${by.kind}s.${by.key}`]
    if (by.kind !== 'params_except') return [by.kind]
    const rows = this.#store.all(
      `SELECT id, name FROM key_name k WHERE id IN (SELECT value FROM json_each(?))
         OR EXISTS (SELECT 1 FROM param WHERE key = k.id AND length(value) <= 100) ORDER BY id`,
      JSON.stringify([...this.#longTexts().param]),
    )
    const names = rows.map((row) => row['name'] as string).filter((name) => !isNamedBy(name, by.keys))
    return ['experiment', ...names.map((name) => `params.${name}`)]
  }

  #longTexts(): LongTexts {
    return this.#keep('long texts', () => findLongTexts(this.#store))
  }

  /** The numbers of all runs that are wanted, newest first. */
  #find(query: TableQuery): Int32Array {
    const { view, within } = query
    const where = runWhere(this.#store, {
      experimentIds: query.experimentIds,
      filter: query.filter,
      view: view === 'archived' ? 'active' : view,
      ...(within === 'all' ? {} : { within }),
    })
    const pieces = [where, ...this.#archivedSql(view)]
    const all = combine(pieces, 'AND')
    const row = this.#store.get(
      `SELECT group_concat(seq) AS seqs FROM
         (SELECT r.seq FROM run r WHERE ${all.sql} ORDER BY r.started_ms DESC, r.id)`,
      ...all.values,
    )
    const text = row?.['seqs']
    return Int32Array.from(typeof text === 'string' ? text.split(',') : [], Number)
  }

  #archivedSql(view: TableQuery['view']): SqlText[] {
    if (view !== 'active' && view !== 'archived') return []
    const key = findKey(this.#store, archiveTag)
    if (key === undefined) return view === 'archived' ? [sql('0')] : []
    const not = view === 'archived' ? '' : 'NOT '
    return [sql(`${not}EXISTS (SELECT 1 FROM tag t WHERE t.run = r.seq AND t.key = ?)`, key)]
  }

  #runRows(seqs: readonly number[], part: TablePart): RunRow[] {
    const runs = loadRuns(this.#store, seqs)
    const ids = JSON.stringify(runs.map((run) => run.id))
    const counted = this.#store.all(
      `SELECT parent_id, count(*) AS n FROM run
       WHERE parent_id IN (SELECT value FROM json_each(?)) AND deleted_ms IS NULL GROUP BY parent_id`,
      ids,
    )
    const children = new Map(counted.map((row) => [row['parent_id'], row['n'] as number]))
    const named = this.#store.all('SELECT id, name FROM experiment')
    const names = new Map(named.map((row) => [String(row['id']), row['name'] as string]))
    return runs.map((run) =>
      toRow(run, part.shown, {
        children: children.get(run.id) ?? 0,
        experiment: names.get(run.experimentId) ?? run.experimentId,
      }),
    )
  }

  #groupRow(group: FoundGroup, { shown }: TablePart): GroupRow {
    const columns = (type: string, names: readonly string[]): Map<string, RunColumn> =>
      new Map(names.map((name) => [name, this.#column(`${type}.${name}`)]))
    return groupRow(group, {
      metrics: columns('metrics', shown.metrics),
      params: columns('params', shown.params),
    })
  }

  /** Whatever was written since the last question makes everything that is kept worthless. */
  #forgetOld(): void {
    const version = this.#store.get('PRAGMA data_version')?.['data_version']
    if (version !== this.#version) this.#kept.clear()
    this.#version = version
  }

  #keep<T>(key: string, make: () => T): T {
    if (this.#kept.has(key)) return this.#kept.get(key) as T
    const made = make()
    const oldest = this.#kept.keys().next()
    if (this.#kept.size >= keptAnswers && oldest.done !== true) this.#kept.delete(oldest.value)
    this.#kept.set(key, made)
    return made
  }
}

function toRow(run: Run, shown: TablePart['shown'], known: { children: number; experiment: string }): RunRow {
  const values = Object.fromEntries(Object.entries(run.metrics).map(([key, { value }]) => [key, value]))
  return {
    kind: 'run',
    id: run.id,
    name: run.name,
    experiment: known.experiment,
    status: run.status,
    startMs: run.startMs,
    endMs: run.endMs,
    cost: null,
    user: run.userId,
    parentId: run.parentId,
    children: known.children,
    starred: starTag in run.tags,
    archived: archiveTag in run.tags,
    deleted: run.deletedMs !== null,
    notebook: run.tags['daybook.notebook'] ?? null,
    headline: headlineMetric(values),
    params: pick(run.params, shown.params),
    metrics: Object.fromEntries(
      Object.entries(pick(values, shown.metrics)).map(([key, value]) => [
        key,
        Number.isNaN(value) ? null : value,
      ]),
    ),
    tags: pick(run.tags, shown.tags),
  }
}

function pick<T>(record: Readonly<Record<string, T>>, keys: readonly string[]): Record<string, T> {
  const picked: Record<string, T> = {}
  for (const key of keys) {
    const value = Object.hasOwn(record, key) ? record[key] : undefined
    if (value !== undefined) put(picked, key, value)
  }
  return picked
}
