import { styleText } from 'node:util'

/** How a piece of text looks on a terminal. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Where a command writes. Results go to `out`, progress and warnings to `err`. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  /** Replaces the progress line; nothing where `err` is no terminal. */
  progress(text: string): void
  style(style: Style, text: string): string
  /** Columns of the terminal; 120 where there is none. */
  columns: number
}

/** The process's own terminal. Colours only where output is one, and never with NO_COLOR. */
export function openTerminal(): Terminal {
  const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
  let progressShown = false
  const clear = (): void => {
    if (progressShown) process.stderr.write('\r\x1b[K')
    progressShown = false
  }
  return {
    out: (text) => {
      clear()
      process.stdout.write(text + '\n')
    },
    err: (text) => {
      clear()
      process.stderr.write(text + '\n')
    },
    progress: (text) => {
      if (!process.stderr.isTTY) return
      const width = (process.stderr.columns || 120) - 1
      process.stderr.write('\r\x1b[K' + text.slice(0, width))
      progressShown = text !== ''
    },
    style: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    columns: process.stdout.isTTY ? process.stdout.columns : 120,
  }
}

/** A column of a table in the terminal. */
export interface Column {
  title: string
  align?: 'left' | 'right'
  /** Longer texts are cut with an ellipsis. */
  maxWidth?: number
}

/** Rows of text under titles, each column as wide as it must be. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cut = rows.map((row) => row.map((text, i) => shorten(text, columns[i]?.maxWidth ?? 60)))
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...cut.map((row) => width(row[i] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) => {
        const pad = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(text)))
        return columns[i]?.align === 'right' ? pad + text : text + pad
      })
      .join('  ')
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...cut.map(line)].join('\n')
}

function shorten(text: string, max: number): string {
  const flat = text.replace(/\s+/g, ' ')
  return width(flat) <= max
    ? flat
    : Array.from(flat)
        .slice(0, max - 1)
        .join('') + '…'
}

/** Letters as the terminal counts them: without colour codes, code points rather than UTF-16 units. */
function width(text: string): number {
  return Array.from(text.replace(ansi, '')).length
}

const ansi = new RegExp('\u001b\\[[0-9;]*m', 'g')
