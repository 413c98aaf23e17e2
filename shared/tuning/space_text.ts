import { Problem } from '../base/problem.ts'
import { parseConstraint } from './constraint.ts'
import { makeSpace } from './space.ts'
import type { Condition, Parameter, Space, Value } from './space.ts'

/**
 * Reads a search space from lines such as
 *
 *     lr=log(1e-4,1e-1)          real, on a logarithmic scale
 *     momentum=float(0,0.99)     real; float(0,1,0.1) or step=0.1 for a step
 *     depth=int(2,10)            whole; int(16,512,log) or logint(16,512) on a logarithmic scale
 *     kind=choice(rbf,poly)      one of several; ordered(16,32,64) where neighbours are alike
 *     shuffle=bool               false or true
 *     degree=int(2,5) if kind=poly            there only in a branch; `if kind in (a,b) and shuffle=true`
 *     min_leaf * 2 <= min_split               a constraint
 *
 * @throws Problem `parameter_invalid` with the line and what is wrong with it
 */
export function parseSpaceText(lines: readonly string[]): Space {
  const definition = /^\s*[A-Za-z_][\w.]*\s*=(?!=)/
  const parameters = lines.filter((line) => definition.test(line))
  const constraints = lines.filter((line) => !definition.test(line))
  return makeSpace(parameters.map(parseParameterText), constraints.map(parseConstraint))
}

/**
 * Reads one parameter from a line as above.
 * @throws Problem `parameter_invalid`
 */
export function parseParameterText(line: string): Parameter {
  const [, name, rest] = /^\s*([A-Za-z_][\w.]*)\s*=\s*(.*?)\s*$/s.exec(line) ?? []
  if (name === undefined || rest === undefined) throw unreadable(line)
  return parseDomainText(name, rest)
}

/**
 * Reads what stands behind the `=`.
 * @throws Problem `parameter_invalid`
 */
export function parseDomainText(name: string, text: string): Parameter {
  const line = `${name}=${text}`
  const [, kind, inner, , conditions] =
    /^\s*([a-z]+)\s*(?:\(((?:[^()"']|"[^"]*"|'[^']*')*)\))?\s*(if\s+(.*))?$/s.exec(text) ?? []
  if (kind === undefined) throw unreadable(line)
  const when = conditions === undefined ? [] : parseConditions(conditions, line)
  const items = inner === undefined || inner.trim() === '' ? [] : splitItems(inner)
  switch (kind) {
    case 'bool':
    case 'boolean':
      if (items.length > 0) throw unreadable(line)
      return { kind: 'choice', name, choices: [false, true], ordered: false, when }
    case 'choice':
    case 'ordered':
      return { kind: 'choice', name, choices: items.map(readValue), ordered: kind === 'ordered', when }
    case 'float':
    case 'uniform':
    case 'log':
    case 'loguniform': {
      const { low, high, step, log } = readRange(items, line)
      return { kind: 'float', name, low, high, step, log: log || kind.startsWith('log'), when }
    }
    case 'int':
    case 'logint': {
      const { low, high, step, log } = readRange(items, line)
      return { kind: 'int', name, low, high, step: step ?? 1, log: log || kind === 'logint', when }
    }
    default:
      throw unreadable(line)
  }
}

/** A value as it stands in a text: a number, true, false, none, a quoted text, or a bare word. */
export function readValue(text: string): Value {
  const word = text.trim()
  const quoted = /^(["'])(.*)\1$/s.exec(word)
  if (quoted !== null) return quoted[2] ?? ''
  if (/^(true|True)$/.test(word)) return true
  if (/^(false|False)$/.test(word)) return false
  if (/^(none|None|null)$/.test(word)) return null
  return word !== '' && Number.isFinite(Number(word)) ? Number(word) : word
}

/** The parameter as a line that `parseParameterText` reads. */
export function formatParameter(parameter: Parameter): string {
  return `${parameter.name}=${formatDomain(parameter)}`
}

/** What stands behind the `=` of such a line. */
export function formatDomain(parameter: Parameter): string {
  return `${formatRange(parameter)}${formatConditions(parameter.when)}`
}

function formatRange(parameter: Parameter): string {
  if (parameter.kind === 'choice') {
    const { choices, ordered } = parameter
    if (choices.length === 2 && choices[0] === false && choices[1] === true && !ordered) return 'bool'
    return `${ordered ? 'ordered' : 'choice'}(${choices.map(formatValue).join(',')})`
  }
  const { low, high, log, step } = parameter
  if (parameter.kind === 'int') {
    return `int(${low},${high}${step === 1 ? '' : `,step=${step}`}${log ? ',log' : ''})`
  }
  return `${log ? 'log' : 'float'}(${low},${high}${step === null ? '' : `,step=${step}`})`
}

function formatConditions(when: readonly Condition[]): string {
  if (when.length === 0) return ''
  const parts = when.map(({ parameter, among }) =>
    among.length === 1
      ? `${parameter}=${among.map(formatValue).join('')}`
      : `${parameter} in (${among.map(formatValue).join(',')})`,
  )
  return ` if ${parts.join(' and ')}`
}

function formatValue(value: Value): string {
  if (typeof value !== 'string') return String(value)
  if (/^[A-Za-z_][\w.-]*$/.test(value) && readValue(value) === value) return value
  return value.includes('"') ? `'${value}'` : `"${value}"`
}

function parseConditions(text: string, line: string): Condition[] {
  const part =
    /\s*([A-Za-z_][\w.]*)\s*(?:==?\s*("[^"]*"|'[^']*'|[^\s()]+)|\s+in\s*\(((?:[^()"']|"[^"]*"|'[^']*')*)\))\s*/y
  const conditions: Condition[] = []
  for (let at = 0; at < text.length;) {
    part.lastIndex = at
    const [whole, parameter, single, several] = part.exec(text) ?? []
    if (whole === undefined || parameter === undefined) throw unreadable(line)
    const among = single === undefined ? splitItems(several ?? '').map(readValue) : [readValue(single)]
    conditions.push({ parameter, among })
    at += whole.length
    if (at === text.length) break
    const and = /^and\b/.exec(text.slice(at))
    if (and === null) throw unreadable(line)
    at += 3
  }
  if (conditions.length === 0) throw unreadable(line)
  return conditions
}

/** Splits at commas outside quotes. */
function splitItems(text: string): string[] {
  return [...text.matchAll(/((?:[^,"']|"[^"]*"|'[^']*')*)(?:,|$)/g)]
    .map(([, item]) => (item ?? '').trim())
    .filter((item, index, all) => item !== '' || index < all.length - 1)
}

function readRange(items: readonly string[], line: string): Range {
  const plain = items.filter((item) => !/^(log|step\s*=.*)$/.test(item))
  const named = items.find((item) => item.startsWith('step'))
  const numbers = plain.map(Number)
  const [low, high, third] = numbers
  const text = named === undefined ? undefined : named.replace(/^step\s*=\s*/, '')
  const step = text === undefined ? (third ?? null) : Number(text)
  const bad = numbers.length < 2 || numbers.length > 3 || [...numbers, step ?? 0].some(Number.isNaN)
  if (bad || low === undefined || high === undefined || plain.some((item) => item === ''))
    throw unreadable(line)
  return { low, high, step, log: items.includes('log') }
}

interface Range {
  low: number
  high: number
  step: number | null
  log: boolean
}

function unreadable(line: string): Problem {
  return new Problem('parameter_invalid', `The search space has "${line}", which cannot be read`, {
    hint: 'For example: lr=log(1e-4,1e-1)  depth=int(2,10)  kind=choice(a,b)  degree=int(2,5) if kind=a',
  })
}
