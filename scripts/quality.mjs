// npm run bench:quality [NAME…]: measures how well Daybook guesses, beside published figures: every
// bench/quality/NAME.quality.ts, or those named, in a process of its own. It needs the data sets beside the
// checkout (../shared/data, or where DAYBOOK_DATA says) and says so where they are not.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { node24, root } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { lastLines, run } from './run.mjs'
import { setUp, setupSteps } from './setup.mjs'
import { startSteps } from './steps.mjs'
import { formatTable } from './table.mjs'

const suffix = '.quality.ts'
const folder = join(root, 'bench/quality')

await runMain(async () => {
  const chosen = choose(process.argv.slice(2))
  const steps = startSteps(setupSteps + chosen.length)
  await setUp(steps)
  /** @type {import('../bench/quality/quality.ts').QualityTable[]} */
  const tables = []
  for (const name of chosen) {
    await steps.step(name, async (tell) => {
      const outcome = await measure(name, tell)
      if ('tables' in outcome) tables.push(...outcome.tables)
      else process.exitCode = 1
      return 'tables' in outcome ? 'done' : `FAILED\n${lastLines(outcome.said, 25).replace(/^/gm, '    | ')}`
    })
  }
  for (const { title, columns, rows, note } of tables) {
    console.log(
      `\n${title}\n\n${formatTable(
        [...columns],
        rows.map((row) => [...row]),
      )}`,
    )
    if (note !== undefined) console.log(`\n${note}`)
  }
})

/** @param {string[]} names */
function choose(names) {
  const known = readdirSync(folder)
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length))
    .sort()
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length === 0) return names.length > 0 ? names : known
  throw new SetupProblem(`There is no measurement "${unknown[0]}"`, [`One of: ${known.join(', ')}`])
}

/**
 * @param {string} name
 * @param {(detail: string) => void} tell
 * @returns {Promise<{ tables: import('../bench/quality/quality.ts').QualityTable[] } | { said: string }>}
 */
async function measure(name, tell) {
  const scratch = mkdtempSync(join(tmpdir(), 'dbq-'))
  const result = join(scratch, 'tables.json')
  const code = `
    import { writeFileSync } from 'node:fs'
    import { measure } from ${JSON.stringify(`./bench/quality/${name}${suffix}`)}
    writeFileSync(${JSON.stringify(result)}, JSON.stringify(await measure((line) => console.log(line))))
    process.exit(0)`
  const env = { ...process.env, PATH: [dirname(node24), process.env.PATH ?? ''].join(delimiter) }
  try {
    const ended = await run(
      node24,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code],
      {
        cwd: root,
        env,
        onLine: (line) => tell(line.slice(0, 60)),
        timeoutMs: 60 * 60_000,
      },
    )
    if (!ended.ok) return { said: ended.output }
    return { tables: JSON.parse(readFileSync(result, 'utf8')) }
  } finally {
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
}
