import fc from 'fast-check'

/** How a test's notebook is laid out as text: a writer of its own, so that ours is not tested with itself. */
export interface Layout {
  /** One level of indentation; null for everything on one line. */
  unit: string | null
  eol: '\n' | '\r\n'
  colon: string
  /** Between values on one line. */
  comma: string
  ascii: boolean
  order: 'sorted' | 'reversed'
  /** Whether multi-line text stands in arrays of lines. */
  lines: boolean
  end: string
  bom: boolean
}

/** As nbformat writes. */
export const nbformatLayout: Layout = {
  unit: ' ',
  eol: '\n',
  colon: ': ',
  comma: ', ',
  ascii: false,
  order: 'sorted',
  lines: true,
  end: '\n',
  bom: false,
}

/** Any layout that a program could have written. */
export const anyLayout: fc.Arbitrary<Layout> = fc.record({
  unit: fc.constantFrom(' ', '  ', '    ', '\t', '', null),
  eol: fc.constantFrom('\n', '\r\n'),
  colon: fc.constantFrom(': ', ':', ' : '),
  comma: fc.constantFrom(', ', ','),
  ascii: fc.boolean(),
  order: fc.constantFrom('sorted', 'reversed'),
  lines: fc.boolean(),
  end: fc.constantFrom('', '\n', '\r\n', '\n\n  '),
  bom: fc.boolean(),
})

/** The notebook as text. */
export function layOut(value: unknown, layout: Layout): string {
  return (layout.bom ? '\ufeff' : '') + write(layout.lines ? value : joined(value), layout, '') + layout.end
}

function write(value: unknown, layout: Layout, indent: string): string {
  if (typeof value === 'string') return writeText(value, layout)
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = indent + (layout.unit ?? '')
  const isArray = Array.isArray(value)
  const parts = isArray
    ? value.map((item) => write(item, layout, inner))
    : names(value, layout).map((name) => {
        const member = (value as Record<string, unknown>)[name]
        return writeText(name, layout) + layout.colon + write(member, layout, inner)
      })
  const [open, close] = isArray ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return open + close
  if (layout.unit === null) return open + parts.join(layout.comma) + close
  const line = layout.eol + inner
  return open + line + parts.join(',' + line) + layout.eol + indent + close
}

/** As Python writes it. */
function writeNumber(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1e-4) return JSON.stringify(value)
  return value.toExponential().replace(/e-(\d)$/, 'e-0$1')
}

function names(value: object, { order }: Layout): string[] {
  const sorted = Object.keys(value).sort()
  return order === 'sorted' ? sorted : sorted.reverse()
}

function writeText(text: string, { ascii }: Layout): string {
  const quoted = JSON.stringify(text)
  if (!ascii) return quoted
  return quoted.replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** Source and stream text as one string. */
function joined(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const isText = ['source', 'text', 'text/plain', 'text/html'].includes(name)
    return isText ? value.join('') : value.map((item) => joined(item))
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, joined(member, key)]))
}
