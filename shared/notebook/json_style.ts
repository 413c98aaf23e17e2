import { floatText } from './float_text.ts'
import type { JsonNode, JsonText } from './json_text.ts'

/** How a JSON text is laid out, so that what is added to it looks like the rest. */
export interface JsonStyle {
  /** Line end between values; empty where the values stand on one line. */
  readonly eol: '\n' | '\r\n' | ''
  /** One level of indentation. */
  readonly unit: string
  /** Between a name and its value, colon included. */
  readonly colon: string
  /** Between values that stand on one line, comma included. */
  readonly comma: string
  /** Whether characters beyond ASCII are written as `\uXXXX`. */
  readonly ascii: boolean
}

/** As nbformat writes a notebook: one blank a level, characters as they are. */
const nbformatStyle: JsonStyle = { eol: '\n', unit: ' ', colon: ': ', comma: ', ', ascii: false }

/** The layout of a whole text, told from its outermost object. */
export function styleOfText(text: string, scanned: JsonText): JsonStyle {
  const ascii = scanned.hasEscaped && !scanned.hasPlain
  return styleOfObject(text, scanned.root, { ...nbformatStyle, ascii })
}

/** The layout of one object, told from its first members; `otherwise` where it has none. */
export function styleOfObject(text: string, node: JsonNode, otherwise: JsonStyle): JsonStyle {
  const first = node.members?.[0]
  if (first === undefined) return otherwise
  const colon = /\s*:\s*$/.exec(text.slice(first.start, first.value.start))?.[0] ?? otherwise.colon
  const lead = text.slice(node.start + 1, first.start)
  if (!lead.includes('\n'))
    return { ...otherwise, eol: '', colon, comma: commaOf(text, node) ?? otherwise.comma }
  const outer = indentAt(text, node.start)
  const inner = lead.slice(lead.lastIndexOf('\n') + 1)
  const unit = inner.startsWith(outer) ? inner.slice(outer.length) : otherwise.unit
  return { ...otherwise, eol: lead.includes('\r\n') ? '\r\n' : '\n', unit, colon }
}

function commaOf(text: string, node: JsonNode): string | undefined {
  const [first, second] = node.members ?? []
  if (first === undefined || second === undefined) return undefined
  return text.slice(first.value.end, second.start)
}

/** The blanks at the beginning of the line on which the offset lies. */
export function indentAt(text: string, offset: number): string {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  return /^[ \t]*/.exec(text.slice(lineStart, offset))?.[0] ?? ''
}

/**
 * A value as JSON text. Names are sorted, as nbformat writes them. What JSON has no word for (NaN, Infinity)
 * becomes null: Jupyter's pages cannot open a file that holds it.
 *
 * @param indent indentation of the line on which the value begins
 */
export function writeJson(value: unknown, style: JsonStyle, indent = ''): string {
  if (typeof value === 'string') return writeString(value, style)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object' || value === null) return writeOther(value)
  const isArray = Array.isArray(value)
  const inner = indent + style.unit
  const parts = isArray
    ? value.map((item) => writeJson(item, style, inner))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => writeString(name, style) + style.colon + writeJson(member, style, inner))
  return wrap(parts, isArray ? '[]' : '{}', style, indent)
}

/** The parts between brackets, one a line or all on one, as the style has it. */
export function wrap(
  parts: readonly string[],
  brackets: '[]' | '{}',
  style: JsonStyle,
  indent: string,
): string {
  const open = brackets.charAt(0)
  const close = brackets.charAt(1)
  if (parts.length === 0) return brackets
  if (style.eol === '') return open + parts.join(style.comma) + close
  const line = style.eol + indent
  return open + line + style.unit + parts.join(`,${line}${style.unit}`) + line + close
}

/** A string in quotes, its characters escaped as the style has it. */
export function writeString(value: string, style: JsonStyle): string {
  const quoted = JSON.stringify(value)
  if (!style.ascii) return quoted
  return quoted.replace(/[\u007f-\uffff]/g, (char) =>
    char === '\u007f' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function writeOther(value: unknown): string {
  if (typeof value === 'boolean') return String(value)
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'null'
  // Whether a whole number was a float is lost here; the others are written as Python writes them.
  return Number.isInteger(value) ? JSON.stringify(value) : floatText(value)
}

/** Whether the names of an object stand in alphabetical order. */
export function namesAreSorted(node: JsonNode): boolean {
  const names = node.members?.map((member) => member.name) ?? []
  return names.every((name, i) => i === 0 || (names[i - 1] ?? '') <= name)
}
