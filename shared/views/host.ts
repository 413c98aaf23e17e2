import type { Client } from '../api/client.ts'

/** What a panel or a browser's tab shows. */
export type Page =
  | { kind: 'runs'; experiment?: string }
  | { kind: 'run'; id: string }
  | { kind: 'compare'; ids: readonly string[] }
  /** All studies; one of them; the form for a new one of a notebook (relative to the project). */
  | { kind: 'studies' }
  | { kind: 'study'; id: string }
  | { kind: 'tune'; notebook: string }
  /** What was found in a frame or file; without an id the list of all that were looked at. */
  | { kind: 'data'; id?: string }
  /** All models that answer requests; one of them. */
  | { kind: 'deployments' }
  | { kind: 'deployment'; name: string }

/** What a host (an editor's panel, a browser's tab) does for the views. */
export interface ViewHost {
  /** Shows another page: in this place or in a panel of its own, as the host likes. */
  open(page: Page): void
  /** Opens an address outside of the views. */
  openLink(address: string): void
  /** Shows a cell of a notebook; undefined where there is no editor. */
  openCell?(place: { notebook: string; cell: string | null }): void
  /** Puts code into a new cell below a cell; undefined where there is no editor. */
  insertCode?(place: { notebook: string; cell: string | null; code: string }): void
  /** Lets the user keep a file. */
  save(file: { name: string; mime: string; content: Uint8Array<ArrayBuffer> }): void
  /** What `keep` kept last for this page; undefined the first time. */
  kept(): unknown
  /** Keeps the state of this page (columns, order, filter) for the next time it opens. Plain data. */
  keep(state: unknown): void
  /** Whether nothing may be changed: buttons that change something are not shown. */
  readonly readOnly: boolean
  /** Whether this page is all there is, as in a file: no other runs can be asked for. */
  readonly isAlone?: boolean
}

/** What every page gets, and nothing else. */
export interface PageParts {
  client: Client
  host: ViewHost
}
