import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

const pictures = process.env['DAYBOOK_PICTURES']

const cells = [
  'learning_rate = 0.01',
  'import daybook, math\ndaybook.log(loss=(math.log10(learning_rate) + 1) ** 2)',
]

describe('a study in JupyterLab', function () {
  this.timeout(8 * 60_000)
  let lab: Lab
  let page: Page
  const closers: (() => Promise<void>)[] = []

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    closers.push(() => lab.close())
    const browser = await openBrowser()
    closers.push(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1360, height: 860 } })
    page.setDefaultTimeout(90_000)
    // A project without an environment of its own: its trials want the Python of the Jupyter server.
    mkdirSync(join(lab.folder, 'first', '.git'), { recursive: true })
    const written = cells.map((source, index) => ({
      ...{ cell_type: 'code', id: `cell-${index}`, execution_count: null, outputs: [], source },
      metadata: index === 0 ? { tags: ['parameters'] } : {},
    }))
    const kernelspec = { name: 'python3', display_name: 'Python 3 (ipykernel)', language: 'python' }
    const notebook = { cells: written, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }
    writeFileSync(join(lab.folder, 'first', 'bowl.ipynb'), JSON.stringify(notebook))
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })
  after(async () => {
    for (const close of closers.reverse()) await close()
  })

  it('begins from the sidebar for the notebook in front, and opens as a tab that is live', async () => {
    await page.goto(`${lab.url}lab/tree/first/bowl.ipynb?token=${lab.token}`)
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.locator('.jp-SideBar [data-id="daybook-sidebar"]').click()
    await page.locator('.daybook-sidebar button', { hasText: 'Tune this notebook…' }).click()
    await page.getByLabel('Range of learning_rate').waitFor()
    await page.getByLabel('Metric').fill('loss')
    await page.getByLabel('Which way is good').selectOption('min')
    await page.getByLabel('Trials').fill('24')
    await page.getByLabel('Measure best').fill('0')
    await page.getByRole('button', { name: 'Save and start' }).click()
    await page.locator('daybook-study-page .chip', { hasText: 'finished' }).waitFor()
    await page.locator('.daybook-section-training li', { hasText: 'bowl study 1' }).waitFor()
    assert.ok(existsSync(join(lab.folder, 'first', 'bowl.study.yaml')))
    await picture('light')
  })

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.waitForTimeout(1000)
    await page.screenshot({ path: join(pictures, `jupyterlab-study-${name}.png`) })
  }
})
