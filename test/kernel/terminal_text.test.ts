import assert from 'node:assert/strict'
import fc from 'fast-check'
import { TerminalText } from '../../shared/kernel/terminal_text.ts'

function fold(...chunks: string[]): string {
  const text = new TerminalText()
  for (const chunk of chunks) text.append(chunk)
  return text.text
}

const red = '\x1b[31m'
const off = '\x1b[0m'

describe('TerminalText', () => {
  const cases: [string, string[], string][] = [
    ['plain lines as they are', ['a\n', 'b', 'c\n'], 'a\nbc\n'],
    ['the last of what was written over one another', ['10%\r', '20%\r', '99%'], '99%'],
    ['the rest of a longer line', ['hello\rHE'], 'HEllo'],
    ['a line that only went back', ['hello\r'], 'hello'],
    ['a carriage return cut from what follows', ['a', '\r', 'b', '\n', 'c'], 'b\nc'],
    ['line ends of Windows', ['a\r\nb\r\n'], 'a\r\nb\r\n'],
    ['line ends of Windows cut in two', ['a\r', '\nb'], 'a\r\nb'],
    ['what was before the line', ['a\nb\rc'], 'a\nc'],
    ['backspaces', ['abc\b\bX'], 'aXc'],
    ['backspaces at the beginning of a line, and not beyond', ['a\n\b\bb'], 'a\nb'],
    ['a spinner', ['|', '\b/', '\b-', '\b\\'], '\\'],
    ['nothing where the line was cleared', ['hello\r\x1b[Kab'], 'ab'],
    ['nothing where the whole line was cleared', ['hello\x1b[2K\rab'], 'ab'],
    ['blanks where the line was cleared to the left', ['hello\b\b\x1b[1KX'], '   Xo'],
    ['characters of two units', ['😀😀\r漢'], '漢😀'],
    ['colours where nothing is overwritten', [`${red}a${off}b\n`], `${red}a${off}b\n`],
    ['colours of what stays', [`${red}aa${off}\rb`], `${off}b${off}${red}a${off}`],
    ['no colour of what is gone', [`${red}aa${off}\rbb`], `${off}bb`],
    ['colours that last into the next line', [`xx\r${red}bb\nc`], `${red}bb\nc`],
    ['a colour cut in two', [`a\r\x1b[3`, `1mb`], `${red}b`],
    ['a link', ['x\r\x1b]8;;http://a\x07b'], '\x1b]8;;http://a\x07b'],
    [
      'a bar in colour, drawn thrice',
      [`\r${red}#${off}..`, `\r${red}##${off}.`, `\r${red}###${off}`],
      `${off}${red}###${off}`,
    ],
  ]
  for (const [what, chunks, text] of cases) {
    it(`keeps ${what}`, () => assert.equal(fold(...chunks), text))
  }

  const anyStream = fc
    .array(
      fc.constantFrom(
        'a',
        'b',
        'long word',
        '\r',
        '\b',
        '\n',
        '\r\n',
        red,
        off,
        '\x1b[K',
        '\x1b[2K\r',
        '😀',
        '\x1b[1;3',
      ),
      {
        maxLength: 30,
      },
    )
    .map((parts) => parts.join(''))

  it('folds the same however the text is cut into chunks', () => {
    const property = fc.property(anyStream, fc.array(fc.nat({ max: 60 }), { maxLength: 5 }), (text, cuts) => {
      const chunks: string[] = []
      let at = 0
      for (const cut of cuts.sort((a, b) => a - b)) {
        chunks.push(text.slice(at, Math.max(at, cut)))
        at = Math.max(at, cut)
      }
      chunks.push(text.slice(at))
      assert.equal(
        fold(...chunks.filter((chunk) => !/[\ud800-\udbff]$|^[\udc00-\udfff]/.test(chunk))),
        fold(chunks.filter((chunk) => !/[\ud800-\udbff]$|^[\udc00-\udfff]/.test(chunk)).join('')),
      )
    })
    fc.assert(property, { numRuns: 1000 })
  })

  it('shows what a screen shows', () => {
    const property = fc.property(anyStream, (text) => {
      // A sequence that another cuts short is shown as it is by some, and not at all by others.
      const whole = text.replaceAll('\x1b[1;3', '')
      assert.equal(visible(fold(whole)), screen(whole))
    })
    fc.assert(property, { numRuns: 2000 })
  })

  it('stays small under a million redraws, and leaves very long lines alone', () => {
    const bar = new TerminalText()
    for (let i = 0; i < 100_000; i++) bar.append(`\r${i} of many`)
    assert.equal(bar.text, '99999 of many')
    const long = `${'x'.repeat(20_000)}\ry`
    assert.equal(fold('x'.repeat(20_000), '\ry'), long)
  })
})

/** A text without colours and trailing blanks. */
function visible(text: string): string {
  return text
    .replace(/\x1b\[[0-9;]*[a-zA-Z]/g, '')
    .replace(/\x1b\[[0-9;]*$/, '')
    .replaceAll('\r\n', '\n')
}

/** What a screen would show of the text: the plainest of models, without colours. */
function screen(text: string): string {
  const lines: string[] = []
  let cells: string[] = []
  let column = 0
  for (const [token] of text.matchAll(/\x1b\[[0-9;]*[a-zA-Z]|\x1b\[[0-9;]*$|[^]/gu)) {
    if (token === '\n') {
      lines.push(shown(cells))
      cells = []
      column = 0
    } else if (token === '\r') column = 0
    else if (token === '\b') column = Math.max(0, column - 1)
    else if (token === '\x1b[K') cells = cells.slice(0, column)
    else if (token === '\x1b[2K') cells = Array.from({ length: column }, () => cleared)
    else if (!token.startsWith('\x1b')) cells[column++] = token
  }
  return [...lines, shown(cells)].join('\n')
}

/** Stands for a column that was cleared. */
const cleared = '\0'

function shown(cells: readonly string[]): string {
  return cells.join('').replace(/\0+$/, '').replaceAll(cleared, ' ')
}
