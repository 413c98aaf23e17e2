import type { Browser, Page } from 'playwright-core'
import { until } from '../../until.ts'
import { stagedExtension, type EditorServer } from './editor.ts'
import { runCommand } from './palette.ts'

/** A window of the real VS Code, with our extension in it. */
export interface EditorWindow {
  page: Page
  /** Runs a command by its title, as a user does through the palette. */
  command(title: string): Promise<void>
  /** Opens a notebook of the folder by its name. */
  openNotebook(name: string): Promise<void>
  /** Waits until a text can be seen. */
  visible(text: string | RegExp): Promise<void>
  /** Reloads the window. */
  reload(): Promise<void>
  /** Closes the window, as closing the browser's tab does. */
  close(): Promise<void>
}

/** What a window shows. */
export interface WindowOptions {
  server: EditorServer
  browser: Browser
  folder: string
}

/** Opens a window with the extension loaded from dist/vscode. */
export async function openWindow({ server, browser, folder }: WindowOptions): Promise<EditorWindow> {
  // One profile for all windows of a browser: VS Code keeps there what was open and chosen.
  const context =
    browser.contexts()[0] ?? (await browser.newContext({ viewport: { width: 1300, height: 850 } }))
  const page = await context.newPage()
  page.setDefaultTimeout(90_000)
  const remote = `vscode-remote://127.0.0.1:${server.port}`
  const payload = [['extensionDevelopmentPath', `${remote}${stagedExtension}`]]
  await page.goto(`${server.url}/?folder=${folder}&payload=${encodeURIComponent(JSON.stringify(payload))}`)
  return windowOn(page)
}

/** The window that is open on a page, as soon as it is there. */
export async function windowOn(page: Page): Promise<EditorWindow> {
  await page.waitForSelector('.monaco-workbench')
  return {
    page,
    command: (title) => runCommand(page, title),
    async openNotebook(name) {
      await page.keyboard.press('Control+P')
      const input = page.locator('.quick-input-widget input.input')
      await input.waitFor()
      // What Enter takes is the row in focus; until the search is done that may be another one, and a search that was
      // done before the file was there is not done again by itself.
      const row = page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).first()
      await until(async () => {
        await input.fill('')
        await input.fill(name)
        return row.waitFor({ timeout: 5000 }).then(
          () => true,
          () => false,
        )
      })
      await page.keyboard.press('Enter')
      await page.locator(`.tab.active[data-resource-name="${name}"]`).first().waitFor()
      await page.locator('.notebookOverlay .monaco-list-row').filter({ visible: true }).first().waitFor()
    },
    visible: (text) => page.getByText(text, { exact: true }).filter({ visible: true }).first().waitFor(),
    async reload() {
      await page.reload()
      await page.waitForSelector('.monaco-workbench')
    },
    close: () => page.close(),
  }
}
