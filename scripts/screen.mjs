/** @typedef {'plain' | 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'} Style */
/** @typedef {{ text: string, style: Style }} Span a piece of a line that looks the same throughout */

/** Codes of SGR sequences (ECMA-48, 8.3.117) that our programs use. */
const styles = /** @type {Record<string, Style>} */ ({
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  36: 'cyan',
})

/**
 * What stands on the screen after a program has written this: lines of spans. Knows what our programs use:
 * colours, return to the line's begin, erasing of a line. Overwritten progress lines are gone, as on a screen.
 * @param {string} output
 * @returns {Span[][]}
 */
export function readScreen(output) {
  const text = output.replaceAll('\r\n', '\n').trimEnd()
  return text.split('\n').map((line) => readLine(line))
}

/** @param {string} line @returns {Span[]} */
function readLine(line) {
  /** @type {{ letter: string, style: Style }[]} */
  let cells = []
  let at = 0
  /** @type {Style} */
  let style = 'plain'
  for (const [token, code, command] of line.matchAll(/\x1b\[([\d;]*)([A-Za-z])|\r|./gsu)) {
    if (token === '\r') at = 0
    else if (command === 'm') style = styles[code ?? ''] ?? 'plain'
    else if (command === 'K') cells = code === '2' ? [] : cells.slice(0, at)
    else if (command === undefined) cells[at++] = { letter: token, style }
  }
  /** @type {Span[]} */
  const spans = []
  for (const cell of cells) {
    const { letter, style: looks } = cell ?? { letter: ' ', style: 'plain' }
    const last = spans.at(-1)
    if (last?.style === looks) last.text += letter
    else spans.push({ text: letter, style: looks })
  }
  return spans
}
