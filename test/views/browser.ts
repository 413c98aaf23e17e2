import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { bundleViews } from '../../scripts/views.mjs'
import { needBrowser, openBrowser } from '../chromium.ts'

/** Starts a browser and bundles the pages as they are now; skips where there is no browser. */
export async function startBrowser(context: Mocha.Context): Promise<Browser> {
  needBrowser(context)
  await bundleViews(join(import.meta.dirname, '..', '..', 'dist', 'views'))
  return openBrowser()
}

/** A tab, and what went wrong in it: errors, refused content, requests that went elsewhere. */
export interface Tab {
  page: Page
  complaints: string[]
}

/** Opens an address in a tab of its own. */
export async function openTab(
  browser: Browser,
  url: string,
  options: NonNullable<Parameters<Browser['newPage']>[0]> = {},
): Promise<Tab> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options })
  const complaints: string[] = []
  const own = new URL(url).host
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    // A line that is lost and comes back is told by the browser as an error.
    if (message.type() === 'error' && !/WebSocket|ERR_CONNECTION/.test(message.text())) {
      complaints.push(message.text())
    }
  })
  page.on('request', (request) => {
    const asked = new URL(request.url())
    if (!['data:', 'blob:', 'about:'].includes(asked.protocol) && asked.host !== own)
      complaints.push(request.url())
  })
  await page.goto(url)
  return { page, complaints }
}
