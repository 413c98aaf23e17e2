import { FilterError, tokenize, unquote, type Token } from './filter_token.ts'

/** What a condition speaks of. */
export type FieldType = 'metric' | 'param' | 'tag' | 'dataset' | 'attribute'

/** How a condition compares. `IS NULL`: there is no such parameter or tag. */
export type Comparator =
  '=' | '!=' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'ILIKE' | 'IN' | 'NOT IN' | 'IS NULL' | 'IS NOT NULL'

/** One comparison. A run that lacks the key does not match, whatever the comparison (but `IS NULL`). */
export interface Condition {
  kind: 'condition'
  type: FieldType
  key: string
  comparator: Comparator
  /** Null for `IS NULL` and `IS NOT NULL`, a list for `IN` and `NOT IN`. */
  value: number | string | readonly string[] | null
  /** Where it begins in the filter. */
  at: number
}

/** A filter as a tree. An `and` without parts matches everything. */
export type Filter =
  { kind: 'and' | 'or'; parts: readonly Filter[] } | { kind: 'not'; part: Filter } | Condition

/** What can be asked of one kind of thing (runs, experiments, …). */
export interface Grammar {
  /** Types by the words that stand before the first dot, e.g. `metrics` for metric. */
  types: Readonly<Record<string, FieldType>>
  /** Attributes by name and by other names for them. */
  attributes: Readonly<Record<string, { name: string; kind: 'text' | 'number' }>>
  /** Attributes that take `IN` with a list. */
  listAttributes: readonly string[]
  /** Attributes of data sets. */
  datasetKeys: readonly string[]
}

/**
 * Reads a filter: MLflow's grammar (comparisons joined by AND), and beyond it OR, NOT and parentheses. An empty
 * one matches everything. Unlike MLflow, an AND too many or one left out is an error.
 * @throws FilterError
 */
export function parseFilter(text: string, grammar: Grammar): Filter {
  const reader = new Reader(tokenize(text), grammar)
  if (reader.peek().kind === 'end') return { kind: 'and', parts: [] }
  const filter = readEither(reader, 0)
  if (reader.peek().kind !== 'end') throw reader.unexpected()
  return filter
}

/** SQLite takes about a thousand nested expressions; no person writes a tenth of it. */
const maxDepth = 50
const maxConditions = 300

class Reader {
  readonly grammar: Grammar
  readonly #tokens: readonly Token[]
  #next = 0
  #conditions = 0

  constructor(tokens: readonly Token[], grammar: Grammar) {
    this.#tokens = tokens
    this.grammar = grammar
  }

  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1
    const token = this.#tokens[Math.min(this.#next + ahead, last)]
    if (token === undefined) throw new RangeError('Cannot read on: a list of tokens has an end')
    return token
  }

  take(): Token {
    const token = this.peek()
    this.#next++
    return token
  }

  takeWord(word: string): boolean {
    if (!isWord(this.peek(), word)) return false
    this.#next++
    return true
  }

  countCondition(): void {
    if (++this.#conditions <= maxConditions) return
    throw new FilterError(`Invalid filter: more than ${maxConditions} conditions`, this.peek().at)
  }

  unexpected(token = this.peek()): FilterError {
    if (token.kind === 'end')
      return new FilterError('Invalid clause(s) in filter string: it ends too early', token.at)
    return new FilterError(`Invalid clause(s) in filter string: '${token.text}'`, token.at)
  }
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'name' && token.text.toUpperCase() === word
}

function readEither(reader: Reader, depth: number): Filter {
  const parts = [readBoth(reader, depth)]
  while (reader.takeWord('OR')) parts.push(readBoth(reader, depth))
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'or', parts }
}

function readBoth(reader: Reader, depth: number): Filter {
  const parts = [readOne(reader, depth)]
  while (reader.takeWord('AND')) parts.push(readOne(reader, depth))
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: 'and', parts }
}

function readOne(reader: Reader, depth: number): Filter {
  if (depth > maxDepth) throw new FilterError('Invalid filter: nested too deeply', reader.peek().at)
  if (reader.takeWord('NOT')) return { kind: 'not', part: readOne(reader, depth + 1) }
  if (reader.peek().kind !== 'open') return readCondition(reader)
  reader.take()
  const filter = readEither(reader, depth + 1)
  if (reader.peek().kind !== 'close') throw reader.unexpected()
  reader.take()
  return filter
}

function readCondition(reader: Reader): Condition {
  reader.countCondition()
  const token = reader.take()
  if (token.kind !== 'name' && token.kind !== 'quoted') throw reader.unexpected(token)
  if (['AND', 'OR', 'IN', 'IS', 'LIKE', 'ILIKE'].some((word) => isWord(token, word)))
    throw reader.unexpected(token)
  const beside = reader.peek()
  const glued = beside.at === token.at + token.text.length
  if (glued && (beside.kind === 'unknown' || (beside.kind === 'number' && beside.text.startsWith('-')))) {
    const shown = token.text + beside.text
    throw new FilterError(`Invalid comparison clause. Expected 'Identifier' found '${shown}'`, token.at)
  }
  const field = readField(token, reader.grammar)
  const comparator = readComparator(reader, token)
  const at = token.at
  if (comparator === 'IS NULL' || comparator === 'IS NOT NULL') {
    if (field.type !== 'tag' && field.type !== 'param') {
      throw new FilterError(
        `IS NULL / IS NOT NULL is only supported for tags and params, not for '${field.type}' '${field.key}'`,
        at,
      )
    }
    return { kind: 'condition', ...field, comparator, value: null, at }
  }
  const value = readValue(reader, field, comparator)
  return { kind: 'condition', ...field, comparator: checkComparator(comparator, field, at), value, at }
}

/** A field as the store knows it. */
export interface Field {
  type: FieldType
  key: string
}

/**
 * Reads what a condition or an order speaks of, such as `metrics.accuracy`, `` tags.`a b` `` or `start_time`.
 * @throws FilterError
 */
export function readField(token: Token, grammar: Grammar): Field & { numeric: boolean } {
  // A name in quotes as a whole is an attribute, e.g. "Run name".
  const dot = token.kind === 'quoted' ? -1 : token.text.indexOf('.')
  const word = dot === -1 ? 'attribute' : unquote(token.text.slice(0, dot))
  const type = Object.hasOwn(grammar.types, word) ? grammar.types[word] : undefined
  const key = unquote(token.text.slice(dot + 1))
  if (type === undefined) {
    throw new FilterError(
      `Invalid entity type '${word}'. Valid values are ${list(Object.keys(grammar.types))}`,
      token.at,
    )
  }
  if (type === 'dataset' && !grammar.datasetKeys.includes(key)) {
    throw new FilterError(
      `Invalid dataset key '${key}' specified. Valid keys are ${list(grammar.datasetKeys)}`,
      token.at,
    )
  }
  if (type !== 'attribute') return { type, key, numeric: type === 'metric' }
  const attribute = Object.hasOwn(grammar.attributes, key) ? grammar.attributes[key] : undefined
  if (attribute === undefined) {
    const keys = list(Object.keys(grammar.attributes))
    throw new FilterError(`Invalid attribute key '${key}' specified. Valid keys are ${keys}`, token.at)
  }
  return { type, key: attribute.name, numeric: attribute.kind === 'number' }
}

function readComparator(reader: Reader, field: Token): string {
  const token = reader.take()
  if (token.kind === 'operator') return token.text
  if (token.kind === 'name') {
    const word = token.text.toUpperCase()
    if (word === 'LIKE' || word === 'ILIKE' || word === 'IN') return word
    if (word === 'NOT' && reader.takeWord('IN')) return 'NOT IN'
    if (word === 'IS') {
      const not = reader.takeWord('NOT')
      if (reader.takeWord('NULL')) return not ? 'IS NOT NULL' : 'IS NULL'
      throw reader.unexpected()
    }
  }
  throw reader.unexpected(token.kind === 'end' ? field : token)
}

const comparators = {
  number: ['=', '!=', '<', '<=', '>', '>='],
  text: ['=', '!=', 'LIKE', 'ILIKE'],
  list: ['=', '!=', 'LIKE', 'ILIKE', 'IN', 'NOT IN'],
} as const

function checkComparator(comparator: string, field: Field & { numeric: boolean }, at: number): Comparator {
  const takesList = field.type === 'attribute' || field.type === 'dataset'
  const allowed = field.numeric ? comparators.number : takesList ? comparators.list : comparators.text
  const known = allowed.find((each) => each === comparator)
  if (known === undefined)
    throw new FilterError(`Invalid comparator '${comparator}' not one of ${list(allowed)}`, at)
  return known
}

function readValue(
  reader: Reader,
  field: Field & { numeric: boolean },
  comparator: string,
): number | string | readonly string[] {
  const token = reader.take()
  if (token.kind === 'end') throw reader.unexpected(token)
  const wantsList = comparator === 'IN' || comparator === 'NOT IN'
  if (wantsList && token.kind !== 'open') throw reader.unexpected(token)
  if (field.numeric) {
    if (token.kind === 'number') return Number(token.text)
    const what = field.type === 'metric' ? 'metric' : `numeric attribute: ${field.key}`
    throw new FilterError(`Expected numeric value type for ${what}. Found ${token.text}`, token.at)
  }
  if (token.kind === 'open' && wantsList) {
    if (field.type === 'attribute' && !reader.grammar.listAttributes.includes(field.key)) {
      throw new FilterError(
        `Only ${list(reader.grammar.listAttributes)} attributes support comparison with a list of quoted string values.`,
        token.at,
      )
    }
    if (field.type === 'attribute' || field.type === 'dataset') return readList(reader)
  }
  if (token.kind === 'quoted') return unquote(token.text)
  if (token.kind === 'name') {
    throw new FilterError(
      'Parameter value is either not quoted or unidentified quote types used for string value ' +
        `${token.text}. Use either single or double quotes.`,
      token.at,
    )
  }
  if (token.kind === 'unknown') throw reader.unexpected(token)
  const what = field.type === 'param' ? 'parameter' : field.type
  throw new FilterError(
    `Expected a quoted string value for ${what} (e.g. 'my-value'). Got value ${token.text}`,
    token.at,
  )
}

function readList(reader: Reader): readonly string[] {
  const says = 'While parsing a list in the query, expected'
  const values: string[] = []
  for (;;) {
    const token = reader.take()
    if (token.kind === 'close' && values.length > 0) return values
    if (token.kind === 'close') {
      throw new FilterError(`${says} a non-empty list of string values, but got empty list`, token.at)
    }
    if (token.kind === 'number') {
      throw new FilterError(
        `${says} string value, punctuation, or whitespace, but got different type in list`,
        token.at,
      )
    }
    if (token.kind !== 'quoted') {
      throw new FilterError(`${says} a non-empty list of string values, but got ill-formed list.`, token.at)
    }
    values.push(unquote(token.text))
    if (reader.peek().kind === 'comma') reader.take()
    else if (reader.peek().kind !== 'close') throw reader.unexpected()
  }
}

function list(words: readonly string[]): string {
  return `[${words.map((word) => `'${word}'`).join(', ')}]`
}
