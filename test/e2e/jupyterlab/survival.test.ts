import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** As slow as a busy machine may be. */
const patienceMs = 90_000

const ticks = 24
const ticking = `import time\nfor i in range(${ticks}):\n    print('tick', i, flush=True)\n    time.sleep(0.25)\n'end'`
const ticked = Array.from({ length: ticks }, (_, i) => `tick ${i}\n`).join('')

interface SavedCell {
  execution_count: number | null
  outputs: { output_type: string; text?: string | string[]; data?: Record<string, unknown> }[]
}

describe('outputs in JupyterLab while its tab is closed', function () {
  this.timeout(10 * 60_000)
  let lab: Lab
  let browser: Browser
  let page: Page
  const closers: (() => Promise<void>)[] = []
  /** Each page has a workspace of its own, so that no earlier notebook is opened beside it. */
  let count = 0

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    closers.push(() => lab.close())
    browser = await openBrowser()
    closers.push(() => browser.close())
    for (const name of ['gone', 'back', 'moved']) {
      mkdirSync(join(lab.folder, name, '.git'), { recursive: true })
      lab.notebook(`${name}/a.ipynb`, ["print('before')", ticking, "print('after', x := 1)"])
    }
  })
  afterEach(() => page.close())
  after(async () => {
    for (const close of closers.reverse()) await close()
  })

  const open = async (path: string): Promise<void> => {
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(patienceMs)
    await page.goto(lab.page(`lab/workspaces/w${++count}/tree/${path}`))
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.waitForSelector('text=Python 3 (ipykernel) |')
  }
  const runAll = async (): Promise<void> => {
    await page.waitForSelector('text=Python 3 (ipykernel) | Idle')
    await followed(lab)
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
  }
  const cell = (i: number) => page.locator('.jp-Notebook .jp-CodeCell').nth(i)
  const outputOf = (i: number): Promise<string> => cell(i).locator('.jp-OutputArea').innerText()
  const saved = (path: string): SavedCell[] =>
    (JSON.parse(readFileSync(join(lab.folder, path), 'utf8')) as { cells: SavedCell[] }).cells
  const textOf = ({ outputs }: SavedCell): string => outputs.flatMap(({ text }) => text ?? []).join('')
  const save = async (path: string): Promise<void> => {
    const before = readFileSync(join(lab.folder, path), 'utf8')
    await page
      .locator('.jp-Notebook')
      .first()
      .click({ position: { x: 5, y: 5 } })
    await page.keyboard.press('Control+s')
    while (readFileSync(join(lab.folder, path), 'utf8') === before) await page.waitForTimeout(100)
  }

  it('are all there when one comes back after the end, once and in order, and go into the file', async () => {
    await open('gone/a.ipynb')
    await runAll()
    await page.waitForSelector('text=tick 3')
    await page.close()
    await idle(lab)
    assert.equal(saved('gone/a.ipynb')[2]!.execution_count, null)
    await open('gone/a.ipynb')
    await page.waitForSelector('text=after 1')
    await page.waitForTimeout(1000)
    assert.equal((await outputOf(0)).trim(), 'before')
    const shown = await outputOf(1)
    assert.equal(shown.match(/tick/g)?.length, ticks)
    assert.match(shown, /'end'/)
    await save('gone/a.ipynb')
    const cells = saved('gone/a.ipynb')
    assert.deepEqual(
      cells.map(({ execution_count: count }) => count),
      [1, 2, 3],
    )
    assert.equal(textOf(cells[1]!), ticked)
    assert.deepEqual(
      cells[1]!.outputs.map(({ output_type: type }) => type),
      ['stream', 'execute_result'],
    )
  })

  it('are not told again once they are saved', async () => {
    await open('gone/a.ipynb')
    await page.waitForTimeout(3000)
    assert.equal((await outputOf(1)).match(/tick/g)?.length, ticks)
    // Nothing was changed, so nothing is to be saved.
    assert.equal(await page.locator('.jp-mod-dirty').count(), 0)
  })

  it('go on in the cell when one comes back in the middle, with the rest of the queue', async () => {
    await open('back/a.ipynb')
    await runAll()
    await page.waitForSelector('text=tick 3')
    await page.close()
    await open('back/a.ipynb')
    await page.waitForSelector('text=tick 5')
    assert.match(await cell(1).locator('.jp-InputPrompt').innerText(), /\[\*\]/)
    await page.waitForSelector('text=after 1')
    assert.equal((await outputOf(1)).match(/tick/g)?.length, ticks)
    assert.match(await cell(1).locator('.jp-InputPrompt').innerText(), /\[2\]/)
    // And what is run here afterwards is JupyterLab's own again.
    await cell(0).locator('.cm-content').click()
    await page.keyboard.press('Shift+Enter')
    await cell(0).locator('.jp-InputPrompt', { hasText: '[4]' }).waitFor()
    assert.equal((await outputOf(0)).trim(), 'before')
    await save('back/a.ipynb')
    assert.equal(textOf(saved('back/a.ipynb')[1]!), ticked)
  })

  it('follow a notebook that is renamed while it runs', async () => {
    await open('moved/a.ipynb')
    await runAll()
    await page.waitForSelector('text=tick 2')
    const session = ((await lab.api('sessions')) as { id: string; path: string }[]).find(
      ({ path }) => path === 'moved/a.ipynb',
    )
    assert.ok(session !== undefined)
    await page.close()
    renameSync(join(lab.folder, 'moved/a.ipynb'), join(lab.folder, 'moved/b.ipynb'))
    await lab.api(`sessions/${session.id}`, {
      method: 'PATCH',
      body: JSON.stringify({ path: 'moved/b.ipynb', name: 'b.ipynb', type: 'notebook' }),
    })
    await idle(lab)
    await open('moved/b.ipynb')
    await page.waitForSelector('text=after 1')
    assert.equal((await outputOf(1)).match(/tick/g)?.length, ticks)
    assert.ok(!existsSync(join(lab.folder, 'moved/a.ipynb')))
  })
})

/** Waits until all kernels are followed: on a busy machine that may take longer than their start. */
async function followed(lab: Lab): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    const headers = { authorization: `token ${lab.token}`, 'content-type': 'application/json' }
    const response = await fetch(`${lab.url}daybook/kernels`, { method: 'POST', headers, body: '{}' })
    const states = Object.values(((await response.json()) as { followed: Record<string, unknown> }).followed)
    if (states.length > 0 && states.every((why) => why === null)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('The kernels are not followed')
}

/** Waits until no kernel of the server does anything. */
async function idle(lab: Lab): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    const kernels = (await lab.api('kernels')) as { execution_state: string }[]
    if (kernels.every(({ execution_state: state }) => state === 'idle')) return
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new Error('The kernels did not come to rest')
}
