import assert from 'node:assert/strict'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

const pictures = process.env['DAYBOOK_PICTURES']
const examples = join(import.meta.dirname, '../../../examples')

/** A new user's way in the real window, from the example to a comparison, with the tab closed in the middle. */
describe("a new user's way through JupyterLab", function () {
  this.timeout(10 * 60_000)
  let lab: Lab
  let browser: Browser
  let page: Page
  const closers: (() => Promise<void>)[] = []

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    closers.push(() => lab.close())
    browser = await openBrowser()
    closers.push(() => browser.close())
    mkdirSync(join(lab.folder, 'census', '.git'), { recursive: true })
    for (const name of ['income.ipynb', 'adult.parquet'])
      cpSync(join(examples, name), join(lab.folder, 'census', name))
    page = await open()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })
  after(async () => {
    for (const close of closers.reverse()) await close()
  })

  it('opens the example, runs it, and sees a run and what was found in its data', async () => {
    await page.locator('.jp-SideBar [data-id="daybook-sidebar"]').click()
    await page.waitForSelector('text=No runs yet')
    await runAll()
    await page.locator('.daybook-sidebar li', { hasText: 'running' }).first().waitFor()
    await page.locator('.daybook-section-data li').first().waitFor()
    await shown('notebook')
  })

  it('closes the tab while it trains, and finds everything when it comes back', async () => {
    await page.close()
    page = await open()
    await page
      .locator('.daybook-sidebar li', { hasText: /0\.8\d+/ })
      .first()
      .waitFor()
    await page
      .locator('.daybook-footer', { hasText: /\d runs? · / })
      .first()
      .waitFor()
    const last = page.locator('.jp-CodeCell', { hasText: 'verdict = "a real gain"' })
    await last.locator('.jp-OutputArea', { hasText: 'Right for 8' }).waitFor()
  })

  it('opens the table, and compares two runs', async () => {
    await page.getByRole('button', { name: 'Table', exact: true }).click()
    const table = page.locator('daybook-runs-table')
    await table.getByRole('row').nth(2).waitFor()
    await shown('table')
    const runs = page.getByRole('list', { name: 'Runs, the newest first' }).getByRole('button')
    const count = await runs.count()
    assert.ok(count >= 2, `${count} runs`)
    for (const at of [0, 1]) await runs.nth(at).click({ modifiers: ['Control'] })
    await page.locator('.daybook-sidebar').getByRole('button', { name: 'Compare', exact: true }).click()
    await page.locator('daybook-compare-page').getByText('Parameters').first().waitFor()
    await shown('compare')
  })

  async function open(): Promise<Page> {
    const opened = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    opened.setDefaultTimeout(120_000)
    await opened.goto(lab.page('lab/tree/census/income.ipynb'))
    await opened.waitForSelector('.jp-Notebook .jp-CodeCell')
    await opened.waitForSelector('text=Python 3 (ipykernel) |')
    return opened
  }

  async function runAll(): Promise<void> {
    await page.waitForSelector('text=Python 3 (ipykernel) | Idle')
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
  }

  /** In both themes. */
  async function shown(name: string): Promise<void> {
    for (const theme of ['Dark', 'Light']) {
      await page.getByRole('menuitem', { name: 'Settings', exact: true }).click()
      await page.locator('.lm-Menu-item[data-type="submenu"]', { hasText: /^Theme$/ }).hover()
      await page.locator('.lm-Menu-item', { hasText: new RegExp(`^JupyterLab ${theme}$`) }).click()
      await page.locator(`body[data-jp-theme-light="${theme === 'Light'}"]`).waitFor({ state: 'attached' })
      await picture(`${name}-${theme.toLowerCase()}`)
    }
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `jupyterlab-tour-${name}.png`) })
  }
})
