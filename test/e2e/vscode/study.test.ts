import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FrameLocator, Page } from 'playwright-core'
import { packageExtension, vsixPath } from '../../../scripts/package-vscode.mjs'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { openBrowser } from '../../chromium.ts'
import { installExtension, makeEditorFolder, needEditor, startCodeServer } from './editor.ts'
import { runCommand } from './palette.ts'

const pictures = process.env['DAYBOOK_PICTURES']

describe('a study in VS Code', function () {
  this.timeout(180_000)
  let project: DaemonProject
  const bag = new Bag()
  let page: Page

  before(async function () {
    needEditor(this)
    await packageExtension()
    project = makeDaemonProject()
    bag.add(() => project.close())
    project.notebook(
      'bowl.ipynb',
      [
        'learning_rate = 0.01\nmax_depth = 3',
        'import daybook, math, time',
        'for step in range(6):\n' +
          '    daybook.report((math.log10(learning_rate) + 1) ** 2 + 0.02 * (max_depth - 6) ** 2 + 1 / (step + 1), step)\n' +
          '    time.sleep(0.03)',
      ],
      { parameters: true },
    )
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    await installExtension(folder, vsixPath)
    const server = await startCodeServer({ folder })
    bag.add(() => server.close())
    const browser = await openBrowser()
    bag.add(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(60_000)
    await page.goto(`${server.url}/?folder=${project.root}`)
    await page.waitForSelector('.monaco-workbench')
  })
  after(() => bag.close())

  it('begins from the notebook by a form, shows up in the sidebar, and writes the best back', async () => {
    await page.keyboard.press('Control+P')
    await page.locator('.quick-input-widget input.input').fill('bowl.ipynb')
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'bowl.ipynb' }).first().waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.notebookOverlay .monaco-list-row').first().waitFor()
    await runCommand(page, 'Daybook: Tune This Notebook')
    await panel().getByLabel('Range of learning_rate').waitFor()
    await panel().getByLabel('Metric').fill('objective')
    await panel().getByLabel('Which way is good').selectOption('min')
    await panel().getByLabel('Trials').fill('40')
    await panel().getByLabel('Measure best').fill('0')
    await picture('form')
    await panel().getByRole('button', { name: 'Save and start' }).click()
    await panel()
      .locator('.facts', { hasText: /[1-9]\d* of 40 trials/ })
      .waitFor({ timeout: 90_000 })
    await page.getByRole('tab', { name: 'Daybook' }).first().click()
    await page.getByRole('treeitem', { name: /^Study bowl study 1/ }).waitFor()
    await panel().locator('.chip', { hasText: 'finished' }).waitFor({ timeout: 90_000 })
    await page
      .getByRole('treeitem', { name: /^Study bowl study 1, finished, 40\/40 trials, objective/ })
      .waitFor()
    await picture('overview')
    await panel().getByRole('tab', { name: 'Parameters' }).click()
    await panel()
      .getByText(/What is expected of objective there, from \d+ trials/)
      .waitFor()
    await picture('parameters')
    await panel().getByRole('button', { name: 'Write best into notebook' }).click()
    await panel()
      .getByText(/Written into bowl\.ipynb: /)
      .waitFor()
    assert.match(readFileSync(join(project.root, 'bowl.study.yaml'), 'utf8'), /objectives:/)
    assert.doesNotMatch(readFileSync(join(project.root, 'bowl.ipynb'), 'utf8'), /max_depth = 3/)
  })

  /** The page in the panel in front: a webview lies in a frame within its frame. */
  function panel(): FrameLocator {
    return page
      .locator('iframe.webview:visible')
      .last()
      .contentFrame()
      .locator('#active-frame')
      .contentFrame()
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    for (const theme of ['light', 'dark']) {
      await page.waitForTimeout(1200)
      await page.screenshot({ path: join(pictures, `vscode-study-${name}-${theme}.png`) })
      await runCommand(page, 'Preferences: Toggle between Light/Dark Themes')
    }
  }
})
