/** Colours on a dark ground; each has a contrast of at least 4.5 to it (WCAG 2.1, AA). */
const colours = {
  plain: '#d7dae0',
  bold: '#ffffff',
  dim: '#949ba8',
  red: '#ff8080',
  green: '#7ddc9a',
  yellow: '#ecc94b',
  cyan: '#76d3e8',
}
const ground = '#1b1e24'

/** Size of a letter's cell and of the margin, in pixels. */
const cell = { width: 7.8, height: 18 }
const margin = 16

/**
 * A terminal as a picture, in letters that stay letters: it scales, and can be searched and read aloud.
 * @param {import('./screen.mjs').Span[][]} lines
 */
export function renderSvg(lines) {
  const columns = Math.max(...lines.map((spans) => countLetters(spans.map(({ text }) => text).join(''))))
  const width = Math.round(columns * cell.width + 2 * margin)
  const height = Math.round(lines.length * cell.height + 2 * margin)
  const rows = lines
    .map((spans, row) => renderLine(spans, margin + (row + 0.75) * cell.height))
    .filter(Boolean)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<rect width="100%" height="100%" rx="8" fill="${ground}"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="13">
${rows.join('\n')}
</g>
</svg>
`
}

/**
 * Each piece between wide gaps gets its place and length, so that columns stay columns in any font, and no
 * viewer can swallow the blanks.
 * @param {import('./screen.mjs').Span[]} spans
 * @param {number} y
 */
function renderLine(spans, y) {
  let column = 0
  let line = ''
  for (const { text, style } of spans) {
    const weight = style === 'bold' ? ' font-weight="bold"' : ''
    for (const piece of text.matchAll(/\S+(?: \S+)*/gu)) {
      const x = margin + (column + countLetters(text.slice(0, piece.index))) * cell.width
      const length = countLetters(piece[0]) * cell.width
      const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" textLength="${length.toFixed(1)}"`
      line += `<text ${place} fill="${colours[style]}"${weight}>${escapeXml(piece[0])}</text>`
    }
    column += countLetters(text)
  }
  return line
}

/** @param {string} text */
function countLetters(text) {
  return Array.from(text).length
}

/** @param {string} text */
function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
