import { Problem } from '../base/problem.ts'
import { parseFilter, type Condition, type Filter, type Grammar } from '../runs/filter.ts'
import { textTest } from '../runs/filter_sql.ts'
import { parseOrderBy } from '../runs/order_by.ts'
import { decodePageToken, encodePageToken } from '../runs/page_token.ts'
import { combine, sql, type SqlText } from '../runs/sql_text.ts'
import type { Store } from '../store/store.ts'
import {
  modelVersionGrammar,
  modelVersionOrder,
  registeredModelGrammar,
  registeredModelOrder,
} from './model_grammar.ts'
import { loadVersions, type ModelVersion } from './model_version.ts'
import { promptTag, readModels, type RegisteredModel } from './registered_model.ts'

/** Which registered models or versions are wanted. Prompts are left out unless a filter asks for them by their tag. */
export interface ModelSearch {
  filter?: string
  orderBy?: readonly string[]
  maxResults: number
  pageToken?: string
}

/**
 * Finds registered models, by name unless another order is wanted.
 * @throws FilterError
 * @throws Problem `bad_request` for a page token that is none
 */
export function searchRegisteredModels(
  store: Store,
  search: ModelSearch,
): { models: RegisteredModel[]; nextPageToken: string | null } {
  const prompts =
    'EXISTS (SELECT 1 FROM registered_model_tag p WHERE p.model = m.id AND p.key = ? AND p.value = ?)'
  const where = whereText(search.filter ?? '', registeredModelGrammar, prompts, modelCondition)
  const order = orderText(search.orderBy ?? [], registeredModelOrder, ['name ASC'])
  const { rows, nextPageToken } = page(
    store,
    `SELECT m.* FROM registered_model m WHERE ${where.sql} ORDER BY ${order}`,
    where,
    search,
  )
  return { models: readModels(store, rows), nextPageToken }
}

/**
 * Finds versions of registered models, the last changed first unless another order is wanted.
 * @throws FilterError
 * @throws Problem `bad_request` for a page token that is none
 */
export function searchModelVersions(
  store: Store,
  search: ModelSearch,
): { versions: ModelVersion[]; nextPageToken: string | null } {
  const prompts = `EXISTS (SELECT 1 FROM model_version q JOIN model_version_tag p ON p.version = q.id
    WHERE q.model = m.id AND p.key = ? AND p.value = ?)`
  const where = whereText(search.filter ?? '', modelVersionGrammar, prompts, versionCondition)
  const wanted = search.orderBy ?? []
  const clauses = wanted.length > 0 ? wanted : ['last_updated_timestamp DESC']
  const order = orderText(clauses, modelVersionOrder, ['name ASC', 'version_number DESC'])
  const { rows, nextPageToken } = page(
    store,
    `SELECT v.id FROM model_version v JOIN registered_model m ON m.id = v.model WHERE ${where.sql} ORDER BY ${order}`,
    where,
    search,
  )
  const ids = rows.map((row) => row['id'] as number)
  return { versions: loadVersions(store, ids), nextPageToken }
}

/** One page of a query's rows, and where the next one begins. */
export function page(
  store: Store,
  query: string,
  { values }: SqlText,
  { maxResults, pageToken }: Pick<ModelSearch, 'maxResults' | 'pageToken'>,
): { rows: ReturnType<Store['all']>; nextPageToken: string | null } {
  const { offset } = decodePageToken(pageToken)
  const rows = [...store.each(`${query} LIMIT ? OFFSET ?`, ...values, maxResults + 1, offset)]
  const more = rows.length > maxResults
  return {
    rows: rows.slice(0, maxResults),
    nextPageToken: more ? encodePageToken({ offset: offset + maxResults, after: null }) : null,
  }
}

/** A filter as a condition in SQL, given what a single comparison becomes. */
export function filterText(filter: Filter, condition: (each: Condition) => SqlText): SqlText {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.parts.map((part) => filterText(part, condition))
      return combine(parts, filter.kind === 'and' ? 'AND' : 'OR')
    }
    case 'not': {
      const part = filterText(filter.part, condition)
      return sql(`NOT ${part.sql}`, ...part.values)
    }
    case 'condition':
      return condition(filter)
  }
}

/** A comparison of a text of another table's rows, which are chosen by their key. */
export function keyedTest(rows: string, condition: Condition): SqlText {
  if (condition.comparator === 'IS NULL') return sql(`NOT EXISTS (${rows})`, condition.key)
  if (condition.comparator === 'IS NOT NULL') return sql(`EXISTS (${rows})`, condition.key)
  const test = textTest('t.value', condition)
  return sql(`EXISTS (${rows} AND ${test.sql})`, condition.key, ...test.values)
}

/** A comparison of a column that may be NULL; NULL meets none. */
export function columnTest(column: string, condition: Condition): SqlText {
  const { comparator, value } = condition
  const test =
    typeof value === 'number' ? sql(`${column} ${comparator} ?`, value) : textTest(column, condition)
  return sql(`(${column} IS NOT NULL AND ${test.sql})`, ...test.values)
}

function whereText(
  text: string,
  grammar: Grammar,
  prompts: string,
  condition: (each: Condition) => SqlText,
): SqlText {
  const filter = parseFilter(text, grammar)
  if (asksForPrompts(filter)) return filterText(filter, condition)
  const isPrompt = sql(`NOT ${prompts}`, promptTag, 'true')
  return combine([isPrompt, filterText(withoutPromptTag(filter), condition)], 'AND')
}

function topConditions(filter: Filter): readonly Filter[] {
  return filter.kind === 'and' ? filter.parts : [filter]
}

function asksForPrompts(filter: Filter): boolean {
  return topConditions(filter).some((part) => {
    if (part.kind !== 'condition' || part.type !== 'tag' || part.key !== promptTag) return false
    const value = String(part.value).toLowerCase()
    return (part.comparator === '=' && value === 'true') || (part.comparator === '!=' && value === 'false')
  })
}

/** Models do not carry the tag at all, so that `!= 'true'` would find none of them: it says nothing beyond "no prompts". */
function withoutPromptTag(filter: Filter): Filter {
  const parts = topConditions(filter).filter(
    (part) => part.kind !== 'condition' || part.type !== 'tag' || part.key !== promptTag,
  )
  return { kind: 'and', parts }
}

function modelCondition(condition: Condition): SqlText {
  if (condition.type !== 'tag') return columnTest('m.name', condition)
  return keyedTest('SELECT 1 FROM registered_model_tag t WHERE t.model = m.id AND t.key = ?', condition)
}

function versionCondition(condition: Condition): SqlText {
  if (condition.type === 'tag') {
    return keyedTest('SELECT 1 FROM model_version_tag t WHERE t.version = v.id AND t.key = ?', condition)
  }
  const { key, value } = condition
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw new Problem('filter_invalid', `Invalid value for numeric attribute '${key}': ${value}`)
  }
  return columnTest(columns[key] ?? 'm.name', condition)
}

const columns: Readonly<Record<string, string>> = {
  name: 'm.name',
  version: 'v.version',
  run_id: 'v.run_id',
  source: 'v.source',
}

function orderText(clauses: readonly string[], grammar: Grammar, ties: readonly string[]): string {
  const terms = parseOrderBy(clauses, grammar)
  for (const tie of parseOrderBy(ties, grammar)) {
    if (!terms.some((term) => term.key === tie.key)) terms.push(tie)
  }
  const table = grammar === registeredModelOrder ? 'm' : 'v'
  const orderColumns: Readonly<Record<string, string>> = {
    name: 'm.name',
    version: 'v.version',
    created: `${table}.created_ms`,
    updated: `${table}.updated_ms`,
  }
  return terms
    .map(({ type, key, descending }) => {
      const column = type === 'attribute' ? orderColumns[key] : undefined
      if (column === undefined) throw new Problem('filter_invalid', `Invalid order_by entity: ${type}`)
      return `${column} ${descending ? 'DESC' : 'ASC'}`
    })
    .join(', ')
}
