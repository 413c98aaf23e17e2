// npm run bench [NAME…]: runs every bench/*.bench.ts, or those named, and prints one table. One that fails does
// not stop the others. This file runs on any Node; the benchmarks run on Node 24, each in its own process.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { build } from './build.mjs'
import { endLeftovers, testMark } from './leftovers.mjs'
import { node24, root } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { lastLines, run } from './run.mjs'
import { setUp, setupSteps } from './setup.mjs'
import { startSteps } from './steps.mjs'
import { formatTable, toCells } from './table.mjs'

await runMain(async () => {
  const chosen = choose(process.argv.slice(2))
  const steps = startSteps(setupSteps + 1 + chosen.length)
  await setUp(steps)
  await steps.step('Build', build)
  /** @type {string[][]} */
  const rows = []
  for (const name of chosen) {
    await steps.step(name, async (tell) => {
      const outcome = await runOne(name, tell)
      if (outcome.ok) rows.push(...outcome.rows.map(toCells))
      else process.exitCode = 1
      return outcome.ok ? 'done' : `FAILED\n${lastLines(outcome.said, 25).replace(/^/gm, '    | ')}`
    })
  }
  console.log(`\n${cpus().length} × ${cpus()[0]?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`)
  console.log(formatTable(['what', 'ours', 'peer', 'ours/peer', 'aim', ''], rows))
})

/** @param {string[]} names */
function choose(names) {
  const suffix = '.bench.ts'
  const all = readdirSync(join(root, 'bench')).filter((name) => name.endsWith(suffix))
  const known = all.map((name) => name.slice(0, -suffix.length)).sort()
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length === 0) return names.length > 0 ? names : known
  throw new SetupProblem(`There is no benchmark "${unknown[0]}"`, [`One of: ${known.join(', ')}`])
}

/**
 * Runs one benchmark in a process and a temporary folder of its own.
 * @param {string} name
 * @param {(detail: string) => void} tell
 * @returns {Promise<{ ok: true, rows: import('../bench/bench.ts').BenchRow[] } | { ok: false, said: string }>}
 */
async function runOne(name, tell) {
  const scratch = mkdtempSync(join(tmpdir(), 'dbb-'))
  const result = join(scratch, 'rows.json')
  const code = `
    import { writeFileSync } from 'node:fs'
    import { bench } from ${JSON.stringify(`./bench/${name}.bench.ts`)}
    writeFileSync(${JSON.stringify(result)}, JSON.stringify(await bench()))
    process.exit(0)`
  const mark = `bench-${process.pid}-${name}`
  const path = [dirname(node24), process.env.PATH ?? ''].join(delimiter)
  const env = {
    ...process.env,
    PATH: path,
    TMPDIR: scratch,
    XDG_STATE_HOME: scratch,
    XDG_RUNTIME_DIR: scratch,
  }
  const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', code]
  try {
    const ended = await run(node24, args, {
      cwd: root,
      env: { ...env, [testMark]: mark },
      onLine: (line) => tell(line.slice(0, 60)),
      timeoutMs: 20 * 60_000,
    })
    if (!ended.ok) return { ok: false, said: ended.output }
    return { ok: true, rows: JSON.parse(readFileSync(result, 'utf8')) }
  } finally {
    await endLeftovers(mark, 0)
    rmSync(scratch, { recursive: true, force: true, maxRetries: 3 })
  }
}
