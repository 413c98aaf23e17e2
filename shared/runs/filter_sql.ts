import type { Store } from '../store/store.ts'
import type { Comparator, Condition, Filter } from './filter.ts'
import { findKey } from './key_name.ts'
import { combine, sql, type SqlText } from './sql_text.ts'

/** What data sets were used for stands in this tag of a run's input. */
export const datasetContextTag = 'mlflow.data.context'

/**
 * The filter as a condition on the table `run` under the name `r`. Every piece is true or false, never NULL, so
 * that NOT means what it says. `driver` is a condition that few runs meet, to be asked for first.
 */
export function runFilterSql(store: Store, filter: Filter, driver: Condition | null = null): SqlText {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const word = filter.kind === 'and' ? 'AND' : 'OR'
      return combine(
        filter.parts.map((part) => runFilterSql(store, part, driver)),
        word,
      )
    }
    case 'not': {
      const part = runFilterSql(store, filter.part)
      return { sql: `NOT ${part.sql}`, values: part.values }
    }
    case 'condition':
      return conditionSql(store, filter, filter === driver)
  }
}

/**
 * Among the conditions that must hold in any case, the one that fewest runs meet, if those are few: then the
 * database starts from them. Counts no further than `limit`, which takes a fraction of a millisecond.
 */
export function findDriver(store: Store, filter: Filter, limit = 1000): Condition | null {
  const parts = filter.kind === 'and' ? filter.parts : [filter]
  let best: Condition | null = null
  let fewest = limit + 1
  for (const part of parts) {
    if (part.kind !== 'condition') continue
    const rows = indexedRows(store, part)
    if (rows === null) continue
    const counted = store.get(`SELECT count(*) AS n FROM (${rows.sql} LIMIT ${limit + 1})`, ...rows.values)
    const count = Number(counted?.['n'] ?? 0)
    if (count < fewest) {
      fewest = count
      best = part
    }
  }
  return best
}

/** The runs that meet a condition, found through an index over values; null where there is none that helps. */
function indexedRows(store: Store, condition: Condition): SqlText | null {
  const key = findKey(store, condition.key)
  if (key === undefined) return null
  if (condition.type === 'metric' && condition.comparator !== '!=') {
    const test = metricTest(condition)
    return sql(`SELECT m.run FROM latest_metric m WHERE m.key = ? AND ${test.sql}`, key, ...test.values)
  }
  if ((condition.type === 'param' || condition.type === 'tag') && condition.comparator === '=') {
    const value = String(condition.value)
    // The index holds short texts only, and is used only if the query says that it asks for one.
    if (value.length > 100) return null
    const table = condition.type
    return sql(
      `SELECT m.run FROM ${table} m WHERE m.key = ? AND m.value = ? AND length(m.value) <= 100`,
      key,
      value,
    )
  }
  return null
}

function conditionSql(store: Store, condition: Condition, drives: boolean): SqlText {
  switch (condition.type) {
    case 'attribute':
      return attributeSql(condition)
    case 'dataset':
      return datasetSql(condition)
    case 'metric':
    case 'param':
    case 'tag': {
      const rows = drives ? indexedRows(store, condition) : null
      if (rows !== null) return { sql: `r.seq IN (${rows.sql})`, values: rows.values }
      return loggedSql(store, condition, condition.type)
    }
  }
}

function loggedSql(store: Store, condition: Condition, type: 'metric' | 'param' | 'tag'): SqlText {
  const key = findKey(store, condition.key)
  if (key === undefined) return sql(condition.comparator === 'IS NULL' ? '1' : '0')
  const table = type === 'metric' ? 'latest_metric' : type
  const rows = `SELECT 1 FROM ${table} m WHERE m.run = r.seq AND m.key = ?`
  if (condition.comparator === 'IS NULL') return sql(`NOT EXISTS (${rows})`, key)
  if (condition.comparator === 'IS NOT NULL') return sql(`EXISTS (${rows})`, key)
  const test = type === 'metric' ? metricTest(condition) : textTest('m.value', condition)
  return sql(`EXISTS (${rows} AND ${test.sql})`, key, ...test.values)
}

/** NaN is kept as 0 and must meet no comparison but `!=`, which it always meets. */
function metricTest(condition: Condition): SqlText {
  const bound = Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(condition.value)))
  if (condition.comparator === '!=') return sql('(m.value != ? OR m.is_nan = 1)', bound)
  return sql(`m.is_nan = 0 AND m.value ${condition.comparator} ?`, bound)
}

const attributeColumns: Readonly<Record<string, string>> = {
  run_id: 'r.id',
  run_name: 'r.name',
  status: 'r.status',
  artifact_uri: 'r.artifact_uri',
  user_id: 'r.user_id',
  start_time: 'r.started_ms',
  end_time: 'r.ended_ms',
}

/** The column of table `run` (as `r`) behind an attribute. */
export function attributeColumn(key: string): string {
  const column = attributeColumns[key]
  if (column === undefined) throw new RangeError(`Cannot search runs by "${key}": no such attribute`)
  return column
}

function attributeSql(condition: Condition): SqlText {
  const column = attributeColumn(condition.key)
  if (typeof condition.value !== 'number') return textTest(column, condition)
  const bound = sql(`${column} ${condition.comparator} ?`, condition.value)
  return column === 'r.ended_ms' ? sql(`(${column} IS NOT NULL AND ${bound.sql})`, ...bound.values) : bound
}

function datasetSql(condition: Condition): SqlText {
  if (condition.key === 'context') {
    const test = textTest('t.value', condition)
    return sql(
      `EXISTS (SELECT 1 FROM run_dataset i JOIN run_dataset_tag t ON t.input = i.id
        WHERE i.run = r.seq AND t.key = '${datasetContextTag}' AND ${test.sql})`,
      ...test.values,
    )
  }
  const test = textTest(condition.key === 'name' ? 'd.name' : 'd.digest', condition)
  return sql(
    `EXISTS (SELECT 1 FROM run_dataset i JOIN dataset d ON d.id = i.dataset WHERE i.run = r.seq AND ${test.sql})`,
    ...test.values,
  )
}

/** A comparison of a text column that is never NULL. */
export function textTest(
  column: string,
  condition: { comparator: Comparator; value: Condition['value'] },
): SqlText {
  const { comparator, value } = condition
  if (comparator === 'IN' || comparator === 'NOT IN') {
    return sql(`${column} ${comparator} (SELECT value FROM json_each(?))`, JSON.stringify(value))
  }
  if (comparator === 'ILIKE') return sql(`lower(${column}) LIKE lower(?)`, String(value))
  return sql(`${column} ${comparator} ?`, String(value))
}
