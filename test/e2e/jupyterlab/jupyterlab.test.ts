import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { openClient, type Client } from '../../../shared/api/client.ts'
import { wireOver } from '../../../shared/api/websocket_wire.ts'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** As slow as a busy machine may be. */
const patienceMs = 90_000

const training = [
  'import daybook, time\nfrom sklearn.datasets import load_breast_cancer\nfrom sklearn.tree import DecisionTreeClassifier\nX, y = load_breast_cancer(return_X_y=True)',
  "for step in range(40):\n    daybook.log(loss=1 / (step + 1), step=step)\n    time.sleep(0.25)\nmodel = DecisionTreeClassifier(max_depth=3).fit(X, y)\nprint('trained', round(model.score(X, y), 3))",
]

describe('JupyterLab with the wheel installed', function () {
  this.timeout(10 * 60_000)
  let lab: Lab
  let browser: Browser
  let page: Page
  /** Of the project that trains. */
  let watcher: Client | undefined
  const opened: Client[] = []
  const closers: (() => Promise<void>)[] = []

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    closers.push(() => lab.close())
    browser = await openBrowser()
    closers.push(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(patienceMs)
    for (const name of ['first', 'second']) {
      // The mark of a repository makes each a project of its own.
      mkdirSync(join(lab.folder, name, '.git'), { recursive: true })
      lab.notebook(`${name}/train.ipynb`, training)
    }
  })
  after(async () => {
    for (const client of opened) client.close()
    for (const close of closers.reverse()) await close()
  })

  it('asks for Jupyter’s own token before it opens anything', async () => {
    const without = await fetch(`${lab.url}daybook/project?path=first`, { redirect: 'manual' })
    assert.ok([302, 403].includes(without.status), String(without.status))
    await assert.rejects(connect(lab, 'first/train.ipynb', 'wrong'), /Cannot reach/)
    assert.ok(!existsSync(join(lab.folder, 'first', '.daybook')))
  })

  it('makes no project by a look, and leads to none outside of the server’s folder', async () => {
    const looked = await ask(lab, '&known=1')
    assert.equal(looked.status, 404)
    assert.equal((await ask(lab, '../../etc')).status, 403)
    assert.ok(!existsSync(join(lab.folder, '.daybook')))
  })

  it('gives each project a daemon of its own, and passes its answers and its news on', async () => {
    const [first, second] = await Promise.all(
      ['first', 'second'].map(async (name) => {
        const client = openClient(await connect(lab, `${name}/train.ipynb`, lab.token))
        opened.push(client)
        return client
      }),
    )
    assert.ok(first !== undefined && second !== undefined)
    watcher = first
    const [one, two] = await Promise.all([first.call('daemon.status', {}), second.call('daemon.status', {})])
    assert.equal(one.project, join(lab.folder, 'first'))
    assert.equal(two.project, join(lab.folder, 'second'))
    assert.notEqual(one.pid, two.pid)
    const version = await new Promise<number>((resolve) => first.onChange('runs.changed', resolve))
    assert.ok(version >= 1)
  })

  it('tracks a training from its first cell, and shows it while it runs', async () => {
    await page.goto(`${lab.url}lab/tree/first/train.ipynb?token=${lab.token}`)
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.locator('.jp-SideBar [data-id="daybook-sidebar"]').click()
    await page.waitForSelector('text=No runs yet')
    await page.waitForSelector('text=Python 3 (ipykernel) | Idle')
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    await page.waitForSelector('.daybook-footer >> text=running')
    await page.waitForSelector('.daybook-sidebar li >> text=running')
  })

  it('loses nothing when the page is closed in the middle, and finds all of it again', async () => {
    await page.close()
    const client = watcher as Client
    const run = await finished(client)
    const steps = (await client.call('runs.history', { id: run.id, key: 'loss' })).map(({ step }) => step)
    assert.deepEqual(
      steps,
      Array.from({ length: 40 }, (_, step) => step),
    )
    assert.equal(run.tags['daybook.notebook'], 'train.ipynb')
    assert.equal(run.tags['daybook.cell'], 'cell-1')
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(patienceMs)
    await page.goto(`${lab.url}lab/tree/first/train.ipynb?token=${lab.token}`)
    await page.waitForSelector('.daybook-footer >> text=1 run')
  })

  it('opens the run and the table in tabs, and these again after a reload', async () => {
    // The sidebar comes back as it was left: open.
    await page.locator('.daybook-sidebar li').first().click()
    await page.waitForSelector('daybook-run-page')
    await page.locator('.daybook-sidebar button', { hasText: 'Table' }).click()
    await page.waitForSelector('daybook-runs-table')
    await page.waitForTimeout(1500)
    await page.reload()
    await page.waitForSelector('.lm-TabBar-tabLabel >> text=Runs')
    await page.waitForSelector('daybook-runs-table')
  })

  it('installs nothing beside itself, and nothing stays when it is removed', () => {
    const share = join(lab.prefix, 'share', 'jupyter', 'labextensions', 'jupyterlab-daybook')
    const manifest = JSON.parse(readFileSync(join(share, 'package.json'), 'utf8')) as { name: string }
    assert.equal(manifest.name, 'jupyterlab-daybook')
    const record = readFileSync(
      join(lab.sitePackages, 'jupyterlab_daybook-0.1.0.dist-info', 'RECORD'),
      'utf8',
    )
    for (const path of [
      'labextensions/jupyterlab-daybook/package.json',
      'jupyter_server_config.d/jupyterlab_daybook.json',
    ])
      assert.ok(record.includes(path), path)
  })
})

function connect(lab: Lab, path: string, token: string) {
  const address = lab.events(path).replace(lab.token, token)
  return wireOver(new WebSocket(address), 'the test’s server')
}

function ask(lab: Lab, path: string): Promise<Response> {
  return fetch(`${lab.url}daybook/project?token=${lab.token}&path=${path}`)
}

async function finished(client: Client) {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline;) {
    const { runs } = await client.call('runs.search', {})
    const done = runs.find(({ status }) => status === 'FINISHED')
    if (done !== undefined) return done
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new Error('The training did not end')
}
