import { readField, type Field, type Grammar } from './filter.ts'
import { FilterError, tokenize } from './filter_token.ts'

/** One term of an order. What lacks the field comes last, whichever way; NaN comes after the numbers. */
export interface OrderTerm extends Field {
  descending: boolean
}

/**
 * Reads an order such as `metrics.accuracy DESC`.
 * @throws FilterError
 */
export function parseOrderBy(clauses: readonly string[], grammar: Grammar): OrderTerm[] {
  const terms: OrderTerm[] = []
  for (const clause of clauses) {
    const term = readTerm(clause, grammar)
    if (terms.some((other) => other.type === term.type && other.key === term.key)) {
      throw new FilterError(`\`order_by\` contains duplicate fields: ${JSON.stringify(clauses)}`, 0)
    }
    terms.push(term)
  }
  return terms
}

function readTerm(clause: string, grammar: Grammar): OrderTerm {
  const [first, second, third] = tokenize(clause)
  if (first === undefined || second === undefined || (first.kind !== 'name' && first.kind !== 'quoted')) {
    throw new FilterError(`Invalid order_by clause '${clause}'. Could not be parsed.`, first?.at ?? 0)
  }
  if (second.kind !== 'end' && (second.kind !== 'name' || third?.kind !== 'end')) {
    throw new FilterError(`Invalid order_by clause '${clause}'. Could not be parsed.`, second.at)
  }
  const direction = second.text.toLowerCase()
  if (second.kind !== 'end' && direction !== 'asc' && direction !== 'desc') {
    throw new FilterError(`Invalid ordering key in order_by clause '${clause}'.`, second.at)
  }
  const { type, key } = readField(first, grammar)
  if (type === 'dataset') throw new FilterError(`Invalid order_by entity type '${type}'`, first.at)
  return { type, key, descending: direction === 'desc' }
}
