import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findCause } from './causes.mjs'
import { lock } from './lock.mjs'
import { cacheFolder, pythonOf, root, venvFolder } from './paths.mjs'
import { SetupProblem } from './problem.mjs'
import { findPython } from './interpreter.mjs'
import { lastLines, run } from './run.mjs'

/** What `.venv` takes on the disk, with what pip needs beside it for a while. */
const neededBytes = 2_000_000_000

/**
 * Makes the project's own Python environment, `.venv`, from requirements.txt and constraints.txt. Does
 * nothing when it stands; makes it anew when it was interrupted or its Python has gone.
 * @param {(detail: string) => void} tell
 * @returns {Promise<string>} what was done
 */
export async function ensurePythonPackages(tell) {
  const wanted = ['-r', join(root, 'requirements.txt'), '-c', join(root, 'constraints.txt')]
  const key = hash(readText('requirements.txt') + readText('constraints.txt'))
  return await ensureEnvironment({ folder: venvFolder, key, wanted, tell, about: 160, neededBytes })
}

/**
 * An environment of a test's or a benchmark's own, kept in `.cache/` between runs and made when first asked
 * for: a peer (papermill, an older ipykernel) never gets into the project's own environment.
 *
 * @param {string} name of the folder, for example `ipykernel-6.17`
 * @param {readonly string[]} requirements as pip takes them, for example `ipykernel==6.17.*`
 * @returns {Promise<string>} the path of its Python
 * @throws SetupProblem if it cannot be made, with what to do about it
 */
export async function cachedEnvironment(name, requirements) {
  const folder = join(cacheFolder, 'environments', name)
  const key = hash(requirements.join('\n'))
  await ensureEnvironment({
    folder,
    key,
    wanted: [...requirements],
    tell: () => {},
    about: null,
    neededBytes: 0,
  })
  return pythonOf(folder)
}

/**
 * @typedef {object} Environment
 * @property {string} folder
 * @property {string} key stands for what is wanted; kept in the environment when it is complete
 * @property {string[]} wanted pip's arguments
 * @property {(detail: string) => void} tell
 * @property {number | null} about how many packages there will be, for the progress line
 * @property {number} neededBytes
 */

/** @param {Environment} environment */
async function ensureEnvironment(environment) {
  const { folder, key, tell } = environment
  if (await stands(folder, key)) return 'ready'
  const unlock = await lock(`${folder.replace(/[/\\]\./, '/')}.lock`.replace(root, cacheFolder), tell)
  try {
    // Another process may have made it while we waited.
    if (await stands(folder, key)) return 'ready'
    const found = await chooseBase(folder)
    checkSpace(environment)
    if (!found.keep) await makeEmpty(folder, found.command, tell)
    await install(environment)
    writeFileSync(join(folder, stampName), key)
    return `installed, ${found.version}`
  } finally {
    unlock()
  }
}

/** In an environment that is complete: what it was made from. */
const stampName = 'daybook-complete'
/** In an environment that this script made, complete or not. */
const ownName = 'daybook-made'

/**
 * @param {string} folder
 * @param {string} key
 */
async function stands(folder, key) {
  const stamp = join(folder, stampName)
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== key) return false
  return (await run(pythonOf(folder), ['-c', ''], { timeoutMs: 20_000 })).ok
}

/**
 * Which Python to make the environment with, and whether the one that stands can be added to. An
 * interrupted installation of ours is thrown away: half of a package looks like a whole one to pip.
 * @param {string} folder
 */
async function chooseBase(folder) {
  const interrupted = existsSync(join(folder, ownName)) && !existsSync(join(folder, stampName))
  const there = await run(pythonOf(folder), ['--version'], { timeoutMs: 20_000 })
  if (there.ok && !interrupted) return { keep: true, command: [], version: there.output.trim() }
  const found = await findPython()
  return { keep: false, command: found.command, version: `Python ${found.version}` }
}

/**
 * @param {string} folder
 * @param {string[]} command
 * @param {(detail: string) => void} tell
 */
async function makeEmpty(folder, command, tell) {
  tell('making the environment')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(dirname(folder), { recursive: true })
  const [python = '', ...first] = command
  const made = await run(python, [...first, '-m', 'venv', folder])
  if (made.ok) {
    writeFileSync(join(folder, ownName), '')
    return
  }
  rmSync(folder, { recursive: true, force: true })
  const cause = findCause(made.output)
  if (cause !== undefined) throw new SetupProblem(cause.message, cause.todo, lastLines(made.output))
  throw new SetupProblem(
    'This Python cannot make virtual environments',
    [
      'Debian, Ubuntu: sudo apt install python3-venv',
      'Elsewhere: a Python from python.org, brew, conda or uv has everything inside.',
    ],
    lastLines(made.output),
  )
}

/** @param {Environment} environment */
async function install({ folder, wanted, tell, about }) {
  let collected = 0
  let installing = false
  const of = about === null ? '' : ` of about ${about}`
  const timer = setInterval(() => installing && tell(`${countInstalled(folder)}${of} installed`), 1000)
  const args = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-input', '--progress-bar', 'off']
  const result = await run(pythonOf(folder), [...args, ...wanted], {
    onLine(line) {
      if (/^\s*Collecting /.test(line)) tell(`${++collected}${of} found`)
      if (/^Installing collected/.test(line)) installing = true
      if (/Retrying|connection broken/i.test(line)) tell('the registry does not answer, pip tries again')
    },
  })
  clearInterval(timer)
  if (result.ok) return
  const said = lastLines(result.output.replace(/^WARNING: (Location|Url) .*\n/gm, ''))
  const cause = findCause(said) ?? findCause(result.output)
  if (cause !== undefined) throw new SetupProblem(cause.message, cause.todo, said)
  throw new SetupProblem(
    'pip could not install the Python packages',
    ['Run it again to see whether it lasts.'],
    said,
  )
}

/** @param {string} folder */
function countInstalled(folder) {
  const library = join(folder, 'lib')
  try {
    const sites =
      process.platform === 'win32'
        ? [join(folder, 'Lib', 'site-packages')]
        : readdirSync(library).map((name) => join(library, name, 'site-packages'))
    return sites.flatMap((site) => readdirSync(site)).filter((name) => name.endsWith('.dist-info')).length
  } catch {
    return 0
  }
}

/** @param {Environment} environment */
function checkSpace({ neededBytes }) {
  const { bavail, bsize } = statfsSync(root)
  if (bavail * bsize >= neededBytes) return
  const free = Math.round((bavail * bsize) / 1e6)
  throw new SetupProblem(
    `The disk is nearly full: ${free} MB are free and about ${neededBytes / 1e6} MB are needed`,
    ['Free some space, then run the same command again.'],
  )
}

/** @param {string} name */
function readText(name) {
  return readFileSync(join(root, name), 'utf8')
}

/** @param {string} text */
function hash(text) {
  return createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
}
