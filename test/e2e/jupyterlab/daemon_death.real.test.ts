import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { openClient } from '../../../shared/api/client.ts'
import { wireOver } from '../../../shared/api/websocket_wire.ts'
import { Bag } from '../../../shared/base/bag.ts'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']

/** Goes on until the test lets it end. */
const training = [
  'import daybook, os, time',
  'step = 0\nwhile not os.path.exists("stop"):\n    daybook.log(reached=step, step=step)\n    step += 1\n    time.sleep(0.1)\nprint("steps", step)',
]

describe('the daemon killed while JupyterLab shows it', function () {
  this.timeout(4 * 60_000)
  const bag = new Bag()
  let lab: Lab
  let page: Page

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    bag.add(() => lab.close())
    mkdirSync(join(lab.folder, 'first', '.git'), { recursive: true })
    lab.notebook('first/train.ipynb', training)
    const browser = await openBrowser()
    bag.add(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1500, height: 900 } })
    page.setDefaultTimeout(90_000)
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })

  it('leaves sidebar, table and run page live without a reload, and no metric is missing', async () => {
    await page.goto(lab.page('lab/tree/first/train.ipynb'))
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.locator('.jp-SideBar [data-id="daybook-sidebar"]').click()
    await page.waitForSelector('text=Python 3 (ipykernel) | Idle')
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    const listed = page.locator('.daybook-section-runs li')
    await listed.getByText('running').waitFor()
    await listed.first().click()
    await page.locator('daybook-run-page .status.RUNNING').first().waitFor()
    await page.locator('.daybook-sidebar button', { hasText: 'Table' }).click()
    await page.locator('daybook-runs-table .status.RUNNING').first().waitFor()
    await page.evaluate('document.body.dataset.testDocument = "the first"')

    const run = await page.locator('daybook-run-page h1').innerText()
    await turnTo(run)
    const before = await reachedOnPage(0)
    const first = daemonPid()
    process.kill(first, 'SIGKILL')
    // Nobody but the page and the kernel asks for the next one.
    await until(() => ![first, -1].includes(daemonPid()))
    await reachedOnPage(before + 20)
    await picture('after')
    await turnTo('Runs')
    await page.locator('daybook-runs-table .status.RUNNING').first().waitFor()

    writeFileSync(join(lab.folder, 'first', 'stop'), '')
    await page.locator('daybook-runs-table .status.FINISHED').first().waitFor()
    await listed.getByText('running').waitFor({ state: 'detached' })
    await turnTo(run)
    await page.locator('daybook-run-page .status.FINISHED').first().waitFor()
    assert.equal(await page.locator('body').getAttribute('data-test-document'), 'the first')

    const client = openClient(
      await wireOver(new WebSocket(lab.events('first/train.ipynb')), 'the test’s server'),
    )
    bag.add(() => client.close())
    const { runs } = await client.call('runs.search', {})
    assert.equal(runs.length, 1)
    const history = await client.call('runs.history', { id: runs[0]?.id ?? '', key: 'reached' })
    assert.ok(history.length > before + 20)
    assert.deepEqual(
      history.map(({ step, value }) => [step, value]),
      history.map((_, step) => [step, step]),
    )
    await page
      .locator('.tile', { hasText: 'reached' })
      .getByText(String(history.length - 1))
      .waitFor()
  })

  /** Brings a tab of ours to the front. */
  async function turnTo(label: string): Promise<void> {
    const labels = page.locator('#jp-main-dock-panel .lm-TabBar-tabLabel')
    await labels.getByText(label, { exact: true }).click()
  }

  /** What the run's page says the training has reached, once that is at least so much. */
  async function reachedOnPage(least: number): Promise<number> {
    const shown = page.locator('daybook-run-page .tile', { hasText: 'reached' }).locator('b')
    let reached = -1
    await until(async () => {
      reached = Number(await shown.innerText())
      return reached >= least
    })
    return reached
  }

  function daemonPid(): number {
    try {
      const told = readFileSync(join(lab.folder, 'first', '.daybook', 'daemon.json'), 'utf8')
      return (JSON.parse(told) as { pid: number }).pid
    } catch {
      // It is being written.
      return -1
    }
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.waitForTimeout(500)
    await page.screenshot({ path: join(pictures, `jupyterlab-daemon-death-${name}.png`) })
  }
})

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 90_000; Date.now() < deadline;) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('It did not come to that')
}
