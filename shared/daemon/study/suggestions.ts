import type { NotebookDocument } from '../../notebook/document.ts'
import { makeSpace, type Parameter, type Value } from '../../tuning/space.ts'
import { readValue } from '../../tuning/space_text.ts'

/** A value that a cell asks for by `daybook.suggest_…`. */
export interface Suggestion {
  parameter: Parameter
  /** What it is outside of a study; null where the call does not say. */
  default: Value
  hasDefault: boolean
}

/** Not `trial.suggest_float`, which is Optuna's. */
const call = /(?:\bdaybook\.|(?<![\w.]))suggest_(float|int|categorical)\(\s*(["'])([A-Za-z_][\w.]*)\2\s*,/g

/**
 * The values that a notebook's cells ask for, as their calls say it. A call whose bounds are computed is passed over:
 * nobody knows them before it runs.
 */
export function readSuggestions({ cells }: NotebookDocument): Suggestion[] {
  const found = new Map<string, Suggestion>()
  for (const { type, source } of cells) {
    if (type !== 'code') continue
    const code = source.replaceAll(/^\s*#.*$/gm, '')
    for (const match of code.matchAll(call)) {
      const [whole, kind = '', , name = ''] = match
      const words = readArguments(code.slice(match.index + whole.length))
      const suggestion = words === null ? null : toSuggestion(kind, name, words)
      if (suggestion !== null && !found.has(name)) found.set(name, suggestion)
    }
  }
  return [...found.values()]
}

function toSuggestion(kind: string, name: string, words: readonly string[]): Suggestion | null {
  const keywords: Record<string, string> = {}
  const plain: string[] = []
  for (const word of words) {
    const [, key, value] = /^([A-Za-z_]\w*)\s*=(?!=)\s*(.+)$/s.exec(word) ?? []
    if (key === undefined || value === undefined) plain.push(word)
    else keywords[key] = value
  }
  const own = keywords['default']
  if (own !== undefined && !isLiteral(own)) return null
  const rest = {
    default: own === undefined ? null : readValue(own),
    hasDefault: own !== undefined && own !== 'None',
  }
  try {
    const parameter =
      kind === 'categorical' ? choices(name, keywords, plain) : range(kind, name, keywords, plain)
    // Says whether it can be a parameter at all: bounds the wrong way round, no choices.
    return parameter === null
      ? null
      : { parameter: makeSpace([parameter]).parameters[0] ?? parameter, ...rest }
  } catch {
    return null
  }
}

function range(
  kind: string,
  name: string,
  keywords: Readonly<Record<string, string>>,
  plain: readonly string[],
): Parameter | null {
  const [low, high] = [plain[0] ?? keywords['low'], plain[1] ?? keywords['high']].map(Number)
  const step = keywords['step'] === undefined || keywords['step'] === 'None' ? null : Number(keywords['step'])
  if (low === undefined || high === undefined || [low, high, step ?? 1].some(Number.isNaN)) return null
  const log = keywords['log'] === 'True'
  if (kind === 'int') return { kind: 'int', name, low, high, log, step: step ?? 1, when: [] }
  return { kind: 'float', name, low, high, log, step, when: [] }
}

function choices(
  name: string,
  keywords: Readonly<Record<string, string>>,
  plain: readonly string[],
): Parameter | null {
  const list = plain[0] ?? keywords['choices'] ?? ''
  if (!/^\s*[[(].*[\])]\s*$/s.test(list)) return null
  const items = split(list.trim().slice(1, -1))
  if (!items.every(isLiteral)) return null
  return { kind: 'choice', name, choices: items.map(readValue), ordered: false, when: [] }
}

function isLiteral(word: string): boolean {
  return /^\s*(?:(["']).*\1|True|False|None|[-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*$/s.test(word)
}

/** The arguments up to the closing bracket of a call; null if it does not close. */
function readArguments(code: string): string[] | null {
  let depth = 0
  let quote = ''
  for (let at = 0; at < code.length; at++) {
    const letter = code[at] ?? ''
    if (quote !== '') {
      if (letter === quote) quote = ''
    } else if (letter === '"' || letter === "'") quote = letter
    else if ('([{'.includes(letter)) depth++
    else if (')]}'.includes(letter) && depth-- === 0) return split(code.slice(0, at))
  }
  return null
}

/** Words between commas that stand in no bracket and no quotes. */
function split(text: string): string[] {
  const words: string[] = []
  let [depth, quote, from] = [0, '', 0]
  for (let at = 0; at <= text.length; at++) {
    const letter = text[at] ?? ','
    if (quote !== '') {
      if (letter === quote) quote = ''
    } else if (letter === '"' || letter === "'") quote = letter
    else if ('([{'.includes(letter)) depth++
    else if (')]}'.includes(letter)) depth--
    else if (letter === ',' && depth === 0) {
      words.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return words.filter((word) => word !== '')
}
