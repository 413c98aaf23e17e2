import type { Store } from '../store/store.ts'
import { findKey } from './key_name.ts'

/** Tag of a run: the notebook that made it, by its path in the project. */
const notebookTag = 'daybook.notebook'

/** A notebook is called otherwise: the runs that it made stay its own. @returns how many these are */
export function renameNotebookOfRuns(store: Store, from: string, to: string): number {
  const key = findKey(store, notebookTag)
  if (key === undefined || from === to) return 0
  // The index holds texts of up to so many letters.
  const indexed = from.length <= 100 ? 'AND length(value) <= 100' : ''
  return store.run(`UPDATE tag SET value = ? WHERE key = ? AND value = ? ${indexed}`, to, key, from)
}
