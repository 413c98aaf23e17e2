import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FrameLocator, Locator } from 'playwright-core'
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
    const examples = join(import.meta.dirname, '..', '..', '..', 'examples')
    for (const name of ['adult.parquet', 'bike_hour.csv'])
      copyFileSync(join(examples, name), join(project.root, name))
    project.notebook('hours.ipynb', [bikes])
    project.notebook('people.ipynb', [adult])
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

  it('tells under the cell what is odd about the census, and offers fixes', async () => {
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
    await page.keyboard.press('Escape')
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

  it('marks as an error that the answer is among the inputs of the bikes', async () => {
    const { page } = window
    await window.openNotebook('hours.ipynb')
    await window.visible(/Python 3.*\(\.venv\)/)
    await window.command('Notebook: Run All')
    await under(/hours 17,379 × 17 · \d to look at/).waitFor()
    await page.locator('.squiggly-error').first().waitFor()
    await picture('bikes')
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

/** What a webview shows lies in a frame within its frame. */
function inner(webview: Locator): FrameLocator {
  return webview.contentFrame().locator('#active-frame').contentFrame()
}
