import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Client } from '../../shared/api/client.ts'
import { Bag } from '../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../daemon/project.ts'
import { openTab, startBrowser, type Tab } from './browser.ts'

/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']

/** Pages of a real daemon in a real browser, for the tests of a suite. */
export interface ShownPages {
  readonly project: DaemonProject
  readonly client: Client
  /** Opens a page (`runs`, `study/ID`) in a tab of its own; the one before goes. */
  open(what: string, access?: 'all' | 'read'): Promise<Page>
  /** Opens any address in its place. */
  openAddress(url: string): Promise<Page>
  /** A line to the daemon that came after one was killed. */
  connectAnew(): Promise<Client>
  /** Takes a picture of the open page in both themes, where pictures are wanted. */
  picture(name: string): Promise<void>
}

/**
 * Has the suite that calls it show pages: skipped where there is no browser, closed after it, and each test fails if
 * its page complained of anything (an error, refused content, a request to elsewhere).
 * @param fill what stands in the project before its daemon starts
 */
export function showPages(fill: (project: DaemonProject) => void): ShownPages {
  const bag = new Bag()
  let project: DaemonProject
  let client: Client
  let browser: Browser
  let tab: Tab | null = null

  before(async function () {
    this.timeout(180_000)
    browser = await startBrowser(this)
    bag.add(() => browser.close())
    project = makeDaemonProject()
    bag.add(() => project.close())
    fill(project)
    client = await project.client()
    bag.add(() => client.close())
  })
  after(() => bag.close())
  afterEach(async () => {
    const last = tab
    tab = null
    await last?.page.context().close()
    assert.deepEqual(last?.complaints ?? [], [])
  })

  async function openAddress(url: string): Promise<Page> {
    await tab?.page.context().close()
    tab = await openTab(browser, url)
    return tab.page
  }

  return {
    openAddress,
    connectAnew: async () => (client = await project.client()),
    get project() {
      return project
    },
    get client() {
      return client
    },
    async open(what, access = 'all') {
      const { url } = await client.call('daemon.pageLink', { access, page: what })
      return openAddress(url)
    },
    async picture(name) {
      if (pictures === undefined || tab === null) return
      mkdirSync(pictures, { recursive: true })
      for (const colorScheme of ['light', 'dark'] as const) {
        await tab.page.emulateMedia({ colorScheme })
        // Charts draw themselves anew in the other colours.
        await tab.page.waitForTimeout(400)
        await tab.page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) })
      }
    },
  }
}
