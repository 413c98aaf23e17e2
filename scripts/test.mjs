import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { build } from './build.mjs'
import { checks } from './checks.mjs'
import { ensureDebianPackages } from './debian.mjs'
import { ensureEditors } from './editors.mjs'
import { endLeftovers, testMark } from './leftovers.mjs'
import { node24, root } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { setUp, setupSteps } from './setup.mjs'
import { startSteps } from './steps.mjs'
import { filesOf, tiers } from './tiers.mjs'

/** What integration tests need from Debian beside what setup.mjs brings. */
const debianPackages = ['r-cran-irkernel', 'postgresql']

await runMain(async () => {
  const chosen = choose(process.argv.slice(2))
  const deep = chosen.some((tier) => tier !== 'unit')
  const editors = chosen.some((tier) => tier === 'e2e' || tier === 'real')
  const steps = startSteps(setupSteps + (deep ? 2 : 0) + (editors ? 1 : 0))
  await setUp(steps)
  if (deep) {
    await steps.step('Build', build)
    await steps.step('Debian packages', (tell) => ensureDebianPackages(debianPackages, tell))
  }
  if (editors) await steps.step('Editors for tests', ensureEditors)
  const total = { passed: 0, failed: 0, skipped: /** @type {{ title: string, reason: string }[]} */ ([]) }
  const everything = process.argv.length === 2
  if (everything) console.log('\nchecks (what npm run check does), beside the tests')
  const checked = everything ? checks() : null
  for (const tier of chosen) {
    // Editors have the machine to themselves.
    if (tier === 'e2e' && checked !== null) await checked
    add(total, await runTier(tier))
  }
  if (checked !== null) add(total, await checked)
  for (const { title, reason } of total.skipped) console.log(`skipped: ${title}: ${reason}`)
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`)
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1
})

/** @typedef {{ passed: number, failed: number, skipped: { title: string, reason: string }[] }} Counts */

/**
 * @param {string[]} args
 * @returns {(keyof typeof tiers)[]}
 */
function choose(args) {
  if (args.length === 0) return ['unit', 'integration', 'e2e']
  for (const arg of args) {
    if (!(arg in tiers))
      throw new SetupProblem(`There are no "${arg}" tests`, [`One of: ${Object.keys(tiers).join(', ')}`])
  }
  return /** @type {(keyof typeof tiers)[]} */ (args)
}

/**
 * @param {Counts} total
 * @param {Counts} counts
 */
function add(total, counts) {
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped.push(...counts.skipped)
}

/**
 * Runs the tests of one tier, with lanes a few files at a time.
 * @param {keyof typeof tiers} tier
 * @returns {Promise<Counts>}
 */
async function runTier(tier) {
  const files = filesOf(tier)
  const { says, limitMinutes } = tiers[tier]
  const lanes = Math.min(tiers[tier].lanes, availableParallelism())
  console.log(`\n${tier} tests (${says}): ${files.length} files${lanes > 1 ? `, ${lanes} at a time` : ''}`)
  const total = { passed: 0, failed: 0, skipped: /** @type {Counts['skipped']} */ ([]) }
  const deadlineMs = Date.now() + limitMinutes * 60_000
  const waiting = lanes > 1 ? inBatches(files, 3) : files.length > 0 ? [files] : []
  const work = async () => {
    for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift())
      add(total, await runFiles(tier, batch, Math.max(1000, deadlineMs - Date.now())))
  }
  await Promise.all(Array.from({ length: lanes }, work))
  return total
}

/**
 * @param {string[]} files
 * @param {number} size
 */
function inBatches(files, size) {
  return Array.from({ length: Math.ceil(files.length / size) }, (_, i) =>
    files.slice(i * size, (i + 1) * size),
  )
}

/**
 * Runs test files in one mocha process on Node 24, in a temporary folder of their own.
 * @param {keyof typeof tiers} tier
 * @param {string[]} files
 * @param {number} limitMs
 * @returns {Promise<Counts>}
 */
async function runFiles(tier, files, limitMs) {
  // Short: a socket's path in it may have 107 bytes at most.
  const scratch = mkdtempSync(join(tmpdir(), 'dbt-'))
  const mark = randomUUID()
  try {
    const summaryPath = join(scratch, 'summary.json')
    // Real processes on a busy machine: such a test is tried once more, and the summary says which one it was.
    const again = tier === 'unit' ? [] : ['--retries', '1']
    const args = ['node_modules/mocha/bin/mocha.js', '--reporter', 'scripts/reporter.cjs', ...again, ...files]
    const ended = await runMocha(args, environment(scratch, mark, summaryPath), limitMs)
    const counts = count(tier, ended, summaryPath)
    // A supervisor that has nothing to do any more ends by itself within a quarter of a minute.
    const left = await endLeftovers(mark, 30_000)
    for (const command of left) console.log(`  ✗ left running: ${command}`)
    return left.length > 0 ? { ...counts, failed: counts.failed + 1 } : counts
  } finally {
    await endLeftovers(mark, 0)
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * The user's environment without what would lead tests to the user's own Daybook, MLflow or state.
 * @param {string} scratch
 * @param {string} mark
 * @param {string} summaryPath
 */
function environment(scratch, mark, summaryPath) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(MLFLOW_|JUPYTER_|PYTHONSTARTUP$|npm_)/.test(name),
  )
  const settings = ['DAYBOOK_PYTHON', 'DAYBOOK_MLFLOW_SOURCES']
  const own = kept.filter(([name]) => !name.startsWith('DAYBOOK_') || settings.includes(name))
  const folders = {
    TMPDIR: join(scratch, 't'),
    XDG_RUNTIME_DIR: join(scratch, 'r'),
    XDG_STATE_HOME: join(scratch, 's'),
  }
  for (const folder of Object.values(folders)) mkdirSync(folder, { mode: 0o700 })
  // Models beside the user's own are fitted in the background: the tests of that switch them on.
  const background = { DAYBOOK_BASELINES: '0' }
  const path = [dirname(node24), join(root, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)
  const extra = {
    PATH: path,
    DAYBOOK_TEST_SUMMARY: summaryPath,
    [testMark]: mark,
    FORCE_COLOR: '0',
    ...background,
  }
  return { ...Object.fromEntries(own), ...folders, ...extra }
}

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {number} limitMs
 * @returns {Promise<{ code: number | null, late: boolean }>}
 */
function runMocha(args, env, limitMs) {
  return new Promise((resolve) => {
    const child = spawn(node24, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: root,
      env,
      stdio: 'inherit',
    })
    let late = false
    const timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, limitMs)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, late })
    })
  })
}

/**
 * @param {string} tier
 * @param {{ code: number | null, late: boolean }} ended
 * @param {string} summaryPath
 * @returns {Counts}
 */
function count(tier, ended, summaryPath) {
  if (!existsSync(summaryPath)) {
    console.log(`  ✗ the ${tier} tests ${ended.late ? 'took too long' : `broke off (code ${ended.code})`}`)
    return { passed: 0, failed: 1, skipped: [] }
  }
  const summary = JSON.parse(readFileSync(summaryPath, 'utf8'))
  let failed = summary.failures.length
  if (summary.leftOpen.length > 0) {
    console.log(`  ✗ the process did not end by itself, left open: ${summary.leftOpen.join(', ')}`)
    failed++
  } else if (failed === 0 && ended.code !== 0) {
    console.log(`  ✗ mocha ended with code ${ended.code}`)
    failed++
  }
  return { passed: summary.passed, failed, skipped: summary.skipped }
}
