import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { findCause } from './causes.mjs'
import { node24, root } from './paths.mjs'
import { SetupProblem } from './problem.mjs'
import { lastLines, run } from './run.mjs'

/** The oldest Node that may start the set-up; the rest runs on Node 24, which npm installs. */
const oldestNode = 20

/** @throws SetupProblem if this Node is too old even for the set-up */
export function checkNode() {
  if (Number(process.versions.node.split('.')[0]) >= oldestNode) return
  throw new SetupProblem(`Node ${process.versions.node} is too old: ${oldestNode} or newer is needed`, [
    'Debian 13, Ubuntu 25.04 or newer: sudo apt install nodejs npm',
    'macOS: brew install node',
    'Elsewhere: a version manager (nvm install 24) or the installer of nodejs.org',
  ])
}

/**
 * Installs the npm packages if they are not there exactly as package-lock.json names them.
 * @param {(detail: string) => void} tell
 * @returns {Promise<string>} what was done
 */
export async function ensureNodePackages(tell) {
  // Linked packages belong to another checkout, which would lose them.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink()) return 'linked'
  const why = whyInstall()
  if (why === null) return 'ready'
  tell(`${why}, npm ci`)
  let lines = 0
  const { command, first, shown } = findNpm()
  const result = await run(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=http'], {
    cwd: root,
    env: environmentForNpm(),
    onLine(line) {
      if (/http (fetch|cache)/.test(line)) tell(`npm ci, ${++lines} answers from the registry or its cache`)
    },
  })
  if (!result.ok) throw npmProblem(result.code, result.output, shown)
  const still = whyInstall()
  if (still === null) return 'installed'
  throw new SetupProblem(`npm ci ended well, but ${still}`, [
    'If npm is told not to run install scripts (npm config get ignore-scripts), allow them for this folder:',
    'npm ci --ignore-scripts=false',
  ])
}

/**
 * Why the packages must be installed; null if they are there. npm writes its own list into node_modules as
 * the last thing it does, so an installation that was interrupted has none.
 */
function whyInstall() {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (installed === null) return 'not installed yet'
  const wanted = readPackages(join(root, 'package-lock.json'))
  if (wanted === null)
    throw new SetupProblem('package-lock.json cannot be read', ['git checkout package-lock.json'])
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link || (entry.optional && installed[path] === undefined)) continue
    if (installed[path]?.version !== entry.version)
      return `${path.slice('node_modules/'.length)} is not up to date`
  }
  if (!existsSync(node24)) return 'the npm package "node" brought no Node'
  return null
}

/**
 * @param {string} path
 * @returns {Record<string, { version: string, optional?: boolean, link?: boolean }> | null}
 */
function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return null
  }
}

/** The npm that runs us, else the one on the path. Its Node must not be the one that npm is about to replace. */
function findNpm() {
  const script = process.env.npm_execpath
  const own = process.env.npm_node_execpath
  const inside = join(root, 'node_modules')
  if (script !== undefined && /\.c?js$/.test(script) && existsSync(script)) {
    const node = [own, process.execPath].find((path) => path && existsSync(path) && !path.startsWith(inside))
    if (node !== undefined) return { command: node, first: [script], shown: `npm (${script})` }
  }
  return { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', first: [], shown: 'npm' }
}

/** Without node_modules/.bin at the head of the path, which is about to be removed. */
function environmentForNpm() {
  const parts = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((part) => !part.startsWith(join(root, 'node_modules')))
  return { ...process.env, PATH: parts.join(delimiter) }
}

/**
 * @param {number | null} code
 * @param {string} output
 * @param {string} shown
 */
function npmProblem(code, output, shown) {
  if (code === 127 && !/npm (ERR|error)/.test(output)) {
    return new SetupProblem('npm is not installed', [
      'Debian, Ubuntu: sudo apt install npm',
      'Elsewhere it comes with Node itself: nodejs.org',
    ])
  }
  const said = lastLines(output.replace(/^npm (http .*|error( +at .*| A complete log.*|\s*[{}])?)\n/gm, ''))
  const cause = findCause(said) ?? findCause(output)
  if (cause !== undefined) return new SetupProblem(cause.message, cause.todo, said)
  return new SetupProblem(
    `${shown} could not install the packages`,
    ['Try it by hand to see more: npm ci'],
    said,
  )
}
