import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Browser, ConsoleMessage, Page } from 'playwright-core'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** As slow as a busy machine may be. */
const patienceMs = 90_000

/** Where pictures of each screen go, if anywhere. */
const pictures = process.env['DAYBOOK_PICTURES']

const training = [
  'import daybook\nfrom sklearn.datasets import load_breast_cancer\nfrom sklearn.tree import DecisionTreeClassifier\nX, y = load_breast_cancer(return_X_y=True)',
  "model = DecisionTreeClassifier(max_depth=3).fit(X, y)\ndaybook.log(accuracy=model.score(X, y))\nprint('trained')",
]

describe('Notebook 7 with the wheel installed', function () {
  this.timeout(10 * 60_000)
  let lab: Lab
  let python: string
  let browser: Browser
  let page: Page
  const said: string[] = []
  const closers: (() => Promise<void>)[] = []

  before(async function () {
    needBrowser(this)
    python = await labPython('notebook-7')
    lab = await startLab(python, { module: 'notebook' })
    closers.push(() => lab.close())
    browser = await openBrowser()
    closers.push(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
    page.setDefaultTimeout(patienceMs)
    page.on('console', (message: ConsoleMessage) => {
      if (message.type() === 'error') said.push(message.text())
    })
    mkdirSync(join(lab.folder, 'first', '.git'), { recursive: true })
    lab.notebook('first/train.ipynb', training)
  })
  after(async () => {
    for (const close of closers.reverse()) await close()
  })
  afterEach(() => picture('end'))

  it('is listed by both of Jupyter’s lists', async () => {
    const ask = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await promisify(execFile)(python, ['-m', 'jupyter', ...args])
      return stdout + stderr
    }
    assert.match(await ask('labextension', 'list'), /jupyterlab-daybook v\S+ .*enabled.*OK/)
    assert.match(await ask('server', 'extension', 'list'), /jupyterlab_daybook .*(enabled|OK)/)
  })

  it('leaves the list of files as it is', async () => {
    await page.goto(lab.page('tree'))
    await page.waitForSelector('.jp-DirListing-item >> text=first')
    await picture('tree')
    assert.deepEqual(said.filter(ours), [])
  })

  it('tracks a training and says so under its cell', async () => {
    await page.goto(lab.page('notebooks/first/train.ipynb'))
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.waitForTimeout(3000)
    await picture('notebook')
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    await page.waitForSelector('.daybook-footer >> text=accuracy')
    await picture('ran')
  })

  it('opens the sidebar, the table and a run below the notebook', async () => {
    await page.getByRole('menuitem', { name: 'Daybook', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Show Daybook’s Sidebar' }).click()
    await page.waitForSelector('.daybook-sidebar li')
    await picture('sidebar')
    await page.locator('.daybook-sidebar button', { hasText: 'Table' }).click()
    await page.waitForSelector('daybook-runs-table')
    await picture('table')
    await page.locator('.daybook-footer button').click()
    await page.locator('daybook-run-page').getByText('DecisionTreeClassifier').first().waitFor()
    await picture('run')
    assert.deepEqual(said.filter(ours), [])
  })

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `notebook7-${name}.png`) })
  }
})

function ours(message: string): boolean {
  return /daybook/i.test(message)
}
