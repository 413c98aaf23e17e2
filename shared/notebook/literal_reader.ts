import type { ParameterLanguage, ParameterValue } from './literal.ts'
import { readNumber, wholeNumber } from './typed_value.ts'

/**
 * The value of a literal in a program's text: numbers, strings, truth values, nothing, and lists and
 * dictionaries of them. Undefined for anything that would have to be computed.
 */
export function readLiteral(text: string, language: ParameterLanguage['name']): ParameterValue | undefined {
  const reader: Reader = { text, at: 0, language, depth: 0 }
  const value = readValue(reader)
  if (value === failed) return undefined
  skipBlanks(reader)
  return reader.at === text.length ? value : undefined
}

interface Reader {
  readonly text: string
  at: number
  readonly language: ParameterLanguage['name']
  depth: number
}

const failed = Symbol('not a literal')

const words: Record<ParameterLanguage['name'], Readonly<Record<string, ParameterValue>>> = {
  python: { True: true, False: false, None: null },
  r: { TRUE: true, FALSE: false, T: true, F: false, NULL: null, NaN: NaN, Inf: Infinity },
  julia: { true: true, false: false, nothing: null, NaN: NaN, Inf: Infinity },
}

function readValue(reader: Reader): ParameterValue | typeof failed {
  skipBlanks(reader)
  if (reader.depth > 50) return failed
  const string = readString(reader)
  if (string !== undefined) return string
  const number = match(
    reader,
    /[+-]?(?:0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)L?/y,
  )
  if (number !== undefined) return readDigits(number, reader.language)
  if (reader.language === 'r' && match(reader, /(?:c|list)\(/y) !== undefined) return readItems(reader, ')')
  if (match(reader, /\[/y) !== undefined) return readItems(reader, ']')
  if (reader.language === 'python' && match(reader, /\(/y) !== undefined) return readTuple(reader)
  if (reader.language === 'python' && match(reader, /\{/y) !== undefined)
    return readEntries(reader, { colon: /:/y, close: '}' })
  if (reader.language === 'julia' && match(reader, /Dict\(/y) !== undefined)
    return readEntries(reader, { colon: /=>/y, close: ')' })
  const word = match(reader, /-?[\p{L}_][\p{L}\p{N}_.]*/uy)
  return readWord(word ?? '', words[reader.language])
}

function readWord(
  word: string,
  known: Readonly<Record<string, ParameterValue>>,
): ParameterValue | typeof failed {
  const bare = word.replace(/^-/, '')
  if (!Object.hasOwn(known, bare)) return failed
  const value = known[bare] ?? null
  if (!word.startsWith('-')) return value
  return typeof value === 'number' ? -value : failed
}

function readDigits(digits: string, language: ParameterLanguage['name']): ParameterValue | typeof failed {
  if (digits.endsWith('L')) {
    return language === 'r' && /^[+-]?\d+L$/.test(digits) ? wholeNumber(digits.slice(0, -1)) : failed
  }
  const based = /^([+-]?)(0[xXoObB][\da-fA-F_]+)$/.exec(digits)
  if (based !== null) {
    const value = Number((based[2] ?? '').replaceAll('_', ''))
    if (!Number.isSafeInteger(value)) return failed
    return based[1] === '-' ? -value : value
  }
  // 007 is no number in Python.
  if (language === 'python' && /^[+-]?0_?\d*[1-9]/.test(digits) && !/[.eE]/.test(digits)) return failed
  return readNumber(digits) ?? failed
}

function readTuple(reader: Reader): ParameterValue | typeof failed {
  const start = reader.at
  const items = readItems(reader, ')')
  if (items === failed || items.length !== 1) return items
  // Brackets around one value are only brackets.
  const hasComma = /,\s*\)$/.test(reader.text.slice(start, reader.at))
  return hasComma ? items : (items[0] ?? null)
}

function readItems(reader: Reader, close: string): ParameterValue[] | typeof failed {
  const items: ParameterValue[] = []
  reader.depth++
  for (;;) {
    skipBlanks(reader)
    if (takeText(reader, close)) break
    const item = readValue(reader)
    if (item === failed) return failed
    items.push(item)
    skipBlanks(reader)
    if (takeText(reader, close)) break
    if (!takeText(reader, ',')) return failed
  }
  reader.depth--
  return items
}

function readEntries(
  reader: Reader,
  { colon, close }: { colon: RegExp; close: string },
): Record<string, ParameterValue> | typeof failed {
  const entries: [string, ParameterValue][] = []
  reader.depth++
  for (;;) {
    skipBlanks(reader)
    if (takeText(reader, close)) break
    const name = readString(reader)
    skipBlanks(reader)
    if (name === undefined || match(reader, colon) === undefined) return failed
    const value = readValue(reader)
    if (value === failed) return failed
    entries.push([name, value])
    skipBlanks(reader)
    if (takeText(reader, close)) break
    if (!takeText(reader, ',')) return failed
  }
  reader.depth--
  return Object.fromEntries(entries)
}

function readString(reader: Reader): string | undefined {
  const start = reader.at
  const prefix = match(reader, /[rRuU]?(?=["'])/y)
  const quote = prefix === undefined ? undefined : match(reader, /"""|'''|"|'/y)
  if (quote === undefined) {
    reader.at = start
    return undefined
  }
  const isRaw = /r/i.test(prefix ?? '')
  let value = ''
  while (reader.at < reader.text.length && !reader.text.startsWith(quote, reader.at)) {
    const char = String.fromCodePoint(reader.text.codePointAt(reader.at) ?? 0)
    const piece = char === '\\' ? readEscape(reader, isRaw) : char
    if (piece === undefined || (piece === '\n' && char === '\n' && quote.length === 1)) {
      reader.at = start
      return undefined
    }
    value += piece
    if (char !== '\\') reader.at += char.length
  }
  if (takeText(reader, quote)) return value
  reader.at = start
  return undefined
}

const escapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  $: '$',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function readEscape(reader: Reader, isRaw: boolean): string | undefined {
  const next = reader.text.charAt(reader.at + 1)
  if (isRaw) {
    reader.at += 2
    return `\\${next}`
  }
  reader.at += 1
  const code = match(reader, /x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8}/y)
  if (code !== undefined) {
    const point = Number.parseInt(code.slice(1), 16)
    return point > 0x10ffff ? undefined : String.fromCodePoint(point)
  }
  const octal = match(reader, /[0-7]{1,3}/y)
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
  // \N{…} needs Unicode's list of names.
  if (next === 'N') return undefined
  reader.at += 1
  return escapes[next] ?? `\\${next}`
}

function match(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0]
  if (found !== undefined) reader.at += found.length
  return found
}

function takeText(reader: Reader, text: string): boolean {
  if (!reader.text.startsWith(text, reader.at)) return false
  reader.at += text.length
  return true
}

function skipBlanks(reader: Reader): void {
  match(reader, /\s*/y)
}
