import type { Client } from '../api/client.ts'
import type { Page } from './host.ts'

/**
 * The name of the run, study, file or frame that a page is about. Null for a page that is about no single one, and
 * where the daemon cannot tell: the page itself says why then.
 */
export async function subjectOf(daemon: Pick<Client, 'call'>, page: Page): Promise<string | null> {
  try {
    if (page.kind === 'run') return (await daemon.call('runs.get', { id: page.id })).name
    if (page.kind === 'study') return (await daemon.call('studies.get', { id: page.id })).name
    if (page.kind !== 'data' || page.id === undefined) return null
    const { name } = await daemon.call('data.report', { id: page.id })
    return name.split(/[/\\]/).at(-1) ?? name
  } catch {
    return null
  }
}
