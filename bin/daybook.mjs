#!/usr/bin/env node
// Starts the command line on a Node that is new enough (22.13, for node:sqlite): this one, else the one in
// node_modules. In a checkout the sources run, as long as they are newer than the bundle in dist/.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bundle = join(root, 'dist', 'daybook.mjs')
const source = join(root, 'shared', 'daemon', 'cli', 'main.ts')
const installed = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

const entry = chooseEntry()
if (entry === null) fail('Daybook is not built', 'npm run build')
else if (canRun(entry)) await runHere(entry)
else if (existsSync(installed)) runThere(entry)
else fail(`Node ${process.versions.node} is too old for Daybook: 22.13 or newer is needed`, 'npm run setup')

function chooseEntry() {
  if (!existsSync(source)) return existsSync(bundle) ? bundle : null
  if (!existsSync(bundle)) return source
  return newestMs(join(root, 'shared')) > statSync(bundle).mtimeMs ? source : bundle
}

/** @param {string} folder */
function newestMs(folder) {
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  return Math.max(...sources.map((path) => statSync(join(folder, path)).mtimeMs))
}

/** @param {string} path */
function canRun(path) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  // Sources need a Node that strips types by itself.
  const least = path.endsWith('.ts') ? 18 : 13
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= least)
}

/** @param {string} path */
async function runHere(path) {
  const emitWarning = process.emitWarning
  // node:sqlite and type stripping announce themselves as experimental, which tells a user nothing.
  process.emitWarning = /** @param {any[]} said */ (...said) => {
    const kind = typeof said[1] === 'object' ? said[1]?.type : said[1]
    if (kind !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, said)
  }
  process.argv[1] = path
  await import(pathToFileURL(path).href)
}

/** @param {string} path */
function runThere(path) {
  const args = ['--disable-warning=ExperimentalWarning', path, ...process.argv.slice(2)]
  const child = spawn(installed, args, { stdio: 'inherit' })
  // The terminal sends Ctrl-C to both: the child decides what it means. Other signals come to us alone.
  process.on('SIGINT', () => {})
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal]
  })
}

/**
 * @param {string} what
 * @param {string} todo
 */
function fail(what, todo) {
  process.stderr.write(`${what}.\n  In ${root}: ${todo}\n`)
  process.exitCode = 1
}
