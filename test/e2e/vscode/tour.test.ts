import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FrameLocator, Locator, Page } from 'playwright-core'
import { packageExtension, vsixPath } from '../../../scripts/package-vscode.mjs'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { openBrowser } from '../../chromium.ts'
import { runCommand } from './palette.ts'
import { installExtension, makeEditorFolder, needEditor, startCodeServer } from './editor.ts'

/** Where pictures of each screen go, if anywhere: people look at them, and they stand in the documents. */
const pictures = process.env['DAYBOOK_PICTURES']

/**
 * A new user's way, in the real window: a code-server that has never seen the project, our .vsix installed, a
 * folder with a Python environment and nothing else.
 */
describe("a new user's way through VS Code", function () {
  this.timeout(180_000)
  let project: DaemonProject
  const bag = new Bag()
  let page: Page

  before(async function () {
    needEditor(this)
    await packageExtension()
    project = makeDaemonProject()
    bag.add(() => project.close())
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    await installExtension(folder, vsixPath)
    const server = await startCodeServer({ folder })
    bag.add(() => server.close())
    const browser = await openBrowser()
    bag.add(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(`${server.url}/?folder=${project.root}`)
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && pictures !== undefined) {
      await page.screenshot({ path: join(pictures, `failed-${Date.now()}.png`) })
    }
  })

  it('finds Daybook in the activity bar, with a word of welcome and nothing started', async () => {
    await page.getByRole('tab', { name: 'Daybook' }).first().click()
    await page.getByRole('button', { name: 'Try with Census Data' }).waitFor()
    assert.equal((await project.daybook(['daemon', 'status'])).code, 3)
    await picture('welcome')
  })

  it('opens the example with a kernel picked, runs it, and sees its runs appear', async () => {
    await page.getByRole('button', { name: 'Try with Census Data' }).click()
    await page.locator('.kernel-label', { hasText: '.venv' }).waitFor({ timeout: 60_000 })
    const beganMs = Date.now()
    await command('Notebook: Run All')
    await page
      .getByRole('treeitem', { name: /^Run .*, finished/ })
      .first()
      .waitFor({ timeout: 90_000 })
    console.log(`      first run in the sidebar ${seconds(beganMs)} after Run All, kernel start included`)
    await page
      .getByRole('treeitem', { name: /^Run .*accuracy/ })
      .first()
      .waitFor({ timeout: 120_000 })
    await page.getByRole('treeitem', { name: /^Kernel of income.ipynb, idle/ }).waitFor({ timeout: 60_000 })
    console.log(`      all cells done after ${seconds(beganMs)}`)
    await picture('notebook')
  })

  it('says under a training cell what it recorded', async () => {
    await command('Focus Last Cell')
    await page
      .locator('.cell-statusbar-container', { hasText: /\d runs? · / })
      .first()
      .waitFor()
    await picture('cell')
  })

  it('opens the table of runs, and a run', async () => {
    await command('Daybook: Open Table of Runs')
    await panel().getByRole('row').nth(1).waitFor({ timeout: 30_000 })
    await picture('table')
    await page
      .getByRole('treeitem', { name: /^Run .*, finished/ })
      .first()
      .click()
    await panel()
      .getByText(/test_accuracy 0\.8\d+/)
      .first()
      .waitFor({ timeout: 30_000 })
    await picture('run')
  })

  it('was activated quickly', async () => {
    await command('Developer: Show Running Extensions')
    const row = page.locator('.extension', { hasText: 'Daybook' }).first()
    await row.waitFor()
    const [, ms = ''] = /Activation: (\d+)ms/.exec(await row.innerText()) ?? []
    console.log(`      activation: ${ms} ms of the extension host`)
    assert.ok(Number(ms) > 0)
  })

  const command = (title: string): Promise<void> => runCommand(page, title)

  /** The page in the panel in front. */
  function panel(): FrameLocator {
    return inner(page.locator('iframe.webview:visible').last())
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `vscode-${name}-light.png`) })
    await command('Preferences: Toggle between Light/Dark Themes')
    await page.waitForTimeout(1500)
    await page.screenshot({ path: join(pictures, `vscode-${name}-dark.png`) })
    await command('Preferences: Toggle between Light/Dark Themes')
  }
})

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
}

/** What a webview shows lies in a frame within its frame. */
function inner(webview: Locator): FrameLocator {
  return webview.contentFrame().locator('#active-frame').contentFrame()
}
