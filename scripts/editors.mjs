import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { ensureDebianPackages } from './debian.mjs'
import { lock } from './lock.mjs'
import { cacheFolder, node24, root } from './paths.mjs'
import { lastLines, run } from './run.mjs'

/** What the editors' tests need from Debian: a browser with fonts, and what code-server's natives build with. */
const debianPackages = [
  'chromium',
  'fonts-dejavu',
  'libkrb5-dev',
  'libsecret-1-dev',
  'libx11-dev',
  'libxkbfile-dev',
  'make',
  'g++',
]

/** Where the pinned code-server is named, with all that belongs to it. */
const wanted = join(root, 'test', 'e2e', 'vscode', 'code-server')

const version = JSON.parse(readFileSync(join(wanted, 'package.json'), 'utf8')).dependencies['code-server']

/** The folder of the code-server that tests use. */
export const codeServerFolder = join(
  cacheFolder,
  'editors',
  `code-server-${version}`,
  'node_modules',
  'code-server',
)

/** Written when the installation is complete. */
const stamp = join(cacheFolder, 'editors', `code-server-${version}`, 'daybook-complete')

/**
 * Installs the real VS Code that the tests drive, as the npm package `code-server`, into `.cache/`, once. What
 * cannot be had is said and fails nothing: tests that need it skip themselves.
 * @param {(detail: string) => void} tell
 * @returns {Promise<string>} what was done, or why not
 */
export async function ensureEditors(tell) {
  if (process.platform !== 'linux') return 'the editors are tried on Linux only, their tests are skipped'
  const debian = await ensureDebianPackages(debianPackages, tell)
  if (existsSync(stamp)) return debian
  const folder = dirname(stamp)
  const unlock = await lock(`${folder}.lock`, tell)
  try {
    if (existsSync(stamp)) return debian
    const why = await install(folder, tell)
    return why === null ? `code-server ${version} installed` : `no VS Code, its tests are skipped: ${why}`
  } finally {
    unlock()
  }
}

/**
 * @param {string} folder
 * @param {(detail: string) => void} tell
 * @returns {Promise<string | null>} why it failed
 */
async function install(folder, tell) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cpSync(wanted, folder, { recursive: true })
  tell(`building code-server ${version}, about two minutes`)
  // Its natives are compiled against the Node that runs it: the headers come as a package beside it.
  const nodeHeaders = join(folder, 'node_modules', `node-linux-${process.arch}`)
  const path = [dirname(node24), process.env.PATH ?? ''].join(delimiter)
  const env = {
    ...process.env,
    PATH: path,
    npm_config_nodedir: nodeHeaders,
    // An outer npm hands on its own Node's version here, and code-server's script would believe it.
    npm_config_user_agent: undefined,
  }
  const result = await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, env })
  if (!result.ok) return lastLines(result.output, 3)
  writeFileSync(stamp, version)
  return null
}
