import { type Column, encode, isMissing } from '../column.ts'
import { distinctOf } from '../contingency.ts'
import { isSampled } from '../loaded.ts'
import type { Checked, Rule, Said } from '../rule.ts'
import { amount, listed, plural, pythonText } from '../wording.ts'

/** Columns that say the same: equal ones, and ones of which each value of one goes with one of the other. */
export const sameColumns: Rule = {
  id: 'same-columns',
  title: 'Columns that say the same',
  level: 'info',
  why: 'Twice the same counts double in distances and penalties, and makes importances meaningless. Where one of them is the answer, it gives the answer away.',
  source: 'Evidently DuplicatedColumns; one-to-one columns are our own addition',
  thresholds: { rows: 20 },
  check: (data, { rows: least = 20 }) => {
    const able = data.sample.columns.filter((column) => {
      const distinct = distinctOf(encode(column))
      return column.length - column.nulls >= least && distinct >= 2 && column.kind !== 'nested'
    })
    // Columns that say the same have the same pattern of repeats: only those are compared.
    const alike = new Map<string, Column[]>()
    for (const column of able) {
      const key = patternOf(column)
      alike.set(key, [...(alike.get(key) ?? []), column])
    }
    return [...alike.values()].flatMap((left) => {
      const said: Said[] = []
      for (let first = left.shift(); first !== undefined; first = left.shift()) {
        const column = first
        const same = left.filter((other) => isOneToOne(column, other))
        for (const other of same) left.splice(left.indexOf(other), 1)
        if (same.length > 0) said.push(sayGroup(data, [column, ...same]))
      }
      return said
    })
  },
}

/** A number for the rows in which a value is missing, is new, or is that of an earlier row: equal for columns that say the same. */
function patternOf(column: Column): string {
  const { codes, size } = encode(column)
  const places = new Int32Array(size).fill(-1)
  let [next, a, b] = [0, 0x811c9dc5, 0x9747b28c]
  for (const code of codes) {
    if (code >= 0 && places[code] === -1) places[code] = next++
    const place = code < 0 ? -1 : (places[code] ?? -1)
    a = Math.imul(a ^ place, 0x01000193)
    b = Math.imul(b + place, 0x85ebca6b) ^ (b >>> 13)
  }
  return `${column.nulls}:${next}:${a}:${b}`
}

function sayGroup(data: Checked, group: readonly Column[]): Said {
  const names = group.map((column) => column.name)
  const [first, ...others] = group
  const equal = first !== undefined && others.every((other) => areEqual(first, other))
  const target = names.includes(data.target ?? '') ? data.target : null
  const inputs = names.filter((name) => name !== target)
  const drop = target === null ? names.slice(1) : inputs
  const scope = isSampled(data)
    ? `the ${amount(data.sample.rows)} rows looked at`
    : `all ${plural(data.sample.rows, 'row')}`
  const fixes: Said['fixes'] = [
    {
      title: `Drop ${listed(drop)}`,
      language: 'pandas',
      code: `df = df.drop(columns=[${drop.map(pythonText).join(', ')}])`,
    },
    {
      title: `Drop ${listed(drop)}`,
      language: 'polars',
      code: `df = df.drop([${drop.map(pythonText).join(', ')}])`,
    },
  ]
  const evidence = { columns: names.length, rows: data.sample.rows }
  const where = { kind: 'columns' as const, columns: names }
  if (target !== null) {
    const says = `${listed(inputs)} = ${target} in ${scope}: the answer is among the inputs`
    return { where, says, level: 'stop', evidence, fixes, weight: 0.95 }
  }
  const how = equal ? 'the same values' : 'each value of one goes with one of the other'
  return {
    where,
    says: `${names.join(' = ')} (${how}, in ${scope})`,
    evidence,
    fixes,
    weight: equal ? 0.45 : 0.35,
  }
}

function areEqual(a: Column, b: Column): boolean {
  if (a.numbers !== null && b.numbers !== null) {
    const { numbers } = b
    return a.numbers.every((value, i) => value === numbers[i] || (isMissing(a, i) && isMissing(b, i)))
  }
  const { codes } = b
  if (a.codes === null || codes === null) return false
  return a.codes.every((code, i) => a.dictionary[code] === b.dictionary[codes[i] ?? -1])
}

/** Whether the same rows are missing and equal values go with equal values, both ways. Keys go with anything. */
function isOneToOne(a: Column, b: Column): boolean {
  if (a.nulls !== b.nulls) return false
  const [x, y] = [encode(a), encode(b)]
  const distinct = distinctOf(x)
  if (distinct !== distinctOf(y)) return false
  if (distinct > 0.5 * (a.length - a.nulls) && !areEqual(a, b)) return false
  const there = new Int32Array(x.size).fill(-2)
  const back = new Int32Array(y.size).fill(-2)
  for (let i = 0; i < x.codes.length; i++) {
    const [p, q] = [x.codes[i] ?? -1, y.codes[i] ?? -1]
    if (p < 0 !== q < 0) return false
    if (p < 0) continue
    if (there[p] === -2 && back[q] === -2) {
      there[p] = q
      back[q] = p
    } else if (there[p] !== q || back[q] !== p) return false
  }
  return true
}
