import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { stopDaemon } from '../../../shared/daemon/cli/daemon.ts'
import { freePort } from '../../../shared/daemon/identity.ts'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labEnvironmentOf, notebookOf } from './lab.ts'
import { labPython } from './lab_environment.ts'

/** As slow as a busy machine may be. */
const patienceMs = 90_000
const modules = join(import.meta.dirname, '../../../node_modules')

const training = [
  'import daybook, time\nfrom sklearn.datasets import load_breast_cancer\nfrom sklearn.tree import DecisionTreeClassifier\nX, y = load_breast_cancer(return_X_y=True)',
  'for step in range(20):\n    daybook.log(loss=1 / (step + 1), step=step)\n    time.sleep(0.2)\nmodel = DecisionTreeClassifier(max_depth=3).fit(X, y)\ndaybook.log(accuracy=model.score(X, y))',
]

describe('JupyterHub with the wheel in its users’ environment', function () {
  this.timeout(10 * 60_000)
  let hub: Hub
  let browser: Browser
  let page: Page
  const closers: (() => Promise<void>)[] = []

  before(async function () {
    needBrowser(this)
    hub = await startHub(await labPython('jupyterhub-5'))
    closers.push(() => hub.close())
    browser = await openBrowser()
    closers.push(() => browser.close())
    page = await openPage()
  })
  after(async () => {
    for (const close of closers.reverse()) await close()
  })

  afterEach(async function () {
    if (this.currentTest?.state !== 'failed') return
    console.log(hub.log().slice(-3000))
    await picture('failed')
  })

  it('opens JupyterLab for a user who logged in, and tracks a training there', async () => {
    mkdirSync(join(hub.home('ada'), 'first', '.git'), { recursive: true })
    writeFileSync(join(hub.home('ada'), 'first', 'train.ipynb'), notebookOf(training, 'python3'))
    const notebook = '/data/user/ada/lab/tree/first/train.ipynb'
    await logIn(page, 'ada', `hub/spawn/ada?next=${encodeURIComponent(notebook)}`)
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.locator('.jp-SideBar [data-id="daybook-sidebar"]').click()
    await page.waitForSelector('text=No runs yet')
    await page.waitForSelector('text=Python 3 (ipykernel) | Idle')
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Run All Cells', exact: true }).click()
    await page.waitForSelector('.daybook-sidebar li >> text=running')
    await page.waitForSelector('.daybook-footer >> text=accuracy')
  })

  it('shows the table and the curve of a run through the hub’s proxy', async () => {
    await page.locator('.daybook-sidebar button', { hasText: 'Table' }).click()
    await page.locator('daybook-runs-table').getByText('train [2]').first().waitFor()
    await page.locator('.daybook-sidebar li').first().click()
    await page.locator('daybook-run-page').getByText('loss').first().waitFor()
    await picture('run')
  })

  it('lets no other user and nobody without a login in', async () => {
    const address = `${hub.url}user/ada/daybook/project?path=first`
    const nobody = await fetch(address, { redirect: 'manual' })
    assert.ok([302, 403].includes(nobody.status), String(nobody.status))
    const other = await openPage()
    await logIn(other, 'eve', 'hub/home')
    const answer = await other.goto(address)
    assert.equal(answer?.status(), 403)
    const socket = await other.evaluate(
      (to) =>
        new Promise<string>((resolve) => {
          const opened = new WebSocket(to)
          opened.onopen = () => resolve('open')
          opened.onerror = () => resolve('refused')
        }),
      `${hub.url.replace('http', 'ws')}user/ada/daybook/events?path=first`,
    )
    assert.equal(socket, 'refused')
  })

  async function openPage(): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const opened = await context.newPage()
    opened.setDefaultTimeout(patienceMs)
    return opened
  }

  async function logIn(on: Page, name: string, then: string): Promise<void> {
    await on.goto(`${hub.url}hub/login?next=${encodeURIComponent(`${new URL(hub.url).pathname}${then}`)}`)
    await on.locator('#username_input').fill(name)
    await on.locator('#password_input').fill('a password')
    await on.locator('#login_submit').click()
  }

  async function picture(name: string): Promise<void> {
    const pictures = process.env['DAYBOOK_PICTURES']
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `jupyterhub-${name}.png`) })
  }
})

interface Hub {
  /** Address with its base URL, ending in a slash. */
  url: string
  /** The folder that a user's server opens. */
  home(user: string): string
  /** What it and its users' servers said so far. */
  log(): string
  close(): Promise<void>
}

/** A hub whose users need no account of the system, each with a folder of their own; its proxy is the usual one. */
async function startHub(python: string): Promise<Hub> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hub-')))
  const [port, inner, api] = [await freePort(), await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}/data/`
  const home = (user: string): string => join(folder, 'homes', user)
  const settings = {
    JupyterHub: {
      bind_url: url,
      hub_bind_url: `http://127.0.0.1:${inner}`,
      spawner_class: 'simple',
      authenticator_class: 'dummy',
      cookie_secret_file: join(folder, 'cookie'),
      db_url: `sqlite:///${join(folder, 'hub.sqlite')}`,
    },
    ConfigurableHTTPProxy: {
      api_url: `http://127.0.0.1:${api}`,
      command: [process.execPath, join(modules, 'configurable-http-proxy/bin/configurable-http-proxy')],
      pid_file: join(folder, 'proxy.pid'),
    },
    DummyAuthenticator: { allow_all: true, password: 'a password' },
    Spawner: {
      cmd: [join(dirname(python), 'jupyterhub-singleuser')],
      args: ['--allow-root'],
      default_url: '/lab',
    },
    SimpleLocalProcessSpawner: { home_dir_template: join(folder, 'homes', '{username}') },
  }
  const config = join(folder, 'config.json')
  writeFileSync(config, JSON.stringify(settings))
  const child = spawn(python, ['-m', 'jupyterhub', '--config', config], {
    cwd: folder,
    env: labEnvironmentOf(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  await stands(`${url}hub/health`, child, () => said)
  return {
    url,
    home,
    log: () => said,
    async close() {
      if (child.exitCode === null) {
        const gone = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGTERM')
        await gone
      }
      await stopDaemon(join(home('ada'), 'first'))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function stands(address: string, child: ChildProcess, said: () => string): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline && child.exitCode === null;) {
    const response = await fetch(address).catch(() => null)
    if (response?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  child.kill('SIGKILL')
  throw new Error(`JupyterHub did not start:\n${said().slice(-3000)}`)
}
