import { Problem } from '../base/problem.ts'

/** What a piece of a filter is. A `name` may have parts with dots between; a `quoted` text keeps its quotes. */
export type TokenKind =
  'name' | 'quoted' | 'number' | 'operator' | 'open' | 'close' | 'comma' | 'end' | 'unknown'

/** A piece of a filter and where it stands. */
export interface Token {
  kind: TokenKind
  /** As it was written. */
  text: string
  /** Index of its first character, from 0. */
  at: number
}

/** A filter or an order that cannot be understood: says where. */
export class FilterError extends Problem {
  /** Index of the first character that does not fit, from 0. */
  readonly position: number
  constructor(message: string, position: number) {
    super('filter_invalid', `${message} (at character ${position + 1})`, {
      details: { position },
      hint: `A filter reads like: metrics.accuracy > 0.9 AND params.model = 'xgb'. A name with other signs than letters, digits, "_" and "." stands in backticks.`,
    })
    this.position = position
  }
}

const part = '(?:[\\p{L}\\p{N}_]+|`[^`]*`|"[^"]*"|\'[^\']*\')'
const patterns: readonly [TokenKind, RegExp][] = [
  ['number', /-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\p{L}\p{N}_.])/uy],
  ['name', new RegExp(`(?:[\\p{L}_][\\p{L}\\p{N}_]*|\`[^\`]*\`)(?:\\.${part})*`, 'uy')],
  ['quoted', /'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"/uy],
  ['operator', /[<>=!~]+/uy],
  ['open', /\(/uy],
  ['close', /\)/uy],
  ['comma', /,/uy],
  // Whatever nobody knows, up to the next blank, so that an error can show it.
  ['unknown', /[^\s()]+/uy],
]

/** Cuts a filter into its pieces. Always ends with one of kind `end`; never fails: what it does not know is `unknown`. */
export function tokenize(filter: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < filter.length;) {
    const blank = /\s+/uy
    blank.lastIndex = at
    if (blank.test(filter)) {
      at = blank.lastIndex
      continue
    }
    const token = match(filter, at)
    tokens.push(token)
    at += token.text.length
  }
  tokens.push({ kind: 'end', text: '', at: filter.length })
  return tokens
}

function match(filter: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at
    const found = pattern.exec(filter)
    if (found !== null) return { kind, text: found[0], at }
  }
  return { kind: 'unknown', text: filter.charAt(at), at }
}

/** The text between the quotes, exactly as it stands there; the whole if it is not quoted. */
export function unquote(text: string): string {
  const first = text.charAt(0)
  const quoted = text.length >= 2 && (first === "'" || first === '"' || first === '`') && text.endsWith(first)
  return quoted ? text.slice(1, -1) : text
}
