import type { TranslationBundle } from '@jupyterlab/translation'
import type { Page } from '../shared/views/host.ts'

/** How JupyterLab names a page of the shared views, and how it is opened. */
export interface PageEntry<P extends Page = Page> {
  /** Label of its tab. */
  title(trans: TranslationBundle, page: P): string
  /** For a page that needs nothing chosen first: it is then in the palette, the Daybook menu and the launcher. */
  command?: PageCommand<P>
}

/** A command that opens a page; `schema/plugin.json` gives it its place in the menu and its keys. */
export interface PageCommand<P extends Page = Page> {
  id: string
  label(trans: TranslationBundle): string
  caption(trans: TranslationBundle): string
  page: P
}

/** Every page of the shared views. A new kind of page is one more entry here. */
export const pages: { readonly [K in Page['kind']]: PageEntry<Extract<Page, { kind: K }>> } = {
  runs: {
    title: (trans) => trans.__('Runs'),
    command: {
      id: 'daybook:open-runs',
      label: (trans) => trans.__('Runs'),
      caption: (trans) => trans.__('All runs of this project as a table'),
      page: { kind: 'runs' },
    },
  },
  run: { title: (trans, { id }) => trans.__('Run %1', id.slice(0, 8)) },
  compare: { title: (trans, { ids }) => trans.__('Compare %1 runs', ids.length) },
  studies: {
    title: (trans) => trans.__('Studies'),
    command: {
      id: 'daybook:open-studies',
      label: (trans) => trans.__('Studies'),
      caption: (trans) => trans.__('All studies of this project: parallel trials with other parameters'),
      page: { kind: 'studies' },
    },
  },
  study: { title: (trans, { id }) => trans.__('Study %1', id.slice(-6)) },
  tune: { title: (trans, { notebook }) => trans.__('Tune %1', notebook.split('/').at(-1) ?? '') },
  data: {
    title: (trans, { id }) => (id === undefined ? trans.__('Data') : trans.__('Data report')),
    command: {
      id: 'daybook:open-data',
      label: (trans) => trans.__('Data'),
      caption: (trans) => trans.__('Frames and files that were looked at, and what was found'),
      page: { kind: 'data' },
    },
  },
  deployments: {
    title: (trans) => trans.__('Deployments'),
    command: {
      id: 'daybook:open-deployments',
      label: (trans) => trans.__('Deployments'),
      caption: (trans) => trans.__('Models of this project that answer requests'),
      page: { kind: 'deployments' },
    },
  },
  deployment: { title: (_trans, { name }) => name },
}

/** The label of a page's tab. */
export function titleOf(trans: TranslationBundle, page: Page): string {
  return (pages[page.kind] as PageEntry).title(trans, page)
}

/** The commands of the pages that need nothing chosen first. */
export function pageCommands(): PageCommand[] {
  return (Object.values(pages) as PageEntry[]).flatMap(({ command }) => command ?? [])
}
