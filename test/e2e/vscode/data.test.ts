import { closeSync, copyFileSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { FrameLocator, Locator, Page } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { openBrowser } from '../../chromium.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { makeEditorFolder, needEditor, startInnerServer } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures of each screen go, if anywhere: people look at them, and they stand in the documents. */
const pictures = process.env['DAYBOOK_PICTURES']

describe('data in VS Code', function () {
  this.timeout(240_000)
  const bag = new Bag()
  let project: DaemonProject

  before(function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(() => project.close())
  })
  after(() => bag.close())

  it('is looked at where one works, in its extension host', async () => {
    assertAllPassed(await runInHost({ files: ['data'], workspace: project.root, timeoutMs: 220_000 }))
  })
})

/** A notebook as it is in the example, up to its data. */
const adult = 'import pandas as pd\n\npeople = pd.read_parquet("adult.parquet")\npeople.head(3)'
const bikes = 'import pandas as pd\n\nhours = pd.read_csv("bike_hour.csv")\nhours.head(3)'

describe('data in a window of VS Code', function () {
  this.timeout(300_000)
  const bag = new Bag()
  let project: DaemonProject
  let window: EditorWindow

  before(async function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(() => project.close())
    for (const name of ['adult.parquet', 'bike_hour.csv'])
      copyFileSync(join(import.meta.dirname, '..', '..', '..', 'examples', name), join(project.root, name))
    project.notebook('people.ipynb', [adult])
    project.notebook('hours.ipynb', [bikes])
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    const server = await startInnerServer({ folder })
    bag.add(() => server.close())
    const browser = await openBrowser()
    bag.add(() => browser.close())
    window = await openWindow({ server, browser, folder: project.root })
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed' && pictures !== undefined)
      await window.page.screenshot({ path: join(pictures, `failed-${Date.now()}.png`) })
  })

  const under = (text: RegExp) => window.page.locator('.cell-statusbar-container', { hasText: text }).first()

  it('tells under the cell what is odd about the census, puts a fix below, and forgets what is fixed', async () => {
    const { page } = window
    await window.openNotebook('people.ipynb')
    await window.visible(/Python 3.*\(\.venv\)/)
    await window.command('Notebook: Run All')
    await under(/people 48,842 × 15 · 3 to look at, \+\d+ smaller/).waitFor()
    await page.locator('.squiggly-warning').first().waitFor()
    await picture('findings')
    await page.locator('.monaco-editor .view-line', { hasText: 'read_parquet' }).first().click()
    await page.keyboard.press('Control+.')
    const fix = page.locator('.action-widget').getByText("Mark them 'not stated' (cell below, people)")
    await fix.waitFor()
    await picture('fixes')
    await fix.click()
    await page.locator('.monaco-editor .view-line', { hasText: 'not stated' }).first().click()
    await page.keyboard.press('Control+Enter')
    await under(/people 48,842 × 15 · 2 to look at/).waitFor()
    await picture('fixed')
  })

  it('opens the report, with its columns and rows', async () => {
    const { page } = window
    await under(/people 48,842/)
      .getByText(/people 48,842/)
      .click()
    const report = inner(page.locator('iframe.webview:visible').last())
    await report.getByRole('heading', { name: 'people' }).waitFor()
    await picture('report')
    await report.getByRole('tab', { name: /Columns/ }).click()
    await report.getByRole('button', { name: /^age/ }).click()
    await report.getByText('median', { exact: true }).first().waitFor()
    await picture('columns')
  })

  it('says of the bikes that the answer is among the inputs, as an error', async () => {
    const { page } = window
    await window.openNotebook('hours.ipynb')
    await window.visible(/Python 3.*\(\.venv\)/)
    await window.command('Notebook: Run All')
    await under(/hours 17,379 × 17 · \d to look at/).waitFor()
    await page.locator('.squiggly-error').first().waitFor()
    await page.locator('.monaco-editor .view-line', { hasText: 'read_csv' }).first().hover()
    const hover = page.locator('.monaco-hover', { hasText: 'casual + registered = cnt in all 17,379 rows' })
    await hover.first().waitFor()
    await picture('bikes')
  })

  it('looks at two million rows from the explorer, and the window stays fluid', async () => {
    const { page } = window
    writeRows(join(project.root, 'big.csv'), 2_000_000)
    await window.command('View: Show Explorer')
    const file = page.getByRole('treeitem', { name: 'big.csv' })
    await file.waitFor()
    await file.click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Daybook: Lint Data' }).waitFor()
    await picture('explorer')
    await watchFrames(page)
    const beganMs = Date.now()
    await page.getByRole('menuitem', { name: 'Daybook: Lint Data' }).click()
    const report = inner(page.locator('iframe.webview:visible').last())
    await report.getByRole('heading', { name: 'big.csv' }).waitFor()
    await report.getByText('2,000,000').first().waitFor()
    const tookMs = Date.now() - beganMs
    const worstMs = await page.evaluate<number>('globalThis.worstGapMs')
    console.log(`      2,000,000 rows: report after ${tookMs} ms, longest pause of the window ${worstMs} ms`)
    await picture('big')
  })

  function writeTheme(theme: string): void {
    // From outside, so that an open menu stays open.
    mkdirSync(join(project.root, '.vscode'), { recursive: true })
    project.file(join('.vscode', 'settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }))
  }
  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await window.page.waitForTimeout(400)
    await window.page.screenshot({ path: join(pictures, `vscode-data-${name}-light.png`) })
    writeTheme('Default Dark Modern')
    await window.page.waitForTimeout(1500)
    await window.page.screenshot({ path: join(pictures, `vscode-data-${name}-dark.png`) })
    writeTheme('Default Light Modern')
    await window.page.waitForTimeout(1000)
  }
})

/** Notes the longest time between two frames of the window, as a person feels it. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.worstGapMs = 0
    let last = performance.now()
    const look = (now) => {
      globalThis.worstGapMs = Math.max(globalThis.worstGapMs, Math.round(now - last))
      last = now
      requestAnimationFrame(look)
    }
    requestAnimationFrame((now) => ((last = now), look(now)))`)
}

/** A file of that many rows: numbers, texts, days, and some that are missing. */
function writeRows(path: string, rows: number): void {
  const file = openSync(path, 'w')
  writeSync(file, 'id,amount,city,day,note\n')
  const cities = ['Oslo', 'Lima', 'Kyoto', 'Accra', 'Quito']
  for (let row = 0; row < rows; row += 50_000) {
    const lines = Array.from({ length: 50_000 }, (_, i) => {
      const n = row + i
      const day = new Date(1.6e12 + (n % 900) * 86_400_000).toISOString().slice(0, 10)
      return `${n},${((n * 7919) % 10_007) / 10},${cities[n % 5] ?? ''},${day},${n % 11 === 0 ? '' : n % 13}\n`
    })
    writeSync(file, lines.join(''))
  }
  closeSync(file)
}

/** What a webview shows lies in a frame within its frame. */
function inner(webview: Locator): FrameLocator {
  return webview.contentFrame().locator('#active-frame').contentFrame()
}
