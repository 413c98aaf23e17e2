import type { Page } from '../../shared/views/host.ts'

/** What a page is told in its HTML. */
export interface PageSetup {
  root: string
  page: Page
}

/** What VS Code keeps of a panel over a reload of the window. */
export type PageState = PageSetup

/** From a page's script to the extension. */
export type FromPage =
  /** First of all, whenever the script begins: what it subscribed before counts no more. */
  | { kind: 'begin' }
  /** A message of the page's client to the daemon. */
  | { kind: 'wire'; text: string }
  | { kind: 'open'; page: Page }
  | { kind: 'link'; address: string }
  | { kind: 'cell'; notebook: string; cell: string | null }
  | { kind: 'insert'; notebook: string; cell: string | null; code: string }
  | { kind: 'save'; name: string; content: Uint8Array }
  | { kind: 'keep'; state: unknown }

/** From the extension to a page's script. */
export type ToPage =
  | { kind: 'wire'; text: string }
  /** Answer to `begin`: what this kind of page kept last in this workspace. */
  | { kind: 'kept'; state: unknown }
