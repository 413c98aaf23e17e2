/** A value of a JSON text by its place: `text.slice(start, end)` is the value. */
export interface JsonNode {
  readonly kind: JsonKind
  readonly start: number
  readonly end: number
  /** Members of an object in the order of the text, doubles included; absent below the depth that was asked for. */
  readonly members?: readonly JsonMember[]
  /** Items of an array; absent below the depth that was asked for. */
  readonly items?: readonly JsonNode[]
  /** Whether NaN or Infinity stands in it: Python writes and reads them, JSON.parse does not. */
  readonly loose: boolean
}

/** What a value is. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null'

/** One member of an object. */
export interface JsonMember {
  readonly name: string
  /** Where the quoted name begins. */
  readonly start: number
  readonly value: JsonNode
}

/** A whole JSON text, scanned. */
export interface JsonText {
  readonly root: JsonNode
  /** Whether a character beyond ASCII stands in a string as it is. */
  readonly hasPlain: boolean
  /** Whether a character beyond ASCII stands in a string as `\uXXXX`. */
  readonly hasEscaped: boolean
}

/** The text is not JSON. `offset` counts UTF-16 units from its beginning. */
export class JsonTextError extends Error {
  override readonly name = 'JsonTextError'
  readonly offset: number
  constructor(reason: string, offset: number) {
    super(reason)
    this.offset = offset
  }
}

/** Deeper than this nobody nests; Python's own parser gives up near it too. */
const maxDepth = 1000

/**
 * Scans a JSON text from end to end without making its values. Strict, but for NaN, Infinity and -Infinity
 * and a byte order mark at the beginning, which are let through.
 *
 * @param depth how many levels get nodes of their own; what lies deeper is checked and skipped
 * @throws JsonTextError where it is no JSON, or nested deeper than 1,000 levels
 */
export function scanJson(text: string, depth: number): JsonText {
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let looseSeen = 0
  let hasPlain = false
  let hasEscaped = false

  const root = scanValue(0)
  skipBlanks()
  if (at < text.length) fail('expected the end of the text')
  return { root, hasPlain, hasEscaped }

  function scanValue(level: number): JsonNode {
    skipBlanks()
    const start = at
    const looseBefore = looseSeen
    const code = text.charCodeAt(at)
    const children: Children = {}
    if (level < depth && code === 0x7b) children.members = []
    if (level < depth && code === 0x5b) children.items = []
    const kind = scanInto(children, level)
    return { kind, start, end: at, ...children, loose: looseSeen > looseBefore }
  }

  /** Scans a value that begins here. What lies in it gets nodes only if there is a list to put them in. */
  function scanInto(children: Children, level: number): JsonKind {
    const code = text.charCodeAt(at)
    if (code !== 0x7b && code !== 0x5b) return scanScalar(code)
    if (level >= maxDepth) fail(`values are nested more than ${maxDepth} levels deep`)
    at++
    if (code === 0x7b) scanMembers(children.members, level + 1)
    else scanItems(children.items, level + 1)
    return code === 0x7b ? 'object' : 'array'
  }

  function scanMembers(members: JsonMember[] | undefined, level: number): void {
    skipBlanks()
    if (text.charCodeAt(at) === 0x7d) {
      at++
      return
    }
    for (;;) {
      skipBlanks()
      const start = at
      if (text.charCodeAt(at) !== 0x22) fail('expected a member name in double quotes')
      scanString()
      const nameEnd = at
      skipBlanks()
      if (text.charCodeAt(at) !== 0x3a) fail('expected ":" after a member name')
      at++
      if (members === undefined) skipValue(level)
      else {
        const name = JSON.parse(text.slice(start, nameEnd)) as string
        members.push({ name, start, value: scanValue(level) })
      }
      skipBlanks()
      const code = text.charCodeAt(at)
      if (code !== 0x2c && code !== 0x7d) fail('expected "," or "}" after a member')
      at++
      if (code === 0x7d) return
    }
  }

  function scanItems(items: JsonNode[] | undefined, level: number): void {
    skipBlanks()
    if (text.charCodeAt(at) === 0x5d) {
      at++
      return
    }
    for (;;) {
      if (items === undefined) skipValue(level)
      else items.push(scanValue(level))
      skipBlanks()
      const code = text.charCodeAt(at)
      if (code !== 0x2c && code !== 0x5d) fail('expected "," or "]" after a value')
      at++
      if (code === 0x5d) return
    }
  }

  function skipValue(level: number): void {
    skipBlanks()
    scanInto(nothing, level)
  }

  function scanScalar(code: number): JsonKind {
    if (code === 0x22) {
      scanString()
      return 'string'
    }
    scalar.lastIndex = at
    const found = scalar.exec(text)?.[0]
    if (found === undefined) return fail('expected a value')
    at += found.length
    if (found === 'null') return 'null'
    if (found === 'true' || found === 'false') return 'boolean'
    if (found.endsWith('N') || found.endsWith('y')) looseSeen++
    return 'number'
  }

  function scanString(): void {
    // A local counter: this loop sees nearly every character of a notebook.
    let i = at + 1
    for (;;) {
      const code = text.charCodeAt(i)
      if (code === 0x22) break
      if (code === 0x5c) {
        at = i
        scanEscape()
        i = at
      } else if (code >= 0x20) {
        if (code >= 0x80) hasPlain = true
        i++
      } else {
        at = i
        fail(
          code < 0x20
            ? 'expected the end of a string before the control character'
            : 'expected the end of a string',
        )
      }
    }
    at = i + 1
  }

  function scanEscape(): void {
    const code = text.charCodeAt(at + 1)
    if (code === 0x75 && hexDigits.test(text.slice(at + 2, at + 6))) {
      if (Number.parseInt(text.slice(at + 2, at + 6), 16) >= 0x80) hasEscaped = true
      at += 6
    } else if (simpleEscapes.has(code)) at += 2
    else fail('expected an escape that JSON knows')
  }

  function skipBlanks(): void {
    for (;;) {
      const code = text.charCodeAt(at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      at++
    }
  }

  function fail(expected: string): never {
    throw new JsonTextError(`${expected}, found ${describeAt(text, at)}`, at)
  }
}

const scalar =
  /(?:null|true|false|NaN|-?Infinity|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)(?![\w.])/y
const hexDigits = /^[0-9a-fA-F]{4}$/
/** The characters that may follow a backslash, but for the u. */
const simpleEscapes = new Set(Array.from('"\\/bfnrt', (char) => char.charCodeAt(0)))

/** Where the nodes of a container go. */
interface Children {
  members?: JsonMember[]
  items?: JsonNode[]
}

const nothing: Children = {}

function describeAt(text: string, at: number): string {
  if (at >= text.length) return 'the end of the text'
  const word =
    /^[\w.+-]{1,20}/.exec(text.slice(at, at + 20))?.[0] ?? String.fromCodePoint(text.codePointAt(at) ?? 0)
  return JSON.stringify(word)
}

/** The member of an object that counts: the last of that name, as parsers take it. */
export function memberOf(node: JsonNode, name: string): JsonMember | undefined {
  return node.members?.findLast((member) => member.name === name)
}

/** The node with its members or items, if the scan stopped short of them. */
export function openNode(text: string, node: JsonNode): JsonNode {
  if (node.members !== undefined || node.items !== undefined) return node
  const { root } = scanJson(text.slice(node.start, node.end), 1)
  const move = (inner: JsonNode) => ({
    ...inner,
    start: inner.start + node.start,
    end: inner.end + node.start,
  })
  const members = root.members?.map((member) => ({
    name: member.name,
    start: member.start + node.start,
    value: move(member.value),
  }))
  if (members !== undefined) return { ...node, members }
  return root.items === undefined ? node : { ...node, items: root.items.map(move) }
}

/** The value as JavaScript has it. Numbers that a double cannot hold lose digits. */
export function valueOf(text: string, node: JsonNode): unknown {
  if (!node.loose) return JSON.parse(text.slice(node.start, node.end))
  return looseValue(text, scanJson(text.slice(node.start, node.end), Infinity).root, node.start)
}

function looseValue(text: string, node: JsonNode, base: number): unknown {
  if (!node.loose) return JSON.parse(text.slice(base + node.start, base + node.end))
  if (node.items !== undefined) return node.items.map((item) => looseValue(text, item, base))
  if (node.members === undefined) return Number(text.slice(base + node.start, base + node.end))
  // fromEntries defines its properties, so that a member called __proto__ stays a member.
  return Object.fromEntries(node.members.map(({ name, value }) => [name, looseValue(text, value, base)]))
}

/** Line and column of a place in a text, both from 1; the column counts UTF-16 units. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  let line = 1
  let lineStart = 0
  for (let end = text.indexOf('\n'); end !== -1 && end < offset; end = text.indexOf('\n', end + 1)) {
    line++
    lineStart = end + 1
  }
  return { line, column: offset - lineStart + 1 }
}
