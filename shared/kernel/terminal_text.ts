/**
 * A stream's text as a terminal would leave it, folded while it grows: a carriage return goes back to the line's
 * beginning, a backspace one column, `ESC[K` clears a line, and what follows overwrites. So a progress bar that
 * was drawn ten thousand times is one line. Lines without any of these stay as they came, colours and all.
 *
 * Lines over 10,000 columns are not folded.
 */
export class TerminalText {
  /** Lines that are complete. */
  #closed = ''
  /** The last line while nothing was overwritten in it. */
  #line = ''
  /** The last line once something was. */
  #cells: Cells | null = null

  /** Adds what the stream says next. Sequences may be cut anywhere between two calls. */
  append(text: string): void {
    if (this.#cells === null && !moves.test(text)) {
      const end = text.lastIndexOf('\n') + 1
      if (end === 0) this.#line += text
      else {
        this.#closed += this.#line + text.slice(0, end)
        this.#line = text.slice(end)
      }
      return
    }
    let at = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', at)) {
      this.#extend(text.slice(at, end))
      this.#endLine()
      at = end + 1
    }
    this.#extend(text.slice(at))
  }

  /** The whole text as it looks now. */
  get text(): string {
    return this.#closed + (this.#cells === null ? this.#line : this.#cells.render())
  }

  /** Length of the text, or a little less while a line is being overwritten. */
  get length(): number {
    return this.#closed.length + (this.#cells?.width ?? this.#line.length)
  }

  #extend(text: string): void {
    if (text === '') return
    if (this.#cells === null && (!moves.test(text) || this.#line.length > maxColumns)) {
      this.#line += text
      return
    }
    if (this.#cells === null) {
      this.#cells = new Cells()
      this.#cells.write(this.#line)
      this.#line = ''
    }
    this.#cells.write(text)
    if (this.#cells.width <= maxColumns) return
    this.#line = this.#cells.render()
    this.#cells = null
  }

  #endLine(): void {
    // Windows ends lines with both: that is a line end, and no overwriting.
    const end = this.#cells?.returned === true ? '\r\n' : '\n'
    this.#closed += (this.#cells === null ? this.#line : this.#cells.render()) + end
    this.#line = ''
    this.#cells = null
  }
}

const maxColumns = 10_000

const moves = /[\r\b]/

/** A control sequence of a terminal, or one character. */
const token = /\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[^]/gu

/** The beginning of a sequence whose rest is still to come. */
const unfinished = /\x1b(?:\[[0-9;:?]*|\][^\x07\x1b]{0,1000})?$/

/** One line, column by column. */
class Cells {
  #glyphs: string[] = []
  /** The sequences that give each column its colours: since the last reset, that included. */
  #styles: string[] = []
  #style = ''
  /** Sequences that are neither colour nor motion: they go before the next character. */
  #pending = ''
  #unread = ''
  #column = 0
  /** Whether the last thing that came was a carriage return. */
  returned = false

  get width(): number {
    return this.#glyphs.length
  }

  write(added: string): void {
    const text = this.#unread + added
    this.#unread = unfinished.exec(text)?.[0] ?? ''
    for (const [piece] of text.slice(0, text.length - this.#unread.length).matchAll(token)) this.#take(piece)
  }

  #take(piece: string): void {
    this.returned = piece === '\r'
    if (piece === '\r') this.#column = 0
    else if (piece === '\b') this.#column = Math.max(0, this.#column - 1)
    else if (!piece.startsWith('\x1b') || piece.length === 1) this.#put(piece)
    else if (piece.endsWith('m') && piece.startsWith('\x1b[')) this.#colour(piece)
    else if (piece.endsWith('K') && piece.startsWith('\x1b[')) this.#clear(piece.slice(2, -1))
    else this.#pending += piece
  }

  #put(char: string): void {
    this.#glyphs[this.#column] = this.#pending + char
    this.#styles[this.#column] = this.#style
    this.#pending = ''
    this.#column++
  }

  #colour(sequence: string): void {
    const parameters = sequence.slice(2, -1)
    if (parameters === '' || /^0+$/.test(parameters)) this.#style = reset
    // Somebody who sets colours and never resets them shall not make every column long.
    else this.#style = this.#style.length > 200 ? reset + sequence : this.#style + sequence
  }

  #clear(which: string): void {
    if (which === '1' || which === '2') this.#glyphs.fill(nothing, 0, this.#column)
    if (which === '1') return
    this.#glyphs.length = Math.min(this.#glyphs.length, this.#column)
    this.#styles.length = this.#glyphs.length
  }

  /** The line with as few colour sequences as it takes, ending in the colours that hold for what follows. */
  render(): string {
    let style = ''
    let line = ''
    const end = this.#glyphs.findLastIndex((glyph) => glyph !== nothing) + 1
    this.#glyphs.slice(0, end).forEach((glyph, column) => {
      const wanted = glyph === nothing ? style : (this.#styles[column] ?? '')
      line += change(style, wanted) + (glyph === nothing ? ' ' : glyph)
      style = wanted
    })
    return line + change(style, this.#style) + this.#pending + this.#unread
  }
}

/** A column that was cleared: blank where something stands behind it. */
const nothing = ''

const reset = '\x1b[0m'

function change(from: string, to: string): string {
  if (from === to) return ''
  if (from !== '' && to.startsWith(from)) return to.slice(from.length)
  return to.startsWith(reset) || from === '' ? to : reset + to
}
