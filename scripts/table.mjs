/**
 * One comparison as the cells of a table's row.
 * @param {import('../bench/bench.ts').BenchRow} row
 */
export function toCells({ what, ours, peer, aim, reached }) {
  const ratio = peer === undefined ? '' : formatNumber(ours.value / peer.value)
  const mark = reached === undefined ? '' : reached ? 'reached' : 'missed'
  return [
    what,
    measured(ours),
    peer === undefined ? '' : `${measured(peer)} ${peer.name}`,
    ratio,
    aim ?? '',
    mark,
  ]
}

/**
 * An aligned table of texts.
 * @param {string[]} titles
 * @param {string[][]} rows
 */
export function formatTable(titles, rows) {
  const all = [titles, titles.map((title) => '-'.repeat(title.length)), ...rows]
  const widths = titles.map((_, at) => Math.max(...all.map((cells) => cells[at]?.length ?? 0)))
  return all
    .map((cells) =>
      cells
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** @param {import('../bench/bench.ts').Measurement} measurement */
function measured({ value, unit }) {
  return `${formatNumber(value)} ${unit}`
}

/** Three digits that count, thousands apart. @param {number} value */
function formatNumber(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
