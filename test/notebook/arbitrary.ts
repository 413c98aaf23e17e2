import fc from 'fast-check'

/** A cell as a file has it, text in lines. */
export interface FileCell {
  cell_type: string
  metadata: Record<string, unknown>
  source: string[]
  id?: string
  outputs?: FileOutput[]
  execution_count?: number | null
}

/** An output as a file has it. */
export type FileOutput = { output_type: string } & Record<string, unknown>

/** A notebook as a file has it. */
export interface FileNotebook {
  cells: FileCell[]
  metadata: Record<string, unknown>
  nbformat: number
  nbformat_minor: number
}

/** Text with line ends, quotes, colours, characters of every plane, and things that look like JSON. */
export const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\n',
        '\r\n',
        '\\',
        '"',
        '\\n',
        '\\u00e9',
        '\u001b[31m',
        'é',
        '漢',
        '😀',
        '\u2028',
        '\x85',
        '\t',
      ),
      fc.constantFrom(
        '{"cells": []}',
        '],',
        '},',
        'x = 1',
        '#',
        ' ',
        'null',
        '\u0007',
        '\u007f',
        '__proto__',
      ),
      fc.string({ maxLength: 8, unit: 'binary' }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))

/** Lines as Python's splitlines cuts them, by another way than the one under test. */
export function pythonLines(text: string): string[] {
  const lines: string[] = []
  let line = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    line += char
    if (char === '\r' && text.charAt(i + 1) === '\n') continue
    if ('\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029'.includes(char)) {
      lines.push(line)
      line = ''
    }
  }
  return line === '' ? lines : [...lines, line]
}

const anyLines = anyText.map(pythonLines)

const anyValue = fc.jsonValue({ maxDepth: 3 })

const anyMetadata = fc.dictionary(
  fc.constantFrom('a', 'b', 'tags2', 'ü', 'colour', '__proto__', ''),
  anyValue,
  {
    maxKeys: 3,
  },
)

const anyData = fc.record(
  {
    'text/plain': anyLines,
    'text/html': anyLines,
    'image/png': fc.base64String({ maxLength: 40 }),
    'application/json': anyValue,
    'application/vnd.x+json': anyValue,
  },
  { requiredKeys: ['text/plain'] },
)

/** Any output. */
export const anyFileOutput: fc.Arbitrary<FileOutput> = fc.oneof(
  fc.record({
    output_type: fc.constant('stream'),
    name: fc.constantFrom('stdout', 'stderr'),
    text: anyLines,
  }),
  fc.record({ output_type: fc.constant('display_data'), data: anyData, metadata: anyMetadata }),
  fc.record({
    output_type: fc.constant('execute_result'),
    data: anyData,
    metadata: anyMetadata,
    execution_count: fc.option(fc.nat(999)),
  }),
  fc.record({
    output_type: fc.constant('error'),
    ename: fc.constant('ValueError'),
    evalue: anyText,
    traceback: fc.array(anyText, { maxLength: 3 }),
  }),
)

const anyCode = fc.record({
  cell_type: fc.constant('code'),
  metadata: anyMetadata,
  source: anyLines,
  outputs: fc.array(anyFileOutput, { maxLength: 3 }),
  execution_count: fc.option(fc.nat(999)),
})

const anyProse = fc.record({
  cell_type: fc.constantFrom('markdown', 'raw'),
  metadata: anyMetadata,
  source: anyLines,
})

/** Any valid notebook of nbformat 4.0 to 4.5. */
export const anyNotebook: fc.Arbitrary<FileNotebook> = fc
  .record({
    cells: fc.array(fc.oneof<fc.Arbitrary<FileCell>[]>(anyCode, anyProse), { maxLength: 5 }),
    metadata: anyMetadata,
    nbformat: fc.constant(4),
    nbformat_minor: fc.integer({ min: 0, max: 5 }),
  })
  .map((notebook) => {
    if (notebook.nbformat_minor < 5) return notebook
    return { ...notebook, cells: notebook.cells.map((cell, i) => ({ ...cell, id: `cell-${i}` })) }
  })
