import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { openBrowser } from '../../chromium.ts'
import { makeEditorFolder, needEditor, startInnerServer } from './editor.ts'
import { outputsEnvironment } from './outputs_environment.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures go, if anywhere. */
const pictures = process.env['DAYBOOK_PICTURES']

const plotly = `import pandas as pd
import plotly.express as px
years = list(range(2015, 2026))
sales = pd.DataFrame({"year": years * 2, "region": ["North"] * 11 + ["South"] * 11,
                      "sales": [3, 4, 4.5, 6, 7, 7.5, 6, 8, 9.5, 11, 12, 2, 2.5, 3, 3, 4.5, 6, 6.5, 6, 7, 7.5, 9]})
figure = px.line(sales, x="year", y="sales", color="region", markers=True)
figure.update_layout(height=260, margin={"t": 20, "b": 20})`
const altair = `import altair as alt
alt.renderers.enable("mimetype")
bars = alt.Chart(sales).mark_bar().encode(x="year:O", y="sales:Q", color="region:N")
bars.properties(width="container", height=220)`
const vega = `from IPython.display import display
display({"application/vnd.vega.v5+json": {"$schema": "https://vega.github.io/schema/vega/v5.json", "width": 200, "height": 60,
  "signals": [{"name": "half", "update": "width / 2"}],
  "marks": [{"type": "rect", "encode": {"enter": {"x": {"value": 0}, "width": {"signal": "half"}, "y": {"value": 0}, "y2": {"signal": "height"}, "fill": {"value": "teal"}}}}]},
  "text/plain": "a bar"}, raw=True)`
const broken = `display({"application/vnd.plotly.v1+json": {"data": "nothing"}, "text/plain": "the figure as text"}, raw=True)
display({"application/vnd.vegalite.v5+json": {"mark": "bar", "encoding": {"x": {"field": "a", "type": "nonsense"}}, "data": 5}, "text/plain": "the chart as text"}, raw=True)`

describe('charts in VS Code', function () {
  this.timeout(180_000)
  const bag = new Bag()
  let project: DaemonProject
  let window: EditorWindow

  before(async function () {
    needEditor(this)
    project = makeDaemonProject(await outputsEnvironment())
    bag.add(() => project.close())
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    const settings = { 'workbench.colorTheme': 'Default Dark Modern' }
    const server = await startInnerServer({ folder, settings })
    bag.add(() => server.close())
    const browser = await openBrowser()
    bag.add(() => browser.close())
    project.notebook('charts.ipynb', [plotly, altair, vega, broken])
    window = await openWindow({ server, browser, folder: project.root })
    // Tall enough that nothing waits for being scrolled into sight.
    await window.page.setViewportSize({ width: 1200, height: 2000 })
    await window.openNotebook('charts.ipynb')
    await window.visible(/Python 3.*\(\.venv\)/)
    await window.command('Notebook: Run All')
    window.page.setDefaultTimeout(20_000)
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture(`failed-${Date.now()}`)
  })

  it('draws figures of Plotly in the colours of the theme, as wide as the cell', async () => {
    const title = outputs().locator('.js-plotly-plot .g-xtitle text')
    await title.waitFor({ timeout: 90_000 })
    const width = async (): Promise<number> =>
      (await outputs().locator('.js-plotly-plot').boundingBox())?.width ?? 0
    const before = await width()
    assert.ok(before > 600, `${before} px`)
    assert.equal(brightness(await color(title)) > 150, true)
    await picture('charts-plotly')
    await window.command('View: Toggle Primary Side Bar Visibility')
    await until(async () => (await width()) > before)
  })

  it('draws charts of Vega-Lite and Vega, and interprets their expressions', async () => {
    await outputs().locator('.vega-embed canvas').nth(1).waitFor()
    const [altairChart, vegaChart] = await Promise.all(
      [0, 1].map((i) => outputs().locator('.vega-embed canvas').nth(i).boundingBox()),
    )
    assert.ok((altairChart?.width ?? 0) > 500, JSON.stringify(altairChart))
    assert.ok(Math.abs((vegaChart?.width ?? 0) - 200) < 20, JSON.stringify(vegaChart))
    await picture('charts-vega')
  })

  it('says in one sentence what it cannot draw, above its text form', async () => {
    await outputs().getByText('This is no figure of Plotly').waitFor()
    await outputs().getByText('the figure as text').waitFor()
    await outputs().getByText('Vega cannot draw this chart').waitFor()
    await outputs().getByText('the chart as text').waitFor()
    await picture('charts-broken')
  })

  it('repaints when the theme changes', async () => {
    await window.command('Preferences: Toggle between Light/Dark Themes')
    const title = outputs().locator('.js-plotly-plot .g-xtitle text')
    await until(async () => brightness(await color(title)) < 110)
    await picture('charts-light')
  })

  /** What the cells show lies in a frame within a frame. */
  function outputs(): FrameLocator {
    return window.page
      .locator('iframe.webview')
      .first()
      .contentFrame()
      .locator('#active-frame')
      .contentFrame()
  }

  async function picture(name: string): Promise<void> {
    if (pictures !== undefined) await window.page.screenshot({ path: join(pictures, `${name}.png`) })
  }
})

/** An element on the page, as far as it is looked at; tests know no DOM. */
interface Painted {
  ownerDocument: { defaultView: { getComputedStyle(node: Painted): { fill: string } } }
}

function color(text: ReturnType<FrameLocator['locator']>): Promise<string> {
  return text.evaluate((node: unknown) => {
    const painted = node as Painted
    return painted.ownerDocument.defaultView.getComputedStyle(painted).fill
  })
}

/** Mean of the three colours of `rgb(1, 2, 3)`. */
function brightness(rgb: string): number {
  const parts = (rgb.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number)
  return parts.reduce((sum, part) => sum + part, 0) / 3
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 200))
}
