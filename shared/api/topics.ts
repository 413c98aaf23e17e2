import type { JournalEntry } from '../kernel/kernel.ts'
import type { CellNews } from './cell_methods.ts'
import type { CommNews } from './comm_methods.ts'

/** What the daemon says unasked. State topics carry a version: the client then asks for its window. */
export interface StateTopics {
  'runs.changed': { version: number }
  'experiments.changed': { version: number }
  'models.changed': { version: number }
  'deployments.changed': { version: number }
  'kernels.changed': { version: number }
  'notebooks.changed': { version: number }
  'studies.changed': { version: number }
  'data.changed': { version: number }
  'audit.changed': { version: number }
  'drift.changed': { version: number }
  'alerts.changed': { version: number }
  'retraining.changed': { version: number }
}

/** Log topics: everything after the cursor, in order, each once, then what comes. */
export interface LogTopics {
  /** One kernel's journal; `of` is the kernel's id, the cursor its last seen `seq`. */
  'kernel.journal': JournalEntry
  /** What the cells of one notebook do and show; `of` is the notebook. It begins anew whatever the cursor says. */
  'notebook.cells': CellNews
  /**
   * The same of a notebook whose kernel is a Jupyter server's, without what the page that listens asked for itself:
   * `of` is the page's name, a blank, and the notebook.
   */
  'notebook.followed': CellNews
  /** How the widgets of a notebook's kernel change; `of` is the notebook. It begins anew whatever the cursor says. */
  'notebook.comms': CommNews
}

/** Names of the state topics, for whoever must list them. */
export const stateTopics = [
  'runs.changed',
  'experiments.changed',
  'models.changed',
  'deployments.changed',
  'kernels.changed',
  'notebooks.changed',
  'studies.changed',
  'data.changed',
  'audit.changed',
  'drift.changed',
  'alerts.changed',
  'retraining.changed',
] as const satisfies readonly (keyof StateTopics)[]
