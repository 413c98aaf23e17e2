import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { packageExtension, vsixPath } from '../../scripts/package-vscode.mjs'
import { openState } from '../../shared/base/project.ts'
import { readDaemonFile } from '../../shared/daemon/discovery.ts'
import { openBrowser } from '../chromium.ts'
import { venv } from '../daemon/project.ts'
import { labPython } from './jupyterlab/lab_environment.ts'
import { startLab, type Lab } from './jupyterlab/lab.ts'
import { installExtension, makeEditorFolder, needEditor, startCodeServer } from './vscode/editor.ts'
import { runCommand } from './vscode/palette.ts'

const patienceMs = 90_000
const pictures = process.env['DAYBOOK_PICTURES']

/** A notebook that makes one run with this name and number. */
const training = (name: string, accuracy: number): string[] => [
  `import daybook\nwith daybook.run('${name}'):\n    daybook.log(accuracy=${accuracy})`,
]

describe('VS Code and JupyterLab on one project at the same time', function () {
  this.timeout(10 * 60_000)
  let lab: Lab
  let root: string
  let inLab: Page
  let inCode: Page
  const closers: (() => unknown)[] = []

  before(async function () {
    needEditor(this)
    await packageExtension()
    lab = await startLab(await labPython())
    closers.push(() => lab.close())
    root = join(lab.folder, 'shop')
    mkdirSync(join(root, '.git'), { recursive: true })
    symlinkSync(venv, join(root, '.venv'))
    lab.notebook('shop/lab.ipynb', training('from-jupyterlab', 0.7))
    lab.notebook('shop/code.ipynb', training('from-vscode', 0.8))
    const { folder, remove } = makeEditorFolder()
    closers.push(remove)
    await installExtension(folder, vsixPath)
    const server = await startCodeServer({ folder })
    closers.push(() => server.close())
    const browser = await openBrowser()
    closers.push(() => browser.close())
    ;[inLab, inCode] = (await Promise.all(
      [lab.page('lab/tree/shop/lab.ipynb'), `${server.url}/?folder=${root}`].map(async (address) => {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
        const page = await context.newPage()
        page.setDefaultTimeout(patienceMs)
        await page.goto(address)
        return page
      }),
    )) as [Page, Page]
    await inLab.locator('.jp-SideBar [data-id="daybook-sidebar"]').click()
    await inCode.getByRole('tab', { name: 'Daybook' }).first().click()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })
  after(async () => {
    for (const close of closers.reverse()) await close()
  })

  it('shows in VS Code what was run in JupyterLab, live', async () => {
    await inLab.waitForSelector('text=Python 3 (ipykernel) | Idle')
    await inLab.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await inLab.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    await rowInCode('from-jupyterlab').waitFor()
    await rowInLab('from-jupyterlab').waitFor()
  })

  it('shows in JupyterLab what was run in VS Code, live', async () => {
    const before = daemonPid()
    await inCode.keyboard.press('Control+P')
    await inCode.locator('.quick-input-widget input.input').fill('code.ipynb')
    await inCode.locator('.quick-input-list .monaco-list-row.focused', { hasText: 'code.ipynb' }).waitFor()
    await inCode.keyboard.press('Enter')
    await inCode.locator('.kernel-label', { hasText: '.venv' }).waitFor()
    await runCommand(inCode, 'Notebook: Run All')
    await rowInLab('from-vscode').waitFor()
    await rowInCode('from-vscode').waitFor()
    assert.equal(daemonPid(), before, 'both stand on one daemon')
  })

  it('lists in each the runs of the other’s kernel under the same cell', async () => {
    await inLab.locator('.daybook-footer', { hasText: '1 run · accuracy 0.7' }).waitFor()
    await inCode.locator('.cell-statusbar-container', { hasText: /1 run · accuracy 0\.8/ }).waitFor()
    await picture('both')
  })

  it('deletes in one for the other, and brings back', async () => {
    await rowInCode('from-jupyterlab').hover()
    await rowInCode('from-jupyterlab').getByRole('button', { name: 'Delete' }).click()
    await rowInLab('from-jupyterlab').waitFor({ state: 'detached' })
    await inCode.getByRole('button', { name: 'Undo' }).first().click()
    await rowInLab('from-jupyterlab').waitFor()
  })

  it('stars in JupyterLab’s table for VS Code’s list', async () => {
    await inLab.locator('.daybook-sidebar button', { hasText: 'Table' }).click()
    const table = inLab.locator('daybook-runs-table')
    await table
      .getByRole('row', { name: /from-jupyterlab/ })
      .getByRole('checkbox')
      .check()
    await table.getByRole('button', { name: 'Star', exact: true }).click()
    await inCode.getByRole('treeitem', { name: /from-jupyterlab.*starred/ }).waitFor()
    await rowInLab('★ from-jupyterlab').waitFor()
    await picture('starred')
  })

  const rowInCode = (name: string) => inCode.getByRole('treeitem', { name: new RegExp(`^Run ${name}`) })
  const rowInLab = (name: string) => inLab.locator('.daybook-sidebar li', { hasText: name })

  function daemonPid(): number | undefined {
    return readDaemonFile(openState(root))?.pid
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await inLab.screenshot({ path: join(pictures, `two-${name}-jupyterlab.png`) })
    await inCode.screenshot({ path: join(pictures, `two-${name}-vscode.png`) })
  }
})
