import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { needEditor } from './editor.ts'
import { frontWebview, openInstalledWindow, setTheme } from './installed_window.ts'
import type { EditorWindow } from './window.ts'

/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']
const examples = join(import.meta.dirname, '../../../examples')
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe found, as far as it is told here. */
interface Found {
  violations: { nodes: { html: string; failureSummary?: string }[] }[]
}

const read = 'import pandas as pd\n\npeople = pd.read_parquet("adult.parquet")\nlen(people)'
const train = `import mlflow

for name, lr in [("quick", 0.3), ("slow", 0.03)]:
    with mlflow.start_run(run_name=name):
        mlflow.log_params({"lr": lr, "depth": 4})
        for step in range(30):
            mlflow.log_metric("val_accuracy", 0.9 - lr / (step + 1), step=step)`

/** VS Code's own themes of high contrast, which give borders where others give shades. */
describe('the window of VS Code in high contrast', function () {
  this.timeout(170_000)
  const bag = new Bag()
  let project: DaemonProject
  let window: EditorWindow

  before(async function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(() => project.close())
    mkdirSync(join(project.root, '.vscode'))
    copyFileSync(join(examples, 'adult.parquet'), join(project.root, 'adult.parquet'))
    project.notebook('people.ipynb', [read, train])
    window = await openInstalledWindow(bag, project.root)
    window.page.setDefaultTimeout(25_000)
  })
  after(() => bag.close())

  it('shows the sidebar, and what stands under cells', async () => {
    const { page } = window
    await window.command('Daybook: Focus on Runs View')
    await window.openNotebook('people.ipynb')
    await window.visible(/Python 3.*\(\.venv\)/)
    await window.command('Notebook: Run All')
    await page
      .locator('.cell-statusbar-container', { hasText: /people 48,842/ })
      .first()
      .waitFor()
    await page
      .locator('.cell-statusbar-container', { hasText: /2 runs · / })
      .first()
      .waitFor()
    await page.locator('.squiggly-warning').first().waitFor()
    for (const theme of contrasts) await picture('notebook', theme)
  })

  it('shows the report about data', async () => {
    await window.page
      .locator('.cell-statusbar-container')
      .getByText(/people 48,842/)
      .first()
      .click()
    await front().getByRole('heading', { name: 'people' }).waitFor()
    await check('report')
    await front()
      .getByRole('tab', { name: /Columns/ })
      .click()
    await front().getByRole('button', { name: /^age/ }).click()
    await check('columns')
  })

  it('shows the table of runs', async () => {
    await window.command('Daybook: Open Table of Runs')
    await front().getByRole('row').nth(2).waitFor()
    await front().getByRole('checkbox', { name: /quick/ }).check()
    await check('table')
  })

  it('shows a run', async () => {
    await window.page
      .getByRole('treeitem', { name: /^Run quick/ })
      .first()
      .click()
    await front().getByRole('heading', { name: 'quick' }).waitFor()
    await front().locator('canvas').first().waitFor()
    await check('run')
  })

  it('shows what tells two runs apart', async () => {
    await window.command('Daybook: Open Table of Runs')
    for (const name of [/quick/, /slow/]) await front().getByRole('checkbox', { name }).check()
    await front().getByRole('button', { name: 'Compare' }).click()
    await front().locator('table.differences').waitFor()
    await check('compare')
  })

  const contrasts = ['contrast-dark', 'contrast-light'] as const
  const front = () => frontWebview(window.page)

  /** In both themes: text is told from its ground, what can be filled in has a border, and the focus is seen. */
  async function check(name: string): Promise<void> {
    const problems: string[] = []
    for (const theme of contrasts) {
      await picture(name, theme)
      const body = front().locator('body')
      await body.evaluate(axe)
      const found = await body.evaluate<Found, never>(
        `axe.run(document, { resultTypes: ['violations'], runOnly: ['color-contrast'] })`,
      )
      for (const { nodes } of found.violations)
        problems.push(
          ...nodes.map(({ html, failureSummary }) => `${theme}: ${html}: ${failureSummary ?? ''}`),
        )
      await front().getByRole('button').first().focus()
      await window.page.keyboard.press('Tab')
      const unseen = await body.evaluate<string | null, never>(focusUnseen)
      if (unseen !== null) problems.push(`${theme}: no border shows the focus on ${unseen}`)
      const pale = await body.evaluate<string[], never>(paleSeries)
      problems.push(...pale.map((token) => `${theme}: ${token} is not to be seen on the page's ground`))
      await picture(`${name}-focus`, theme)
    }
    assert.deepEqual(problems, [])
  }

  async function picture(name: string, theme: (typeof contrasts)[number]): Promise<void> {
    await setTheme(window.page, project, theme)
    if (pictures !== undefined)
      await window.page.screenshot({
        path: join(pictures, `vscode-${theme}-${name}.png`),
      })
  }
})

/** In the page: the colours of curves that have less than 3:1 to the ground (WCAG 2.2, 1.4.11). */
const paleSeries = `(() => {
  const probe = document.body.appendChild(document.createElement('canvas'))
  const paint = probe.getContext('2d')
  const drawn = (token) => {
    probe.style.color = 'var(' + token + ')'
    paint.clearRect(0, 0, 1, 1)
    paint.fillStyle = getComputedStyle(probe).color
    paint.fillRect(0, 0, 1, 1)
    return [...paint.getImageData(0, 0, 1, 1).data]
  }
  const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
  const luminance = ([r, g, b]) =>
    0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255)
  const ground = luminance(drawn('--db-bg'))
  const tokens = Array.from({ length: 8 }, (_, i) => '--db-series-' + (i + 1))
  const pale = tokens.filter((token) => {
    const colour = drawn(token)
    const [low, high] = [ground, luminance(colour)].sort((a, b) => a - b)
    return colour[3] < 255 || (high + 0.05) / (low + 0.05) < 3
  })
  probe.remove()
  return pale
})()`

/** In the page: the element in focus, if neither an outline nor a border shows that it is; null if all is well. */
const focusUnseen = `(() => {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  if (element === null || element === document.body) return 'nothing'
  const style = getComputedStyle(element)
  const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 &&
    !/rgba\\(.*, 0\\)|transparent/.test(style.outlineColor)
  return seen ? null : element.outerHTML.slice(0, 200)
})()`
