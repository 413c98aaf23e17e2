import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { longestHeldMs, noteHeldThreads, writeLargeCsv } from '../large_csv.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']
const examples = join(import.meta.dirname, '../../../examples')
const adult = 'import pandas as pd\n\npeople = pd.read_parquet("adult.parquet")\nlen(people)'

describe('data in the window of JupyterLab, by clicks', function () {
  this.timeout(170_000)
  const bag = new Bag()
  let lab: Lab
  let page: Page

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    bag.add(() => lab.close())
    const folder = join(lab.folder, 'census')
    // The mark of a repository makes it a project.
    mkdirSync(join(folder, '.git'), { recursive: true })
    for (const name of ['adult.parquet', 'bike_hour.csv'])
      copyFileSync(join(examples, name), join(folder, name))
    writeLargeCsv(join(folder, 'visits.csv'))
    lab.notebook('census/people.ipynb', [adult])
    const browser = await openBrowser()
    bag.add(() => browser.close())
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    await noteHeldThreads(context)
    page = await context.newPage()
    page.setDefaultTimeout(90_000)
    await page.goto(lab.page('lab/tree/census/people.ipynb'))
    await page.waitForSelector('text=Python 3 (ipykernel) | Idle')
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })

  for (const name of ['bike_hour.csv', 'adult.parquet'])
    it(`looks at ${name} by a right click in the file browser`, async () => {
      await rightClick(name)
      if (name === 'bike_hour.csv') await picture('menu')
      await entry().click()
      await front().getByRole('heading', { name }).waitFor()
      await front().locator('details.finding').first().waitFor()
      if (name === 'bike_hour.csv') await shown('report')
    })

  it('looks at a file of two million rows with progress, and its page stays quick', async () => {
    const beganMs = Date.now()
    await rightClick('visits.csv')
    await entry().click()
    const told = page.locator('.Toastify__toast', { hasText: /Looking at visits\.csv: .+/ })
    await told.waitFor()
    await picture('progress')
    await front().getByRole('heading', { name: 'visits.csv' }).waitFor()
    await front()
      .getByText(/amount is -999 in/)
      .first()
      .waitFor()
    await front().getByText('2,000,000').first().waitFor()
    const heldMs = await longestHeldMs(page)
    console.log(
      `      report ${Date.now() - beganMs} ms after the click, the window held at most ${heldMs} ms at a time, ` +
        'its own start included',
    )
    await told.waitFor({ state: 'hidden' })
    await shown('large')
  })

  it('puts a fix below the cell by clicks; when that has run, the finding is gone', async () => {
    await page.locator('.lm-TabBar-tab', { hasText: 'people.ipynb' }).click()
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    const finding = page.locator('.daybook-finding', { hasText: 'missing together in 2,799 rows' })
    await finding.waitFor()
    await picture('finding')
    await finding.getByRole('button', { name: 'Insert fix' }).click()
    const below = page.locator('.jp-CodeCell', { hasText: 'not stated' }).last()
    await below.locator('.cm-content').click()
    await page.keyboard.press('Control+Enter')
    await finding.waitFor({ state: 'detached' })
    const footer = page.locator('.daybook-data-footer button', { hasText: /people 48,842/ })
    assert.ok((await footer.count()) > 0)
    await shown('fixed')
  })

  /** The tab in front in the middle of the window. */
  const front = (): Locator =>
    page.locator('#jp-main-dock-panel > .lm-Widget:not(.lm-mod-hidden):not(.lm-TabBar)')
  const entry = (): Locator => page.locator('.lm-Menu-item', { hasText: /^Daybook: Lint Data$/ })

  async function rightClick(name: string): Promise<void> {
    await page.locator('.jp-DirListing-item', { hasText: name }).click({ button: 'right' })
    await entry().waitFor()
  }

  /** In both themes. */
  async function shown(name: string): Promise<void> {
    if (pictures === undefined) return
    for (const theme of ['Dark', 'Light']) {
      await page.getByRole('menuitem', { name: 'Settings', exact: true }).click()
      await page.locator('.lm-Menu-item[data-type="submenu"]', { hasText: /^Theme$/ }).hover()
      await page.locator('.lm-Menu-item', { hasText: new RegExp(`^JupyterLab ${theme}$`) }).click()
      await page.locator(`body[data-jp-theme-light="${theme === 'Light'}"]`).waitFor({ state: 'attached' })
      await page.waitForTimeout(600)
      await picture(`${name}-${theme.toLowerCase()}`)
    }
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `jupyterlab-files-${name}.png`) })
  }
})
