import type { Row, Store } from '../../store/store.ts'

/** An execution that an editor asked for, as it is kept over the daemon's life. What it shows stands in the journal. */
export interface CellRow {
  /** The msg_id of its request. */
  id: string
  kernelId: string
  notebook: string
  cell: string
  askedMs: number
  /** It ended, or will never begin. */
  ended: boolean
  /** Revision that an editor shows; 0 for none. */
  applied: number
  /** Revision that an editor has saved, or that its user wants no more; 0 for none. */
  confirmed: number
}

/** So many executions of one kernel are kept, for late outputs and updates of their displays. */
const keptPerKernel = 2000

/** Notes executions that were just put into the queue, in their order. */
export function addCellRows(store: Store, rows: readonly CellRow[]): void {
  store.transaction(() => {
    for (const { id, kernelId, notebook, cell, askedMs } of rows) {
      store.run(
        'INSERT INTO cell_execution (id, kernel_id, notebook, cell, asked_ms) VALUES (?, ?, ?, ?, ?)',
        id,
        kernelId,
        notebook,
        cell,
        askedMs,
      )
    }
    const [first] = rows
    if (first === undefined) return
    store.run(
      `DELETE FROM cell_execution WHERE kernel_id = ?1 AND ended = 1 AND confirmed > 0 AND seq <=
       (SELECT max(seq) FROM cell_execution WHERE kernel_id = ?1) - ${keptPerKernel}`,
      first.kernelId,
    )
  })
}

/** All executions of a kernel that are kept, in the order in which they were asked for. */
export function cellRowsOfKernel(store: Store, kernelId: string): CellRow[] {
  return store.all('SELECT * FROM cell_execution WHERE kernel_id = ? ORDER BY seq', kernelId).map(toRow)
}

/** How the ids of kernels begin that a Jupyter server owns and we only follow. */
export const followedPrefix = 'jupyter-'

/**
 * Executions of a notebook that no editor has saved, in their order: on kernels of this project, whichever they were,
 * or on those of Jupyter servers. The two are never mixed: each is shown by the editor that asked for it.
 */
export function unconfirmedRows(store: Store, notebook: string, isFollowed = false): CellRow[] {
  return store
    .all('SELECT * FROM cell_execution WHERE notebook = ? AND confirmed = 0 ORDER BY seq', notebook)
    .map(toRow)
    .filter(({ kernelId }) => kernelId.startsWith(followedPrefix) === isFollowed)
}

/** Kernels on which cells were asked for that have not ended. */
export function kernelsWithOpenCells(store: Store): string[] {
  return store
    .all('SELECT DISTINCT kernel_id FROM cell_execution WHERE ended = 0')
    .map((row) => row['kernel_id'] as string)
    .filter((id) => !id.startsWith(followedPrefix))
}

/** Writes what changed of an execution. */
export function saveCellRow(store: Store, { id, ended, applied, confirmed }: CellRow): void {
  store.run(
    'UPDATE cell_execution SET ended = ?, applied = ?, confirmed = ? WHERE id = ?',
    ended ? 1 : 0,
    applied,
    confirmed,
    id,
  )
}

/** What editors showed of a notebook is saved, or not wanted; of kernels that are gone. Null: all that was applied. */
export function confirmRows(store: Store, notebook: string, ids: readonly string[] | null): string[] {
  const rows = unconfirmedRows(store, notebook).filter(
    ({ id, ended, applied }) => ended && (ids === null ? applied > 0 : ids.includes(id)),
  )
  for (const row of rows) saveCellRow(store, { ...row, confirmed: Math.max(row.applied, 1) })
  return rows.map(({ id }) => id)
}

/** The notebook that a kernel belongs to is called otherwise. */
export function renameRowsOfKernel(store: Store, kernelId: string, notebook: string): void {
  store.run('UPDATE cell_execution SET notebook = ? WHERE kernel_id = ?', notebook, kernelId)
}

/** An editor shows an execution of a kernel that is gone. */
export function applyRow(store: Store, id: string, revision: number): void {
  store.run('UPDATE cell_execution SET applied = max(applied, ?) WHERE id = ?', revision, id)
}

/** Lets go of what a kernel that is gone has no use for any more: all but what was not saved yet. */
export function dropConfirmedRows(store: Store, kernelId: string): void {
  store.run('DELETE FROM cell_execution WHERE kernel_id = ? AND ended = 1 AND confirmed > 0', kernelId)
}

/** Gives a notebook's executions and its kernel to another name. */
export function renameNotebook(store: Store, from: string, to: string): void {
  store.transaction(() => {
    store.run('UPDATE cell_execution SET notebook = ? WHERE notebook = ?', to, from)
    store.run('DELETE FROM notebook_kernel WHERE notebook = ?', to)
    store.run('UPDATE notebook_kernel SET notebook = ? WHERE notebook = ?', to, from)
  })
}

/** The kernel that was chosen for a notebook last: its name, and the id of the one that ran. */
export function rememberedKernel(
  store: Store,
  notebook: string,
): { name: string; kernelId: string | null } | null {
  const row = store.get('SELECT name, kernel_id FROM notebook_kernel WHERE notebook = ?', notebook)
  return row === undefined
    ? null
    : { name: row['name'] as string, kernelId: row['kernel_id'] as string | null }
}

/** Remembers a choice. */
export function rememberKernel(store: Store, notebook: string, chosen: { name: string; id: string }): void {
  store.run(
    `INSERT INTO notebook_kernel (notebook, name, kernel_id) VALUES (?, ?, ?)
     ON CONFLICT (notebook) DO UPDATE SET name = excluded.name, kernel_id = excluded.kernel_id`,
    notebook,
    chosen.name,
    chosen.id,
  )
}

function toRow(row: Row): CellRow {
  return {
    id: row['id'] as string,
    kernelId: row['kernel_id'] as string,
    notebook: row['notebook'] as string,
    cell: row['cell'] as string,
    askedMs: Number(row['asked_ms']),
    ended: row['ended'] === 1,
    applied: Number(row['applied']),
    confirmed: Number(row['confirmed']),
  }
}
