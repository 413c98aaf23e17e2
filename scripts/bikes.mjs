import { lastLines } from './run.mjs'
import { SetupProblem } from './problem.mjs'

/**
 * How a command is run: `show` runs it as a user would and shows it, `ask` gives its JSON.
 * @typedef {object} Commands
 * @property {(args: string[]) => Promise<void>} show
 * @property {(args: string[]) => Promise<{ ok: boolean, stdout: string, output: string }>} ask
 */

const notebook = 'examples/bikes.ipynb'

/**
 * The way of a model after training: deployed, a year that it has not seen replayed to it, the alert, candidates
 * compared on the same days, the best of them as shadow, promoted, all of it in the audit log.
 * @param {Commands} commands
 */
export async function watchBikes({ show, ask }) {
  console.log(`
A model in use: bikes wanted in an hour, learned from 2011. It is deployed; then 2012 comes, hour by hour.`)
  await show(['run', notebook])
  const name = freeName(
    (await json(ask, ['deployments'])).map((/** @type {{ name: string }} */ one) => one.name),
  )
  const search = "tags.`daybook.target` = 'cnt'"
  const [run] = (await json(ask, ['runs', '--nested', '--search', search, '--limit', '1'])).runs
  await show(['deploy', run.id.slice(0, 8), '--name', name])
  const replay = ['replay', 'examples/bike_hour.csv', '--to', name, '--label', 'cnt', '--pace', '0']
  await show([...replay, '--from', '2012-01-01', '--until', '2012-02-11', '--until-alert'])
  console.log(
    `\nThe alert leads to report, run and cell (daybook alerts N). April is what candidates are judged on:`,
  )
  await show([...replay, '--from', '2012-04-01', '--until', '2012-04-30'])
  const [alert] = await json(ask, ['alerts', '--deployment', name])
  await show([
    ...['retrain', name, '--on-window', '2012-04-01..2012-04-30', '--alert', String(alert.id), '--shadow'],
  ])
  console.log('\nThe best one gets a copy of each request now. Ten days of May:')
  await show([...replay, '--from', '2012-05-01', '--until', '2012-05-10'])
  await show(['shadow', name])
  await show(['promote', name, '--reason', 'the day counter follows the growth'])
  console.log('\nWho did what, and why:')
  await show(['audit', 'list', `deployment ${name}`])
}

/** @param {string[]} taken */
function freeName(taken) {
  for (let n = 1; ; n++) {
    const name = n === 1 ? 'bikes' : `bikes-${n}`
    if (!taken.includes(name)) return name
  }
}

/**
 * @param {Commands['ask']} ask
 * @param {string[]} args
 */
async function json(ask, args) {
  const asked = await ask(args)
  if (asked.ok) return JSON.parse(asked.stdout)
  throw new SetupProblem(`daybook ${args[0]} failed`, ['npx daybook doctor'], lastLines(asked.output))
}
