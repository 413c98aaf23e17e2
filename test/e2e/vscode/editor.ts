import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { codeServerFolder } from '../../../scripts/editors.mjs'
import { needBrowser } from '../../chromium.ts'
import { skip } from '../../skip.ts'

/** The staged extension: what `npm run build` makes, and what the .vsix holds. */
export const stagedExtension = join(import.meta.dirname, '..', '..', '..', 'dist', 'vscode')

/** Skips the test or suite where there is no VS Code or no browser. */
export function needEditor(context: Mocha.Context): void {
  if (!existsSync(join(dirname(dirname(codeServerFolder)), 'daybook-complete')))
    skip(context, 'no code-server in .cache/editors: `npm run test:e2e` installs it where it can')
  needBrowser(context)
}

/** A VS Code server that listens. */
export interface EditorServer {
  port: number
  url: string
  /** What it wrote, for failures. */
  output(): string
  /** Ends it with all that it started, extension hosts too. */
  close(): Promise<void>
}

/** How a server is started. */
export interface EditorOptions {
  /** A folder of its own for user data and extensions. */
  folder: string
  /** Settings of the user. */
  settings?: Record<string, unknown>
  env?: Record<string, string>
  /** A command that starts it, in surroundings of its own. */
  within?: readonly string[]
}

/** Settings under which nothing asks, moves or goes out to the network. */
const quiet = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'git.enabled': false,
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'files.autoSave': 'off',
}

/** Starts VS Code's own server, for tests inside the extension host. */
export function startInnerServer(options: EditorOptions): Promise<EditorServer> {
  const main = join(codeServerFolder, 'lib', 'vscode', 'out', 'server-main.js')
  writeSettings(join(options.folder, 'data', 'Machine'), options.settings)
  const args = [
    main,
    '--host=127.0.0.1',
    '--port=0',
    '--without-connection-token',
    '--accept-server-license-terms',
    '--telemetry-level=off',
    '--enable-smoke-test-driver',
    '--disable-workspace-trust',
    `--server-data-dir=${options.folder}`,
    `--extensions-dir=${join(options.folder, 'extensions')}`,
  ]
  return start(args, /Extension host agent listening on (\d+)/, options)
}

/** Starts code-server as a user does; an extension is installed with installExtension() before. */
export function startCodeServer(options: EditorOptions): Promise<EditorServer> {
  writeSettings(join(options.folder, 'User'), options.settings)
  const args = [...codeServer(options.folder), '--auth=none', '--bind-addr=127.0.0.1:0']
  return start(args, /HTTP server listening on http:\/\/127\.0\.0\.1:(\d+)/, options)
}

/** Installs a .vsix into a folder that startCodeServer() then uses. */
export async function installExtension(folder: string, vsix: string): Promise<void> {
  const child = spawn(process.execPath, [...codeServer(folder), '--install-extension', vsix], {
    env: { ...process.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const code = await new Promise((resolve) => child.on('close', resolve))
  if (code !== 0 || !output.includes('was successfully installed')) throw new Error(output)
}

/** A short folder for one editor; removed by the function that comes with it. */
export function makeEditorFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'e-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

function codeServer(folder: string): string[] {
  return [
    join(codeServerFolder, 'out', 'node', 'entry.js'),
    `--user-data-dir=${folder}`,
    `--extensions-dir=${join(folder, 'extensions')}`,
    `--config=${join(folder, 'config.yaml')}`,
    `--session-socket=${join(folder, 's.sock')}`,
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-workspace-trust',
    '--disable-getting-started-override',
  ]
}

function writeSettings(folder: string, settings: Record<string, unknown> = {}): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...quiet, ...settings }, null, 1))
}

async function start(args: string[], listening: RegExp, options: EditorOptions): Promise<EditorServer> {
  // A group of its own, so that whatever it started can be ended with it.
  const [program = '', ...words] = [...(options.within ?? []), process.execPath, ...args]
  const child = spawn(program, words, {
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const port = await new Promise<number>((resolve, reject) => {
    const take = (chunk: unknown): void => {
      output = (output + String(chunk)).slice(-50_000)
      const found = listening.exec(output)?.[1]
      if (found !== undefined) resolve(Number(found))
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('exit', (code) => reject(new Error(`The editor ended with ${String(code)}: ${output}`)))
  })
  return { port, url: `http://127.0.0.1:${port}`, output: () => output, close: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  process.kill(-child.pid, 'SIGTERM')
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 5000)
  await gone
  clearTimeout(timer)
}
