import { Problem } from '../base/problem.ts'
import { parseFilter, type Condition, type Filter } from '../runs/filter.ts'
import { FilterError } from '../runs/filter_token.ts'
import { decodePageToken } from '../runs/page_token.ts'
import { combine, sql, type SqlText } from '../runs/sql_text.ts'
import type { Store } from '../store/store.ts'
import { loadLoggedModels, type LoggedModel } from './logged_model_data.ts'
import { loggedModelGrammar } from './model_grammar.ts'
import { columnTest, filterText, keyedTest, page } from './model_search.ts'

/** A data set that metrics were measured on; any name or digest if none is given. */
export interface DatasetFilter {
  name?: string | undefined
  digest?: string | undefined
}

/** One term of an order: an attribute, or `metrics.<name>`, perhaps on one data set. What lacks it comes last. */
export interface LoggedModelOrder {
  field: string
  /** Default true. */
  ascending?: boolean | undefined
  dataset?: DatasetFilter | undefined
}

/** Which logged models are wanted. */
export interface LoggedModelSearch {
  experimentIds: readonly string[]
  filter?: string
  /** Only metrics on one of these count, and models without any are left out. */
  datasets?: readonly DatasetFilter[]
  /** Default: the newest first. */
  orderBy?: readonly LoggedModelOrder[]
  maxResults: number
  pageToken?: string
}

/**
 * Finds logged models that are not in the trash.
 * @throws FilterError
 * @throws Problem `filter_invalid` for an order that there is not, `bad_request` for a page token that is none
 */
export function searchLoggedModels(
  store: Store,
  search: LoggedModelSearch,
): { models: LoggedModel[]; nextPageToken: string | null } {
  const filter = readFilter(search.filter ?? '')
  checkPageToken(search)
  const datasets = datasetTest(search.datasets ?? [])
  const pieces = [
    sql('l.deleted_ms IS NULL'),
    sql(
      'l.experiment_id IN (SELECT CAST(value AS INTEGER) FROM json_each(?))',
      JSON.stringify(search.experimentIds),
    ),
    filterText(filter, (condition) => conditionText(condition, datasets)),
  ]
  if (datasets !== null && !asksForMetric(filter)) {
    const any = `EXISTS (SELECT 1 FROM logged_model_metric t WHERE t.model = l.seq AND ${datasets.sql})`
    pieces.push(sql(any, ...datasets.values))
  }
  const where = combine(pieces, 'AND')
  const order = orderText(search.orderBy ?? [])
  const { rows, nextPageToken: next } = page(
    store,
    `SELECT l.seq FROM logged_model l WHERE ${where.sql} ORDER BY ${order.sql}`,
    sql('', ...where.values, ...order.values),
    search,
  )
  return {
    models: loadLoggedModels(
      store,
      rows.map((row) => row['seq'] as number),
    ),
    nextPageToken: next === null ? null : bindPageToken(next, search),
  }
}

function readFilter(text: string): Filter {
  try {
    return parseFilter(text, loggedModelGrammar)
  } catch (error) {
    if (!(error instanceof FilterError)) throw error
    throw new FilterError(`Invalid filter string: '${text}'. ${error.message}`, error.position)
  }
}

/** What a page token must agree with, as MLflow's does: a next page of another search would be nonsense. */
function searchOf(search: LoggedModelSearch): Record<string, unknown> {
  return {
    'Experiment IDs': search.experimentIds,
    'Filter string': search.filter ?? '',
    'Order by': search.orderBy ?? [],
  }
}

function bindPageToken(token: string, search: LoggedModelSearch): string {
  const content = JSON.parse(Buffer.from(token, 'base64').toString()) as object
  return Buffer.from(JSON.stringify({ ...content, of: searchOf(search) })).toString('base64')
}

function checkPageToken(search: LoggedModelSearch): void {
  decodePageToken(search.pageToken)
  if (search.pageToken === undefined || search.pageToken === '') return
  const { of: bound } = JSON.parse(Buffer.from(search.pageToken, 'base64').toString()) as { of?: unknown }
  if (typeof bound !== 'object' || bound === null) return
  for (const [what, wanted] of Object.entries(searchOf(search))) {
    const found = JSON.stringify((bound as Record<string, unknown>)[what])
    const expected = JSON.stringify(wanted)
    if (found === expected) continue
    const verb = what.endsWith('s') ? 'do' : 'does'
    throw new Problem(
      'bad_request',
      `${what} in the page token ${verb} not match the requested one. Expected: ${expected}. Found: ${found}`,
    )
  }
}

const columns: Readonly<Record<string, string>> = {
  name: 'l.name',
  model_id: 'l.id',
  model_type: 'l.model_type',
  status: 'l.status',
  source_run_id: 'l.source_run_id',
  experiment_id: 'CAST(l.experiment_id AS TEXT)',
  artifact_location: 'l.artifact_uri',
  created: 'l.created_ms',
  updated: 'l.updated_ms',
}

function conditionText(condition: Condition, datasets: SqlText | null): SqlText {
  switch (condition.type) {
    case 'param':
    case 'tag': {
      const rows = `SELECT 1 FROM logged_model_${condition.type} t WHERE t.model = l.seq AND t.key = ?`
      return keyedTest(rows, condition)
    }
    case 'metric': {
      const value = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(condition.value)))
      const on = datasets ?? sql('1')
      return sql(
        `EXISTS (SELECT 1 FROM logged_model_metric t WHERE t.model = l.seq AND t.key = ? AND t.is_nan = 0
           AND t.value ${condition.comparator} ? AND ${on.sql})`,
        condition.key,
        value,
        ...on.values,
      )
    }
    default:
      return columnTest(columns[condition.key] ?? 'l.name', condition)
  }
}

function asksForMetric(filter: Filter): boolean {
  if (filter.kind === 'condition') return filter.type === 'metric'
  return filter.kind === 'not' ? asksForMetric(filter.part) : filter.parts.some(asksForMetric)
}

function datasetTest(datasets: readonly DatasetFilter[]): SqlText | null {
  if (datasets.length === 0) return null
  return combine(
    datasets.map(({ name, digest }) =>
      combine(
        [
          ...(name === undefined ? [] : [sql('t.dataset_name = ?', name)]),
          ...(digest === undefined ? [] : [sql('t.dataset_digest = ?', digest)]),
        ],
        'AND',
      ),
    ),
    'OR',
  )
}

function orderText(terms: readonly LoggedModelOrder[]): SqlText {
  const pieces = terms.map(orderTerm)
  pieces.push(sql('l.created_ms DESC'), sql('l.id ASC'))
  return { sql: pieces.map((piece) => piece.sql).join(', '), values: pieces.flatMap((piece) => piece.values) }
}

function orderTerm({ field, ascending, dataset }: LoggedModelOrder): SqlText {
  const direction = ascending === false ? 'DESC' : 'ASC'
  const dot = field.indexOf('.')
  if (dot === -1) {
    const name = loggedModelGrammar.attributes[field]?.name
    const column = name === undefined ? undefined : columns[name]
    if (column === undefined) throw new Problem('filter_invalid', `Invalid order by field name: ${field}`)
    return sql(`${column} ${direction} NULLS LAST`)
  }
  if (field.slice(0, dot) !== 'metrics') {
    throw new Problem('filter_invalid', `Invalid order by field name: ${field}. Only metrics are supported.`)
  }
  const on = dataset === undefined ? sql('1') : (datasetTest([dataset]) ?? sql('1'))
  const latest = `SELECT iif(t.is_nan = 1, NULL, t.value) FROM logged_model_metric t
    WHERE t.model = l.seq AND t.key = ? AND ${on.sql} ORDER BY t.at_ms DESC, t.step DESC, t.run_id, t.dataset_name, t.dataset_digest LIMIT 1`
  return sql(`(${latest}) ${direction} NULLS LAST`, field.slice(dot + 1), ...on.values)
}
