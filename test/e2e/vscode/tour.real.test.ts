import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, FrameLocator, Locator } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { openBrowser } from '../../chromium.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { until } from '../../until.ts'
import { makeEditorFolder, needEditor, startInnerServer, type EditorServer } from './editor.ts'
import { goesOn, read } from './kernel_output.ts'
import { outputsEnvironment } from './outputs_environment.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures of each screen go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']

/** Three runs, the best of which is not the last. */
const models = [
  'from sklearn.datasets import make_classification\nfrom sklearn.tree import DecisionTreeClassifier\nimport daybook\nX, y = make_classification(400, n_informative=6, flip_y=0.1, random_state=0)',
  ...[2, 9, 1].map(
    (depth) =>
      `model = DecisionTreeClassifier(max_depth=${depth}, random_state=0).fit(X, y)\ndaybook.log(score=model.score(X, y))`,
  ),
]

/** A cell that trains, and goes on until the test lets it end. */
const training = [
  'import os, time\nfrom sklearn.datasets import make_classification\nfrom sklearn.linear_model import SGDClassifier\nX, y = make_classification(600, random_state=0)',
  'model = SGDClassifier(random_state=0).fit(X, y)\ni = -1\nwhile not os.path.exists("stop"):\n    i += 1\n    print(i)\n    time.sleep(0.1)',
  'print(f"right for {model.score(X, y):.0%}")',
]

const endless = [
  'print("begun")',
  'import os, time\ni = -1\nwhile not os.path.exists("stop"):\n    i += 1\n    print(i)\n    time.sleep(0.1)',
  'print("through")',
]

const widgets = [
  `import ipywidgets as w
slider = w.IntSlider(value=3, description="Depth")
button = w.Button(description="Train")
button.on_click(lambda _: print("trained with depth", slider.value))
w.VBox([slider, button])`,
  'from tqdm.auto import tqdm\nfor _ in tqdm(range(20), desc="epochs"): pass',
]

describe('a tour through VS Code', function () {
  this.timeout(240_000)
  const bag = new Bag()
  let server: EditorServer
  let browser: Browser
  let project: DaemonProject
  let window: EditorWindow

  before(async function () {
    needEditor(this)
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    server = await startInnerServer({ folder })
    bag.add(() => server.close())
    browser = await openBrowser()
    bag.add(() => browser.close())
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture(`failed-${Date.now()}`)
  })

  /** A window on a project of its own. */
  async function begin(environment?: string): Promise<void> {
    const made = makeDaemonProject(environment)
    project = made
    bag.add(() => made.close())
    window = await openWindow({ server, browser, folder: made.root })
    window.page.setDefaultTimeout(60_000)
    // Tall enough that the sidebar holds all runs.
    await window.page.setViewportSize({ width: 1400, height: 1300 })
  }

  describe('of who trains', () => {
    before(() => begin())
    after(() => window.close())

    it('opens the example and runs it', async () => {
      await window.page.getByRole('tab', { name: 'Daybook' }).first().click()
      await window.page.getByRole('button', { name: 'Try with Census Data' }).click()
      await window.page.locator('.kernel-label', { hasText: '.venv' }).waitFor()
      await foldAllBut('Runs')
      await window.command('Notebook: Run All')
      await run(/^Run income .*finished, test_accuracy 0\.8/).waitFor({ timeout: 120_000 })
    })

    it('opens the page of a run from under the cell that made it', async () => {
      await window.command('Focus Last Cell')
      const under = window.page.locator('.cell-status-item', { hasText: /1 run · test_accuracy 0\.8/ }).last()
      await under.waitFor()
      await picture('example')
      await under.click()
      await panel()
        .getByText(/test_accuracy 0\.8\d+/)
        .first()
        .waitFor()
      await picture('run')
    })

    it('sorts the table by a metric when its header is clicked, the other way when clicked again', async () => {
      project.notebook('models.ipynb', models)
      await window.openNotebook('models.ipynb')
      await window.visible(/Python 3.*\(\.venv\)/)
      await window.command('Notebook: Run All')
      await until(async () => (await run(/^Run DecisionTree.*, finished, score/).count()) === 3)
      await openTable('models.ipynb')
      await until(async () => (await scores()).length === 3)
      await score().click()
      await sorted('descending').waitFor()
      const falling = (await scores()).toSorted((a, b) => b - a)
      assert.equal(new Set(falling).size, 3)
      await until(async () => String(await scores()) === String(falling))
      await picture('sorted')
      await score().click()
      await sorted('ascending').waitFor()
      await until(async () => String(await scores()) === String(falling.toReversed()))
    })

    it('compares two runs that were chosen', async () => {
      for (const place of [2, 4]) await line(place).getByRole('checkbox').click()
      await panel().getByText('2 chosen').waitFor()
      await panel().getByRole('button', { name: 'Compare' }).click()
      await panel()
        .locator('table.differences tr', { hasText: /^\s*score\b/ })
        .waitFor()
      const depth = panel().locator('table.differences tr', { hasText: /^\s*max_depth/ })
      assert.match(await depth.innerText(), /\b9\b/)
      await picture('compared')
    })

    it('finds everything after a reload in the middle of a training cell', async () => {
      const path = project.notebook('training.ipynb', training)
      await window.openNotebook('training.ipynb')
      await window.visible(/Python 3.*\(\.venv\)/)
      await window.command('Notebook: Run All')
      await run(/^Run SGD.*, running/).waitFor()
      const seenMs = Date.now()
      await goesOn(project, 'training.ipynb')
      await window.page.waitForTimeout(5000)
      await window.reload()
      await window.openNotebook('training.ipynb')
      await window.visible('Interrupt')
      await run(/^Run SGD.*, running/).waitFor()
      await until(async () => (await secondsShown()) !== null)
      const [shown, since] = [(await secondsShown()) ?? 0, (Date.now() - seenMs) / 1000]
      // The cell began before its run was seen; a clock that began at the reload would be 5 seconds late.
      assert.ok(shown > since - 3, `the cell shows ${shown} s of ${since} s`)
      console.log(`      reloaded: the cell shows ${shown} s, ${since.toFixed(1)} s after it was seen to run`)
      await picture('reloaded')
      await goesOn(project, 'training.ipynb')
      project.file('stop', '')
      await run(/^Run SGD.*, finished/).waitFor()
      assert.equal(await run(/^Run SGD.*, running/).count(), 0)
      await save(() => read(path)[2]?.outputs[0]?.startsWith('right for') === true)
      assertCounted(path)
      await openTable('training.ipynb')
      assert.equal(
        await window.page.getByRole('tab', { name: /^Runs/ }).count(),
        1,
        'the table is open twice',
      )
      await until(async () => (await panel().locator('.line .status').count()) === 1)
      await panel().locator('.line .status.FINISHED').waitFor()
      await picture('after-reload')
    })
  })

  describe('of who closes and switches tabs', () => {
    before(async function () {
      const environment = await outputsEnvironment()
      await begin(environment)
    })
    after(() => window.close())

    it('keeps what the kernel wrote of a notebook closed with "Don\'t Save", and no edit', async () => {
      const path = project.notebook('endless.ipynb', endless)
      await window.openNotebook('endless.ipynb')
      await window.visible(/Python 3.*\(\.venv\)/)
      await window.command('Notebook: Run All')
      await window.visible('Interrupt')
      await goesOn(project, 'endless.ipynb')
      await typeIntoFirstCell('# thrown away')
      await tab('endless.ipynb').click({ button: 'middle' })
      await window.page.getByRole('button', { name: /^Don.t Save/ }).click()
      await tab('endless.ipynb').waitFor({ state: 'detached' })
      assert.doesNotMatch(readFileSync(path, 'utf8'), /thrown away|"name": "stdout"/)
      await goesOn(project, 'endless.ipynb')
      await window.openNotebook('endless.ipynb')
      await window.visible('Interrupt')
      await picture('not-saved')
      project.file('stop', '')
      await window.page.getByText('Interrupt', { exact: true }).first().waitFor({ state: 'hidden' })
      await save(() => read(path)[2]?.outputs[0] === 'through\n')
      assertCounted(path)
      console.log(`      the cell that had ended before shows ${JSON.stringify(read(path)[0]?.outputs)}`)
      assert.doesNotMatch(readFileSync(path, 'utf8'), /thrown away/)
    })

    it('shows widgets as they were, and alive, whenever their tab comes back', async () => {
      project.notebook('widgets.ipynb', widgets)
      await window.openNotebook('widgets.ipynb')
      await window.visible(/Python 3.*\(\.venv\)/)
      await window.command('Notebook: Run All')
      const readout = () => outputs().locator('.widget-readout')
      await readout().filter({ hasText: '3' }).waitFor()
      for (const [times, depth] of [
        [1, 4],
        [2, 5],
      ] as const) {
        await outputs().locator('.noUi-handle').focus()
        await window.page.keyboard.press('ArrowRight')
        await readout()
          .filter({ hasText: String(depth) })
          .waitFor()
        await tab('endless.ipynb').click()
        await window.page.locator('.tab.active[data-resource-name="endless.ipynb"]').waitFor()
        await window.page.waitForTimeout(1000)
        await tab('widgets.ipynb').click()
        await readout()
          .filter({ hasText: String(depth) })
          .waitFor()
        assert.equal(await readout().count(), 1)
        await outputs().getByText('20/20').waitFor()
        assert.equal(await outputs().getByText('epochs: 100%').count(), 1)
        await outputs().getByRole('button', { name: 'Train' }).click()
        await outputs().getByText(`trained with depth ${depth}`).waitFor()
        assert.equal(await outputs().getByText('trained with').count(), times)
      }
      await picture('switched')
    })
  })

  const run = (name: RegExp): Locator => window.page.getByRole('treeitem', { name })
  const tab = (name: string): Locator => window.page.locator(`.tab[data-resource-name="${name}"]`)
  const score = (): Locator => panel().getByRole('button', { name: 'score', exact: true })
  const sorted = (how: string): Locator =>
    panel()
      .locator(`[role=columnheader][aria-sort=${how}]`)
      .filter({ hasText: /^\s*score\b/ })
  const line = (place: number): Locator => panel().locator(`.line[aria-rowindex="${place}"]`)

  /** The page in the panel in front: a webview lies in a frame within its frame. */
  function panel(): FrameLocator {
    const frame = window.page.locator('iframe.webview:visible').last().contentFrame()
    return frame.locator('#active-frame').contentFrame()
  }

  /** A list in the sidebar draws only what it has room for. */
  async function foldAllBut(name: string): Promise<void> {
    const open = window.page.locator('.sidebar .pane-header[aria-expanded=true]').filter({ hasNotText: name })
    while ((await open.count()) > 0) await open.first().click()
  }

  /** What the cells of the notebook in front show. */
  const outputs = panel

  async function openTable(experiment: string): Promise<void> {
    await window.command('Daybook: Open Table of Runs')
    await panel().getByLabel('Experiment', { exact: true }).selectOption(experiment)
    await panel().getByRole('treegrid').waitFor()
  }

  /** The numbers in the column `score`, from top to bottom. */
  async function scores(): Promise<number[]> {
    const heads = await panel().getByRole('columnheader').allInnerTexts()
    const at = heads.findIndex((text) => text.trim().startsWith('score'))
    const found: number[] = []
    for (const place of [2, 3, 4]) {
      const cell = line(place).getByRole('gridcell').nth(Math.max(0, at))
      const text = (await cell.count()) === 0 ? '' : await cell.innerText()
      if (at > 0 && /\d/.test(text)) found.push(Number(text))
    }
    return found
  }

  /** The time that the running cell shows, in seconds; null if it shows none. */
  async function secondsShown(): Promise<number | null> {
    const texts = await window.page
      .locator('.cell-statusbar-container')
      .filter({ visible: true })
      .allInnerTexts()
    const [, minutes = '0', seconds] =
      texts.map((text) => /(?:(\d+)m )?(\d+(?:\.\d+)?)s/.exec(text)).findLast((found) => found !== null) ?? []
    return seconds === undefined ? null : Number(minutes) * 60 + Number(seconds)
  }

  async function typeIntoFirstCell(text: string): Promise<void> {
    await window.page.locator('.notebookOverlay .cell .view-lines').filter({ visible: true }).first().click()
    await window.page.keyboard.press('Control+Home')
    await window.page.keyboard.type(`${text}\n`)
    await window.visible(new RegExp(text))
  }

  /** Saves until the file holds what it should. */
  async function save(isSaved: () => boolean): Promise<void> {
    await until(
      async () => {
        await window.page.keyboard.press('Control+S')
        return isSaved()
      },
      { everyMs: 1000 },
    )
  }

  /** The second cell counted from 0, each number once and in order. */
  function assertCounted(path: string): void {
    const counted = read(path)[1]?.outputs ?? []
    const count = (counted[0]?.split('\n').length ?? 0) - 1
    assert.ok(count > 20, `only ${count} lines`)
    assert.deepEqual(counted, [Array.from({ length: count }, (_, i) => `${i}\n`).join('')])
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await window.page.screenshot({ path: join(pictures, `vscode-tour-${name}-light.png`) })
    if (name.startsWith('failed')) return
    await window.command('Preferences: Toggle between Light/Dark Themes')
    await window.page.waitForTimeout(1500)
    await window.page.screenshot({ path: join(pictures, `vscode-tour-${name}-dark.png`) })
    await window.command('Preferences: Toggle between Light/Dark Themes')
  }
})
