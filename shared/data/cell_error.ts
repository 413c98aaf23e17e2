import { cellColumns, type CellError, type CellTable } from './cell_column.ts'
import { dependencyErrors } from './cell_error_dependency.ts'
import { formatErrors } from './cell_error_format.ts'
import { gluedErrors } from './cell_error_glued.ts'
import { missingConventions, missingErrors } from './cell_error_missing.ts'
import { outlierErrors } from './cell_error_outlier.ts'
import { typoErrors } from './cell_error_typo.ts'

export type { CellError, CellTable } from './cell_column.ts'

/**
 * Finds the cells of a table that are probably wrong, without labels, rules or configuration: what a column or a pair of
 * columns does nearly always is taken as meant, and what breaks it as an error. At most one error a cell, the surest;
 * ordered by row and column. Never fails.
 */
export function findCellErrors(table: CellTable): CellError[] {
  const columns = cellColumns(table)
  const conventions = missingConventions(columns)
  const all = [
    ...dependencyErrors(columns),
    ...gluedErrors(columns),
    ...columns.flatMap((column) => [
      ...missingErrors(column, conventions),
      ...formatErrors(column),
      ...outlierErrors(column),
      ...typoErrors(column),
    ]),
  ]
  const best = new Map<number, CellError>()
  for (const error of all) {
    const key = error.row * columns.length + error.column
    const other = best.get(key)
    if (other === undefined || other.confidence < error.confidence) best.set(key, error)
  }
  return [...best].sort(([a], [b]) => a - b).map(([, error]) => error)
}
