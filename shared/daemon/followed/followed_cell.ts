import { TrackedCell } from '../cells/tracked_cell.ts'
import type { CellRow } from '../cells/cell_rows.ts'

/** One execution on a Jupyter server's kernel, as far as iopub tells. */
export class FollowedCell extends TrackedCell {
  /** The page that asked for it; null if that is not known. */
  page: string | null = null
  /** Whether it is kept in the store: only what belongs to a cell is. */
  isKept: boolean

  constructor(row: CellRow, isKept: boolean) {
    super(row, true)
    this.isKept = isKept
  }
}
