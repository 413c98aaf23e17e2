import { type CellColumn, type CellError, quoted } from './cell_column.ts'

/**
 * Cells that hold their own value and that of a column which is empty in this row: city "Bend OR" and no state.
 * Both cells are wrong.
 */
export function gluedErrors(columns: readonly CellColumn[]): CellError[] {
  const errors: CellError[] = []
  for (const other of columns) {
    const rows = other.codes.length
    const emptyCode = other.values.indexOf('')
    // PG-13 holds no rating of 13 points: a number at the end is a name's own.
    const numbers = other.types.filter((type) => type === 'integer' || type === 'number').length
    if (numbers > other.types.length * 0.5) continue
    // A column that is mostly empty says nothing about what should stand in it, nor do values that never repeat.
    if (emptyCode < 0 || other.filled < rows * 0.5 || other.distinct > other.filled * 0.3) continue
    const domain = new Set(
      other.values.filter((value, code) => value !== '' && (other.counts[code] ?? 0) >= 2),
    )
    for (const column of columns) {
      if (column === other || column.distinct < 3) continue
      const own = new Set(column.values)
      const glued = column.values.map((value) => partOf(value, domain, own))
      // What remains is a value of its own somewhere, at least sometimes: else the end only happens to be one.
      const parts = glued.filter((part) => part !== undefined)
      if (parts.filter(({ rest }) => own.has(rest)).length < parts.length * 0.25) continue
      other.codes.forEach((code, row) => {
        const part = code === emptyCode ? glued[column.codes[row] ?? 0] : undefined
        if (part === undefined) return
        const value = column.values[column.codes[row] ?? 0] ?? ''
        errors.push(
          {
            row,
            column: column.at,
            kind: 'glued',
            why: `${quoted(value)} holds the value of ${other.name} too`,
            confidence: 0.9,
            suggestion: part.rest,
          },
          {
            row,
            column: other.at,
            kind: 'glued',
            why: `empty, and ${quoted(part.end)} stands in ${column.name}`,
            confidence: 0.9,
            suggestion: part.end,
          },
        )
      })
    }
  }
  return errors
}

function partOf(
  value: string,
  domain: ReadonlySet<string>,
  own: ReadonlySet<string>,
): { rest: string; end: string } | undefined {
  const match = /^(.+?)[\s,;/|-]+(\S+)$/.exec(value)
  const [, rest = '', end = ''] = match ?? []
  return match !== null && domain.has(end) && !own.has(end) ? { rest, end } : undefined
}
