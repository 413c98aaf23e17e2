import { Problem } from '../base/problem.ts'
import { floatText } from './float_text.ts'

/** A value that a notebook can be given. */
export type ParameterValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | WrittenNumber
  | readonly ParameterValue[]
  | { readonly [name: string]: ParameterValue }

/** A floating-point number that JavaScript would show as a whole one: 1.0, or 1e22. */
export class WrittenNumber {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
  toJSON(): number {
    return this.value
  }
}

/** A language into which parameters can be written. */
export interface ParameterLanguage {
  readonly name: 'python' | 'r' | 'julia'
  /** Whether a variable can be called that. */
  readonly isName: (name: string) => boolean
  readonly literal: (value: ParameterValue) => string
}

/**
 * The language of that name, in any case.
 * @throws Problem `parameter_invalid` for one that we cannot write
 */
export function parameterLanguage(name: string): ParameterLanguage {
  const language = languages.find((one) => one.name === name.toLowerCase())
  if (language !== undefined) return language
  throw new Problem('parameter_invalid', `Cannot write parameters in the language "${name}"`, {
    hint: 'Daybook writes them for Python, R and Julia. Set them in the notebook itself.',
    details: { language: name },
  })
}

/** How a language writes what is not the same everywhere. */
interface Words {
  readonly nothing: string
  readonly yes: string
  readonly no: string
  readonly string: (text: string) => string
  readonly real: (value: number) => string
  readonly whole: (digits: string) => string
  readonly list: (items: readonly string[]) => string
  readonly dictionary: (entries: readonly (readonly [string, string])[]) => string
}

function writer(words: Words): (value: ParameterValue) => string {
  return function literal(value): string {
    if (value === null) return words.nothing
    if (typeof value === 'boolean') return value ? words.yes : words.no
    if (typeof value === 'string') return words.string(value)
    if (typeof value === 'bigint') return words.whole(value.toString())
    if (value instanceof WrittenNumber) return words.real(value.value)
    if (typeof value === 'number') return isWhole(value) ? words.whole(value.toString()) : words.real(value)
    if (isList(value)) return words.list(value.map(literal))
    return words.dictionary(Object.entries(value).map(([name, item]) => [words.string(name), literal(item)]))
  }
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}

function isList(value: object): value is readonly ParameterValue[] {
  return Array.isArray(value)
}

function pythonReal(value: number): string {
  if (Number.isNaN(value)) return "float('nan')"
  if (!Number.isFinite(value)) return value < 0 ? "float('-inf')" : "float('inf')"
  return floatText(value)
}

/** A string in double quotes: everything that is not printable ASCII is escaped, as `escape` writes a code point. */
function quoted(text: string, escape: (codePoint: number) => string, special: RegExp): string {
  const inner = Array.from(text, (char) => {
    const short = shortEscapes[char]
    if (short !== undefined) return short
    if (special.test(char)) return `\\${char}`
    const code = char.codePointAt(0) ?? 0
    return code >= 0x20 && code < 0x7f ? char : escape(code)
  })
  return `"${inner.join('')}"`
}

const shortEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0')
}

function pythonString(text: string): string {
  return quoted(text, pythonEscape, /["\\]/)
}

function pythonEscape(code: number): string {
  if (code < 0x100) return `\\x${hex(code, 2)}`
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`
}

/** R cannot hold a zero character in a string at all, and mixes no \x with \u in one. */
function rString(text: string): string {
  if (text.includes('\0'))
    throw new Problem('parameter_invalid', 'R has no strings with a zero character in them')
  return quoted(text, (code) => (code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`), /["\\]/)
}

function juliaString(text: string): string {
  return quoted(text, (code) => (code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`), /["\\$]/)
}

function rReal(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-Inf' : 'Inf'
  return floatText(value)
}

const pythonKeywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
)
const rReserved = new Set(
  (
    'if else repeat while function for next break in TRUE FALSE NULL Inf NaN NA NA_integer_ NA_real_ ' +
    'NA_character_ NA_complex_ ...'
  ).split(' '),
)
const juliaReserved = new Set(
  (
    'baremodule begin break catch const continue do else elseif end export false finally for function global if ' +
    'import let local macro module quote return struct true try using while'
  ).split(' '),
)

const languages: readonly ParameterLanguage[] = [
  {
    name: 'python',
    isName: (name) => /^[\p{XIDS}_][\p{XIDC}]*$/u.test(name) && !pythonKeywords.has(name),
    literal: writer({
      nothing: 'None',
      yes: 'True',
      no: 'False',
      string: pythonString,
      real: pythonReal,
      whole: (digits) => digits,
      list: (items) => `[${items.join(', ')}]`,
      dictionary: (entries) => `{${entries.map(([name, value]) => `${name}: ${value}`).join(', ')}}`,
    }),
  },
  {
    name: 'r',
    isName: (name) =>
      /^(?:\p{L}|\.(?!\p{Nd}))[\p{L}\p{Nd}._]*$/u.test(name) &&
      !rReserved.has(name) &&
      !/^\.\.\d+$/.test(name),
    literal: writer({
      nothing: 'NULL',
      yes: 'TRUE',
      no: 'FALSE',
      string: rString,
      real: rReal,
      whole: (digits) => digits,
      list: (items) => `list(${items.join(', ')})`,
      dictionary: (entries) => `list(${entries.map(([name, value]) => `${name} = ${value}`).join(', ')})`,
    }),
  },
  {
    name: 'julia',
    isName: (name) =>
      /^[\p{L}\p{Nl}\p{Sc}_][\p{L}\p{Nl}\p{Sc}\p{Nd}\p{No}\p{Mn}\p{Mc}_!]*$/u.test(name) &&
      !juliaReserved.has(name),
    literal: writer({
      nothing: 'nothing',
      yes: 'true',
      no: 'false',
      string: juliaString,
      real: rReal,
      whole: (digits) => digits,
      list: (items) => `[${items.join(', ')}]`,
      dictionary: (entries) => `Dict(${entries.map(([name, value]) => `${name} => ${value}`).join(', ')})`,
    }),
  },
]
