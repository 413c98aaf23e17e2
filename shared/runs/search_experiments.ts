import { Problem } from '../base/problem.ts'
import type { Store } from '../store/store.ts'
import { experimentNumber, readExperiment, type Experiment } from './experiment.ts'
import { parseFilter, type Condition, type Filter } from './filter.ts'
import { textTest } from './filter_sql.ts'
import { FilterError } from './filter_token.ts'
import { parseOrderBy } from './order_by.ts'
import { decodePageToken, encodePageToken } from './page_token.ts'
import { experimentGrammar } from './run_grammar.ts'
import { combine, sql, type SqlText } from './sql_text.ts'

/** Which experiments are wanted. */
export interface ExperimentSearch {
  filter?: string
  /** Default: the newest first. */
  orderBy?: readonly string[]
  /** Default 1000. */
  maxResults?: number
  pageToken?: string
  /** Default active. */
  view?: 'active' | 'deleted' | 'all'
}

/**
 * Finds experiments.
 * @throws FilterError
 * @throws Problem `bad_request` for a page token that is none
 */
export function searchExperiments(
  store: Store,
  search: ExperimentSearch,
): { experiments: Experiment[]; nextPageToken: string | null } {
  const size = search.maxResults ?? 1000
  const { offset } = decodePageToken(search.pageToken)
  const pieces = [filterSql(parseFilter(search.filter ?? '', experimentGrammar))]
  const view = search.view ?? 'active'
  if (view !== 'all') pieces.push(sql(`e.deleted_ms IS ${view === 'active' ? '' : 'NOT '}NULL`))
  const where = combine(pieces, 'AND')
  const order = orderText(search.orderBy ?? [])
  const rows = [
    ...store.each(
      `SELECT e.* FROM experiment e WHERE ${where.sql} ORDER BY ${order} LIMIT ? OFFSET ?`,
      ...where.values,
      size + 1,
      offset,
    ),
  ]
  const more = rows.length > size
  return {
    experiments: rows.slice(0, size).map((row) => readExperiment(store, row)),
    nextPageToken: more ? encodePageToken({ offset: offset + size, after: null }) : null,
  }
}

const columns: Readonly<Record<string, string>> = {
  name: 'e.name',
  experiment_id: 'e.id',
  creation_time: 'e.created_ms',
  last_update_time: 'e.updated_ms',
}

function orderText(orderBy: readonly string[]): string {
  const clauses = orderBy.length === 0 ? ['creation_time DESC', 'experiment_id ASC'] : orderBy
  const terms = parseOrderBy(clauses, experimentGrammar)
  const texts = terms.map((term) => {
    const column = term.type === 'attribute' ? columns[term.key] : undefined
    if (column === undefined) throw new Problem('filter_invalid', `Invalid order_by entity: ${term.type}`)
    return `${column} ${term.descending ? 'DESC' : 'ASC'}`
  })
  if (!terms.some((term) => term.key === 'experiment_id')) texts.push('e.id DESC')
  return texts.join(', ')
}

function filterSql(filter: Filter): SqlText {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return combine(filter.parts.map(filterSql), filter.kind === 'and' ? 'AND' : 'OR')
    case 'not': {
      const part = filterSql(filter.part)
      return { sql: `NOT ${part.sql}`, values: part.values }
    }
    case 'condition':
      return filter.type === 'tag' ? tagSql(filter) : attributeSql(filter)
  }
}

function tagSql(condition: Condition): SqlText {
  const rows = 'SELECT 1 FROM experiment_tag t WHERE t.experiment_id = e.id AND t.key = ?'
  if (condition.comparator === 'IS NULL') return sql(`NOT EXISTS (${rows})`, condition.key)
  if (condition.comparator === 'IS NOT NULL') return sql(`EXISTS (${rows})`, condition.key)
  const test = textTest('t.value', condition)
  return sql(`EXISTS (${rows} AND ${test.sql})`, condition.key, ...test.values)
}

function attributeSql(condition: Condition): SqlText {
  const column = columns[condition.key]
  if (column === undefined) throw new RangeError(`Cannot search experiments by "${condition.key}"`)
  const { comparator, value } = condition
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) {
      throw new FilterError(
        `Invalid value for numeric attribute '${condition.key}': '${value}'`,
        condition.at,
      )
    }
    return sql(`${column} ${comparator} ?`, value)
  }
  if (condition.key !== 'experiment_id') return textTest(column, condition)
  if (comparator === 'LIKE' || comparator === 'ILIKE') {
    throw new FilterError(`Invalid comparator for experiment_id: ${comparator}`, condition.at)
  }
  const numbers = (typeof value === 'string' ? [value] : (value ?? [])).map((id) => {
    if (/^\d+$/.test(id)) return experimentNumber(id)
    throw new FilterError(
      `Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`,
      condition.at,
    )
  })
  const one = comparator === '=' ? 'IN' : comparator === '!=' ? 'NOT IN' : comparator
  return sql(`${column} ${one} (SELECT value FROM json_each(?))`, JSON.stringify(numbers))
}
