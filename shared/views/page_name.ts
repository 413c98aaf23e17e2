import type { Page } from './host.ts'

/** How a page is called in an address: its kind, and what it is about behind a slash. */
export function addressOf(page: Page): string {
  const about = aboutOf(page)
  return about === null ? `#/${page.kind}` : `#/${page.kind}/${about.map(encodeURIComponent).join(',')}`
}

/** The page of an address; the table of runs for one that means nothing. */
export function parsePage(hash: string): Page {
  const [, kind = '', rest = ''] = /^#?\/?([^/]*)\/?(.*)$/s.exec(hash) ?? []
  const about = rest === '' ? [] : rest.split(',').map(decodeURIComponent)
  const [first] = about
  switch (kind) {
    case 'run':
    case 'study':
      return first === undefined ? { kind: 'runs' } : { kind, id: first }
    case 'compare':
      return about.length === 0 ? { kind: 'runs' } : { kind, ids: about }
    case 'tune':
      return first === undefined ? { kind: 'studies' } : { kind, notebook: first }
    case 'deployment':
      return first === undefined ? { kind: 'deployments' } : { kind, name: first }
    case 'data':
      return first === undefined ? { kind } : { kind, id: first }
    case 'studies':
    case 'deployments':
      return { kind }
    default:
      return first === undefined ? { kind: 'runs' } : { kind: 'runs', experiment: first }
  }
}

/** What a tab or panel is called until more is known. */
export function titleOf(page: Page): string {
  switch (page.kind) {
    case 'runs':
      return page.experiment === undefined ? 'Runs' : `Runs of ${page.experiment}`
    case 'run':
      return 'Run'
    case 'compare':
      return `Compare ${page.ids.length} Runs`
    case 'studies':
      return 'Studies'
    case 'study':
      return 'Study'
    case 'tune':
      return `Tune ${page.notebook.split('/').at(-1) ?? ''}`
    case 'data':
      return 'Data'
    case 'deployments':
      return 'Deployments'
    case 'deployment':
      return `Deployment ${page.name}`
  }
}

function aboutOf(page: Page): readonly string[] | null {
  switch (page.kind) {
    case 'runs':
      return page.experiment === undefined ? null : [page.experiment]
    case 'run':
    case 'study':
      return [page.id]
    case 'compare':
      return page.ids
    case 'tune':
      return [page.notebook]
    case 'data':
      return page.id === undefined ? null : [page.id]
    case 'deployment':
      return [page.name]
    case 'studies':
    case 'deployments':
      return null
  }
}
