import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stopDaemon } from '../../../shared/daemon/cli/daemon.ts'
import { freePort } from '../../../shared/daemon/identity.ts'

/** A real JupyterLab over a folder of its own, under a base URL as a hub gives one. */
export interface Lab {
  /** The folder that it serves. */
  folder: string
  /** Address of the server with its base URL, ending in a slash. */
  url: string
  token: string
  /** Writes a notebook of code cells, `cell-0`, `cell-1`…; the path is from the folder. */
  notebook(path: string, cells: readonly string[], kernelspec?: string): void
  /** The address of a page of its own: `lab/tree/a.ipynb`. */
  page(path: string): string
  /** The address of the line to the daemon of a notebook's project. */
  events(path: string): string
  /** Asks the server's own API. */
  api(path: string, init?: RequestInit): Promise<unknown>
  /** What the server said so far. */
  log(): string
  /** Where its environment keeps shared files and packages. */
  prefix: string
  sitePackages: string
  close(): Promise<void>
}

/** How a JupyterLab is to be started otherwise. */
export interface LabOptions {
  /** The module that is started; JupyterLab if it is not given. */
  module?: 'jupyterlab' | 'notebook'
  /** Of its command line, beside the usual. */
  args?: readonly string[]
  /** Beside the usual; by the server's folder. */
  env?(folder: string): NodeJS.ProcessEnv
  /** A command that starts the one that is appended to it. */
  through?: readonly string[]
}

/** How long JupyterLab may take to answer on a busy machine. */
const startLimitMs = 120_000

/**
 * Starts JupyterLab.
 * @param python of an environment with JupyterLab and our wheel
 */
export async function startLab(python: string, options: LabOptions = {}): Promise<Lab> {
  const port = await freePort()
  const prefix = dirname(dirname(python))
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lab-')))
  const token = 'a-token-of-the-test'
  const base = '/user/ada/'
  const { module = 'jupyterlab', args = [], env, through = [] } = options
  const [program, ...first] = [...through, python]
  const child = spawn(
    program,
    [
      ...first,
      ...[
        '-m',
        module,
        '--no-browser',
        '--allow-root',
        `--ServerApp.port=${port}`,
        '--ServerApp.ip=127.0.0.1',
      ],
      ...[
        `--IdentityProvider.token=${token}`,
        `--ServerApp.base_url=${base}`,
        `--ServerApp.root_dir=${folder}`,
      ],
      ...['--LabApp.news_url=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate', ...args],
    ],
    {
      cwd: folder,
      env: { ...labEnvironmentOf(folder), ...env?.(folder) },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)))
  const url = `http://127.0.0.1:${port}${base}`
  await answers(`${url}api/status?token=${token}`, child, () => said)
  return {
    folder,
    url,
    token,
    notebook(path, cells, kernelspec = 'python3') {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), notebookOf(cells, kernelspec))
    },
    page: (path) => `${url}${path}?token=${token}`,
    events: (path) =>
      `${url.replace('http', 'ws')}daybook/events?path=${encodeURIComponent(path)}&token=${token}`,
    async api(path, init = {}) {
      const headers = { authorization: `token ${token}`, 'content-type': 'application/json' }
      const response = await fetch(`${url}api/${path}`, { ...init, headers })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return response.status === 204 ? null : await response.json()
    },
    log: () => said,
    prefix,
    sitePackages: sitePackagesOf(prefix),
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null) {
        child.kill('SIGTERM')
        await gone
      }
      // Only now does nobody start them again.
      for (const name of readdirSync(folder))
        if (existsSync(join(folder, name, '.daybook'))) await stopDaemon(join(folder, name))
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A notebook of code cells, `cell-0`, `cell-1`…, as its file holds it. */
export function notebookOf(cells: readonly string[], kernelspec: string): string {
  return JSON.stringify({
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
    metadata: { kernelspec: { name: kernelspec, language: '', display_name: kernelspec } },
    nbformat: 4,
    nbformat_minor: 5,
  })
}

function sitePackagesOf(prefix: string): string {
  const lib = join(prefix, 'lib')
  const version = readdirSync(lib).find((name) => name.startsWith('python'))
  return join(lib, version ?? '', 'site-packages')
}

/** The user's folders and settings stay out of it. */
export function labEnvironmentOf(folder: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(JUPYTER|DAYBOOK_(?!TEST)|MLFLOW|PYTHONSTARTUP)/.test(name),
  )
  const own = join(folder, '.lab')
  return {
    ...Object.fromEntries(kept),
    JUPYTER_CONFIG_DIR: join(own, 'config'),
    JUPYTER_DATA_DIR: join(own, 'data'),
    JUPYTER_RUNTIME_DIR: join(own, 'runtime'),
    JUPYTERLAB_SETTINGS_DIR: join(own, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: join(own, 'workspaces'),
    IPYTHONDIR: join(own, 'ipython'),
    XDG_STATE_HOME: process.env['XDG_STATE_HOME'] ?? join(own, 'state'),
  }
}

async function answers(address: string, child: ChildProcess, said: () => string): Promise<void> {
  for (const deadline = Date.now() + startLimitMs; Date.now() < deadline;) {
    if (child.exitCode !== null) break
    const response = await fetch(address).catch(() => null)
    if (response?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  child.kill('SIGKILL')
  throw new Error(`JupyterLab did not start:\n${said().slice(-3000)}`)
}
