import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** As slow as a busy machine may be. */
const patienceMs = 90_000
/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']

const load = 'import pandas as pd\n\npeople = pd.read_parquet("adult.parquet")\npeople.head(3)'

describe('data in JupyterLab', function () {
  this.timeout(5 * 60_000)
  const bag = new Bag()
  let lab: Lab
  let page: Page

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    bag.add(() => lab.close())
    // The mark of a repository makes it a project.
    const folder = join(lab.folder, 'census')
    mkdirSync(join(folder, '.git'), { recursive: true })
    const examples = join(import.meta.dirname, '..', '..', '..', 'examples')
    for (const name of ['adult.parquet', 'bike_hour.csv'])
      copyFileSync(join(examples, name), join(folder, name))
    writeFileSync(join(folder, 'people.ipynb'), notebook([load, 'len(people)']))
    const browser = await openBrowser()
    bag.add(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(patienceMs)
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })

  it('tells under the cell what is odd, and puts a fix below', async () => {
    await page.goto(`${lab.url}lab/tree/census/people.ipynb?token=${lab.token}`)
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.waitForSelector('text=Python 3 (ipykernel) | Idle')
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    await footer(/people 48,842 × 15 · 3 to look at, \+\d+ smaller/).waitFor()
    const together = page.locator('.daybook-finding', { hasText: 'missing together in 2,799 rows' })
    await together.waitFor()
    await picture('findings')
    await together.getByRole('button', { name: 'Insert fix' }).click()
    await page.locator('.jp-CodeCell', { hasText: 'not stated' }).first().waitFor()
  })

  it('opens the report in a tab', async () => {
    await footer(/people 48,842/).click()
    await page.getByRole('heading', { name: 'people' }).waitFor()
    await page.locator('details.finding', { hasText: 'capital-gain is 99,999' }).waitFor()
    await picture('report')
    await page.getByRole('tab', { name: /Columns/ }).click()
    await page.locator('.column', { hasText: 'age' }).first().waitFor()
  })

  const footer = (text: RegExp) => page.locator('.daybook-data-footer button', { hasText: text }).first()

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.waitForTimeout(400)
    await page.screenshot({ path: join(pictures, `jupyterlab-data-${name}.png`) })
  }
})

function notebook(cells: readonly string[]): string {
  return JSON.stringify({
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
    metadata: { kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' } },
    nbformat: 4,
    nbformat_minor: 5,
  })
}
