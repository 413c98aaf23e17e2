import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Browser, FrameLocator, Locator } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { openBrowser } from '../../chromium.ts'
import { makeEditorFolder, needEditor, startInnerServer, type EditorServer } from './editor.ts'
import { outputsEnvironment } from './outputs_environment.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures go, if anywhere. */
const pictures = process.env['DAYBOOK_PICTURES']

const cells = [
  `import ipywidgets as w, time, threading
from tqdm.auto import tqdm
slider = w.IntSlider(value=3, description="Depth")
name = w.Text(value="a", description="Name")
button = w.Button(description="Train", button_style="primary", icon="play")
out = w.Output()
button.on_click(lambda _: print("trained with depth", slider.value))
shout = w.Button(description="Shout")
@shout.on_click
def _(_):
    with out: print("heard", name.value)
w.VBox([w.HBox([slider, button]), w.HBox([name, shout]), out])`,
  `@w.interact(x=(0, 10))
def square(x=4): return f"square {x * x}"`,
  `for i in tqdm(range(30), desc="epochs"): time.sleep(0.02)`,
  `class Foreign(w.DOMWidget):
    _model_name = __import__("traitlets").Unicode("ForeignModel").tag(sync=True)
    _model_module = __import__("traitlets").Unicode("foreign-widget").tag(sync=True)
    _view_name = __import__("traitlets").Unicode("ForeignView").tag(sync=True)
    def __repr__(self): return "Foreign(as text)"
Foreign()`,
]

describe('widgets in VS Code', function () {
  this.timeout(120_000)
  const bag = new Bag()
  let project: DaemonProject
  let server: EditorServer
  let browser: Browser
  let window: EditorWindow

  before(async function () {
    needEditor(this)
    project = makeDaemonProject(await outputsEnvironment())
    bag.add(() => project.close())
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    const settings = { 'workbench.colorTheme': 'Default Dark Modern' }
    server = await startInnerServer({ folder, settings })
    bag.add(() => server.close())
    browser = await openBrowser()
    bag.add(() => browser.close())
    project.notebook('widgets.ipynb', cells)
    window = await openWindow({ server, browser, folder: project.root })
    // Tall enough that nothing waits for being scrolled into sight.
    await window.page.setViewportSize({ width: 1200, height: 1900 })
    await window.openNotebook('widgets.ipynb')
    await window.visible(/Python 3.*\(\.venv\)/)
    await window.command('View: Toggle Primary Side Bar Visibility')
    await window.command('Notebook: Run All')
    window.page.setDefaultTimeout(20_000)
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture(`failed-widgets-${Date.now()}`)
  })

  it('show what they hold, and tell the kernel what the user does', async () => {
    await widget('Depth').waitFor({ timeout: 60_000 })
    await readout('Depth').filter({ hasText: '3' }).waitFor()
    await widget('Depth').locator('.noUi-handle').focus()
    for (let i = 0; i < 4; i++) await window.page.keyboard.press('ArrowRight')
    await readout('Depth').filter({ hasText: '7' }).waitFor()
    await outputs().getByRole('button', { name: 'Train' }).click()
    await outputs().getByText('trained with depth 7').waitFor()
    await widget('Name').locator('input').fill('Ada')
    await outputs().getByRole('button', { name: 'Shout' }).click()
    await outputs().locator('.widget-output', { hasText: 'heard Ada' }).first().waitFor()
  })

  it('answer the user of interact(), and show bars of tqdm to their end', async () => {
    await outputs().getByText("'square 16'").waitFor()
    await widget('x').locator('.noUi-handle').focus()
    await window.page.keyboard.press('ArrowRight')
    await outputs().getByText("'square 25'").waitFor()
    const bar = outputs().locator('.jupyter-widgets', { hasText: 'epochs: 100%' }).first()
    await bar.waitFor()
    await outputs().getByText('30/30').first().waitFor()
    await picture('widgets')
  })

  it('say in a sentence what they lack, above their text form', async () => {
    await outputs().getByText('This widget comes from "foreign-widget"').waitFor()
    await outputs().getByText('Foreign(as text)').waitFor()
  })

  it('are as they were after a reload of the window, and go on', async () => {
    await window.reload()
    await widget('Depth').waitFor({ timeout: 60_000 })
    await readout('Depth').filter({ hasText: '7' }).waitFor()
    await outputs().locator('.widget-output', { hasText: 'heard Ada' }).first().waitFor()
    await outputs().getByRole('button', { name: 'Train' }).click()
    await until(
      async () =>
        (await outputs()
          .getByText(/trained with depth 7\s+trained with depth 7/)
          .count()) > 0,
    )
    await picture('widgets-reloaded')
  })

  it('go on when the daemon was killed', async () => {
    await project.killDaemon()
    const name = widget('Name').locator('input')
    await name.fill('Grace')
    const heard = outputs().locator('.widget-output', { hasText: 'heard Grace' })
    // What is said while there is no line is lost, so it is said again.
    await until(async () => {
      await name.fill('Grace')
      await name.press('Enter')
      await outputs().getByRole('button', { name: 'Shout' }).click()
      await window.page.waitForTimeout(1000)
      return (await heard.count()) > 0
    })
    await readout('Depth').filter({ hasText: '7' }).waitFor()
  })

  it('say that their kernel is gone when it is', async () => {
    await window.command('Daybook: Restart Kernel of This Notebook')
    await outputs().getByText('run the cell again to use this widget').first().waitFor()
    assert.equal(await outputs().locator('.daybook-lost').first().getAttribute('inert'), '')
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

  /** The control of that description. */
  function widget(description: string): Locator {
    const label = outputs().locator('.widget-label', { hasText: new RegExp(`^${description}$`) })
    return outputs().locator('.widget-inline-hbox', { has: label }).first()
  }

  function readout(description: string): Locator {
    return widget(description).locator('.widget-readout')
  }

  async function picture(name: string): Promise<void> {
    if (pictures !== undefined) await window.page.screenshot({ path: join(pictures, `${name}.png`) })
  }
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 200))
}
