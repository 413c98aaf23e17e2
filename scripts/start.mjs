// npm start: sets everything up, then does the main job and shows what it did: the example notebook, executed
// three times with different parameters, every run tracked; then better parameters searched for, 40 trials in
// parallel; then a model in use: deployed, watched, trained again, promoted. With --keep it leaves the daemon and
// the deployment running.
import { spawn } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { watchBikes } from './bikes.mjs'
import { build } from './build.mjs'
import { node24, root } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { lastLines, run } from './run.mjs'
import { setUp, setupSteps } from './setup.mjs'
import { startSteps } from './steps.mjs'

const notebook = 'examples/income.ipynb'

/** A copy of examples/tuning.ipynb, which is given the best parameters that were found. */
const tuned = 'examples/tuned.ipynb'

/** What is tried in turn: small steps with many trees, the defaults, big steps with few. */
const trials = [
  { learning_rate: 0.05, max_iter: 200 },
  { learning_rate: 0.1, max_iter: 100 },
  { learning_rate: 0.3, max_iter: 40 },
]

/** What is searched: of each parameter the range that makes sense. */
const ranges = [
  'learning_rate=log(0.02,0.5)',
  'max_leaf_nodes=logint(4,64)',
  'min_samples_leaf=logint(5,100)',
  'max_features=float(0.2,1)',
]

/** The runs of the notebook, ranked: the smaller the log loss on the test rows, the better. */
const table = ['runs', '--experiment', notebook, '--order-by', 'metrics.test_log_loss ASC', '--limit', '6']

const bin = join(root, 'bin', 'daybook.mjs')
const keep = process.argv.includes('--keep')

await runMain(async () => {
  const steps = startSteps(setupSteps + 1)
  await setUp(steps)
  await steps.step('Build', build)
  const wasRunning = (await ask(['daemon', 'status'])).ok
  try {
    await mainJob()
  } finally {
    if (!wasRunning && !keep) await endWhatWasStarted()
  }
})

async function mainJob() {
  console.log(
    `\nThe main job: ${notebook}, ${trials.length} times with different parameters, each run tracked.`,
  )
  for (const trial of trials) {
    const parameters = Object.entries(trial).flatMap(([name, value]) => ['-p', `${name}=${value}`])
    await show(['run', notebook, ...parameters])
  }
  console.log('\nWhat was recorded, the best first:')
  await show(table)
  const [best = '', ...others] = await rank()
  console.log('\nThe best of them:')
  await show(['show', best])
  console.log(
    '\nNow better parameters are searched for: 40 trials in parallel, what they share is loaded once.',
  )
  copyFileSync(join(root, 'examples', 'tuning.ipynb'), join(root, tuned))
  const space = ranges.flatMap((range) => ['--space', range])
  await show([
    'tune',
    tuned,
    '--metric',
    'val_log_loss',
    ...space,
    '--trials',
    '40',
    '--seed',
    '1',
    '--write-best',
  ])
  await watchBikes({ show, ask })
  console.log(`
How to look further, in this folder:
  npx daybook compare ${best} ${others.at(-1) ?? best}
      what differs between the best and the last: parameters, metrics, code, packages, data
  npx daybook show ${best} --code
      the code of its cells, in the order in which they ran
  npx daybook studies
      studies, with the best of each; tune --help shows how to begin one
  npx daybook exec -- .venv/bin/python examples/train.py --rate 0.1
      the same for any script, with a curve of every metric it logs`)
}

/** The first digits of the ids of the runs in the table, the best first. */
async function rank() {
  const asked = await ask(table)
  if (asked.ok)
    return JSON.parse(asked.stdout).runs.map((/** @type {{ id: string }} */ run) => run.id.slice(0, 8))
  throw new SetupProblem('The runs cannot be listed', ['npx daybook doctor'], lastLines(asked.output))
}

async function endWhatWasStarted() {
  console.log(`
Now everything that was started here is ended; what was recorded stays in .daybook/.
(npm start -- --keep leaves it running. The next daybook command starts it again by itself.)`)
  await show(['stop', '--all'])
}

/**
 * Runs a daybook command as a user would, and shows it.
 * @param {string[]} args
 */
async function show(args) {
  console.log(`\n$ daybook ${args.map(quote).join(' ')}`)
  const child = spawn(node24, [bin, ...args], { cwd: root, stdio: 'inherit' })
  // Ctrl-C reaches the child too, which ends what it does; then we end.
  const wait = () => {}
  process.on('SIGINT', wait)
  const code = await new Promise((resolve) => child.on('close', resolve))
  process.off('SIGINT', wait)
  if (code === 0) return
  if (code === 130)
    throw new SetupProblem('Interrupted', ['What was recorded so far is kept; npm start can be run again.'])
  throw new SetupProblem(`daybook ${args[0]} failed`, ['npx daybook doctor looks for the usual causes.'])
}

/**
 * Runs a daybook command for its JSON.
 * @param {string[]} args
 */
async function ask(args) {
  return await run(node24, [bin, ...args, '--json'], { cwd: root })
}

/** @param {string} word */
function quote(word) {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word}'`
}
