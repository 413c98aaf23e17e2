import fc from 'fast-check'
import type { Condition, Filter } from '../../shared/runs/filter.ts'

/** Few names and values, so that random runs meet random conditions now and then. */
export const names = ['a', 'b c', 'c.d'] as const
export const words = ['x', 'X', 'xy', 'y%', '_', 'ß', ''] as const

const condition = (
  type: Condition['type'],
  key: fc.Arbitrary<string>,
  rest: fc.Arbitrary<Pick<Condition, 'comparator' | 'value'>>,
): fc.Arbitrary<Condition> =>
  fc
    .record({ kind: fc.constant('condition' as const), type: fc.constant(type), key, rest })
    .map(({ kind, key: name, rest: { comparator, value } }) => ({
      kind,
      type,
      key: name,
      comparator,
      value,
      at: 0,
    }))

const numbers = fc.constantFrom(-1, 0, 0.5, 1, 2, 1e300)
const compared = fc.record({
  comparator: fc.constantFrom<Condition['comparator']>('=', '!=', '<', '<=', '>', '>='),
  value: numbers,
})
const matched = fc.record({
  comparator: fc.constantFrom<Condition['comparator']>('=', '!=', 'LIKE', 'ILIKE'),
  value: fc.constantFrom(...words, '%', 'x%', '%Y%', '_'),
})
const present = fc.record({
  comparator: fc.constantFrom<Condition['comparator']>('IS NULL', 'IS NOT NULL'),
  value: fc.constant(null),
})
const listed = (values: readonly string[]): fc.Arbitrary<Pick<Condition, 'comparator' | 'value'>> =>
  fc.record({
    comparator: fc.constantFrom<Condition['comparator']>('IN', 'NOT IN'),
    value: fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }),
  })

const conditions: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: condition('metric', fc.constantFrom(...names), compared) },
  { weight: 2, arbitrary: condition('param', fc.constantFrom(...names), fc.oneof(matched, present)) },
  { weight: 2, arbitrary: condition('tag', fc.constantFrom(...names), fc.oneof(matched, present)) },
  condition('attribute', fc.constantFrom('run_name', 'status', 'user_id'), matched),
  condition('attribute', fc.constantFrom('start_time', 'end_time'), compared),
  condition('attribute', fc.constant('run_id'), listed(['r0', 'r1', 'r2'])),
  condition('dataset', fc.constantFrom('name', 'digest', 'context'), fc.oneof(matched, listed(words))),
)

/** Random filters with AND, OR, NOT and parentheses. */
export const filters: fc.Arbitrary<Filter> = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    conditions,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('filter') }),
  ),
})).filter

/** The filter as a person would write it. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.map((part) => `(${printFilter(part)})`).join(` ${filter.kind.toUpperCase()} `)
    case 'not':
      return `NOT (${printFilter(filter.part)})`
    case 'condition': {
      const prefix = filter.type === 'attribute' ? '' : `${filter.type}s.`
      const key = `${prefix}\`${filter.key}\``
      if (filter.value === null) return `${key} ${filter.comparator}`
      const value =
        typeof filter.value === 'object'
          ? `(${filter.value.map((each) => `'${each}'`).join(', ')})`
          : typeof filter.value === 'number'
            ? String(filter.value).replace('+', '')
            : `'${filter.value}'`
      return `${key} ${filter.comparator} ${value}`
    }
  }
}
