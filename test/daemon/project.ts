import { spawn } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openClient, type Client } from '../../shared/api/client.ts'
import { openWebSocketWire } from '../../shared/api/websocket_wire.ts'
import { isAlive } from '../../shared/base/process.ts'
import { openState } from '../../shared/base/project.ts'
import { readDaemonFile, type DaemonFile } from '../../shared/daemon/discovery.ts'
import { ensureDaemon } from '../../shared/daemon/ensure.ts'

/** How a command ended. */
export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** A project folder of a test's own, used as a person would: through the command line. */
export interface DaemonProject {
  root: string
  /** Runs `daybook ARGS` in it. */
  daybook(args: readonly string[], env?: Record<string, string>): Promise<Ended>
  /** The same with --json; fails unless it ends with 0. */
  json<T>(args: readonly string[]): Promise<T>
  /** Writes a notebook of code cells; the first may be tagged `parameters`. */
  notebook(name: string, cells: readonly string[], options?: { parameters?: boolean }): string
  file(name: string, text: string): string
  client(): Promise<Client>
  daemon(): DaemonFile
  /** kill -9, as soon as one runs, and waits until it is gone. */
  killDaemon(): Promise<void>
  /** Stops everything and removes the folder. */
  close(): Promise<void>
}

/** The project's own Python, with what `npm test` installs. */
export const venv = join(import.meta.dirname, '..', '..', '.venv')
/** Its interpreter. */
export const python = join(venv, 'bin', 'python')
const cli = join(import.meta.dirname, '..', '..', 'shared', 'daemon', 'cli', 'main.ts')

/**
 * Makes such a project.
 * @param environment what its `.venv` is
 * @param parent where its folder is made
 */
export function makeDaemonProject(environment = venv, parent = tmpdir()): DaemonProject {
  const root = realpathSync(mkdtempSync(join(parent, 'd-')))
  symlinkSync(environment, join(root, '.venv'))
  const paths = () => openState(root)

  function daybook(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', cli, ...args], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
    })
  }

  function file(name: string, text: string): string {
    writeFileSync(join(root, name), text)
    return join(root, name)
  }

  function daemon(): DaemonFile {
    const found = readDaemonFile(paths())
    if (found === null) throw new Error('No daemon runs')
    return found
  }

  return {
    root,
    daybook,
    file,
    daemon,
    async json<T>(args: readonly string[]) {
      const { code, stdout, stderr } = await daybook([...args, '--json'])
      if (code !== 0) throw new Error(`daybook ${args.join(' ')} ended with ${code}: ${stdout}${stderr}`)
      return JSON.parse(stdout) as T
    },
    notebook(name, cells, options = {}) {
      const notebook = {
        cells: cells.map((source, i) => ({
          cell_type: 'code',
          id: `cell-${i}`,
          metadata: i === 0 && options.parameters === true ? { tags: ['parameters'] } : {},
          source,
          outputs: [],
          execution_count: null,
        })),
        metadata: {
          kernelspec: { name: 'python3', language: 'python', display_name: 'Python 3' },
          language_info: { name: 'python' },
        },
        nbformat: 4,
        nbformat_minor: 5,
      }
      return file(name, JSON.stringify(notebook, null, 1))
    },
    async client() {
      const { url, token } = await ensureDaemon(root)
      return openClient(await openWebSocketWire(url, token))
    },
    async killDaemon() {
      let found = readDaemonFile(paths())
      for (const untilMs = Date.now() + 30_000; found === null;) {
        if (Date.now() > untilMs) throw new Error('No daemon runs that could be killed')
        await new Promise((resolve) => setTimeout(resolve, 20))
        found = readDaemonFile(paths())
      }
      const { pid, start_time: startTime } = found
      process.kill(pid, 'SIGKILL')
      while (isAlive({ pid, startTime })) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async close() {
      await daybook(['stop', '--all'])
      rmSync(root, { recursive: true, force: true })
    },
  }
}
