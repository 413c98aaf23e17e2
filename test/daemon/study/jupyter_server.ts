import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../../shared/daemon/identity.ts'
import { python } from '../project.ts'

/** A Jupyter server of a test's own, as somebody would run it on another machine. */
export interface JupyterServer {
  /** As the server prints it, with its token. */
  address: string
  token: string
  /** Kernels that run there now. */
  kernels(): Promise<{ id: string; connections: number }[]>
  /** kill -9 of the server alone. */
  kill(): void
  /** Starts it again at the same address. */
  start(): Promise<void>
  close(): Promise<void>
}

/** Starts one. */
export async function startJupyterServer(): Promise<JupyterServer> {
  const folder = mkdtempSync(join(tmpdir(), 'j-'))
  const [port, token] = [await freePort(), 'a0b1c2d3e4f5a6b7']
  const url = `http://127.0.0.1:${port}`
  const headers = { authorization: `token ${token}` }
  let child: ChildProcess | null = null

  async function start(): Promise<void> {
    const options = [
      `--ServerApp.port=${port}`,
      '--ServerApp.port_retries=0',
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${folder}`,
      '--ServerApp.open_browser=False',
      '--allow-root',
    ]
    const { HOME, PATH } = process.env
    child = spawn(python, ['-m', 'jupyter_server', ...options], {
      // Nothing of the project's environment: this is another machine.
      env: { HOME, PATH, JUPYTER_RUNTIME_DIR: folder, JUPYTER_CONFIG_DIR: folder },
      cwd: folder,
      stdio: 'ignore',
    })
    for (const untilMs = Date.now() + 60_000; ;) {
      const answer = await fetch(`${url}/api/kernels`, { headers }).catch(() => null)
      if (answer?.ok === true) return
      if (Date.now() > untilMs) throw new Error('The Jupyter server does not come up')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  await start()
  return {
    address: `${url}/lab?token=${token}`,
    token,
    start,
    async kernels() {
      const answer = await fetch(`${url}/api/kernels`, { headers })
      return (await answer.json()) as { id: string; connections: number }[]
    },
    kill: () => void child?.kill('SIGKILL'),
    async close() {
      const ended = new Promise((resolve) => child?.once('exit', resolve))
      if (child?.exitCode === null && child.kill('SIGTERM')) await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
