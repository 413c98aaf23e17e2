// node scripts/mlflow-suite.mjs [--write] [FILE…]: MLflow's own tests for a live server against Daybook's MLflow API. They are MLflow's and
// not part of this project: DAYBOOK_MLFLOW_SOURCES names a folder with MLflow's sources (its `tests/` is copied to
// a temporary folder, never changed). `--write` puts the counts into docs/mlflow-compatibility.md; names of files
// of the suite choose some of them. See docs/mlflow-compatibility.md for what is left out and why.
import { appendFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { node24, root } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { cachedEnvironment } from './python.mjs'
import { lastLines, run } from './run.mjs'
import { setUp, setupSteps } from './setup.mjs'
import { startSteps } from './steps.mjs'

/** The files of MLflow's that talk to a server, and what of them has to be replaced beside the server itself. */
const files = [
  { path: 'tests/tracking/test_rest_tracking.py' },
  { path: 'tests/tracking/test_model_registry.py' },
  { path: 'tests/tracking/test_mlflow_artifacts.py' },
  { path: 'tests/tracking/test_client_webhooks.py' },
  { path: 'tests/tracking/test_tracking.py', fixture: 'tracking_uri_mock' },
  { path: 'tests/store/tracking/test_sqlalchemy_store.py', fixture: 'store' },
]

const plugin = join(root, 'test', 'mlflow-suite')
const document = join(root, 'docs', 'mlflow-compatibility.md')

/**
 * @typedef {object} Report
 * @property {Record<string, string>} results by the id of a test
 * @property {Record<string, string>} differences why a test differs, by its id
 * @property {[string, string][]} left_out ids of tests with the reason
 */

/** @typedef {{ path: string, report: Report }} Outcome */

await runMain(async () => {
  const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
  const chosen = files.filter(({ path }) => names.length === 0 || names.some((name) => path.includes(name)))
  const sources = findSources()
  const version = versionOf(sources)
  const steps = startSteps(setupSteps + 1 + chosen.length)
  await setUp(steps)
  let python = ''
  await steps.step(`MLflow ${version} in an environment of its own`, async () => {
    python = await cachedEnvironment(`mlflow-${version}`, [
      `mlflow==${version}.*`,
      ...['pytest', 'pytest-asyncio', 'httpx', 'pillow', 'matplotlib'],
    ])
    return 'ready'
  })
  /** @type {Outcome[]} */
  const outcomes = []
  const folder = mkdtempSync(join(tmpdir(), 'daybook-mlflow-suite-'))
  try {
    cpSync(join(sources, 'tests'), join(folder, 'tests'), { recursive: true })
    for (const { path, fixture } of chosen) {
      await steps.step(path, async () => {
        const restore = replaceFixture(join(folder, path), fixture)
        const report = await runFile(python, folder, path)
        restore()
        outcomes.push({ path, report })
        return describe(countsOf(report))
      })
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  tellFailures(outcomes)
  if (process.argv.includes('--write')) writeDocument(version, outcomes)
  if (outcomes.some(({ report }) => countsOf(report).failed > 0)) process.exitCode = 1
})

/** @returns {string} */
function findSources() {
  const sources = process.env['DAYBOOK_MLFLOW_SOURCES'] ?? ''
  if (existsSync(join(sources, 'tests', 'tracking', 'test_rest_tracking.py'))) return sources
  throw new SetupProblem("MLflow's sources are not there", [
    'DAYBOOK_MLFLOW_SOURCES must name a folder with a checkout of https://github.com/mlflow/mlflow',
  ])
}

/**
 * @param {string} sources
 * @returns {string} major and minor version, as the tests must run with the client they were written for
 */
function versionOf(sources) {
  const text = readFileSync(join(sources, 'pyproject.toml'), 'utf8')
  const version = /^version = "(\d+\.\d+)\./m.exec(text)?.[1]
  if (version === undefined) throw new SetupProblem(`No version stands in ${sources}/pyproject.toml`, [])
  return version
}

/**
 * A fixture that is named again at the end of a module stands for the one before it.
 * @param {string} file
 * @param {string | undefined} fixture
 */
function replaceFixture(file, fixture) {
  const before = readFileSync(file, 'utf8')
  if (fixture !== undefined) appendFileSync(file, `\nfrom daybook_plugin import ${fixture}\n`)
  return () => writeFileSync(file, before)
}

/**
 * @param {string} python
 * @param {string} folder
 * @param {string} path
 * @returns {Promise<Report>}
 */
async function runFile(python, folder, path) {
  const reportPath = join(folder, 'report.json')
  rmSync(reportPath, { force: true })
  const server = [node24, '--disable-warning=ExperimentalWarning', join(root, 'test/daemon/mlflow/server.ts')]
  const ended = await run(python, ['-m', 'pytest', '-p', 'daybook_plugin', '-q', path], {
    cwd: folder,
    timeoutMs: 3_600_000,
    env: {
      ...process.env,
      PATH: [dirname(python), process.env['PATH'] ?? ''].join(delimiter),
      PYTHONPATH: [folder, plugin].join(delimiter),
      DAYBOOK_SUITE_SERVER: JSON.stringify(server),
      DAYBOOK_SUITE_REPORT: reportPath,
    },
  })
  if (!existsSync(reportPath)) {
    throw new SetupProblem(`pytest ended before its first test of ${path}`, [lastLines(ended.output, 20)])
  }
  return /** @type {Report} */ (JSON.parse(readFileSync(reportPath, 'utf8')))
}

/** @param {Report} report */
function countsOf(report) {
  const all = Object.values(report.results)
  /** @param {string} outcome */
  const count = (outcome) => all.filter((each) => each === outcome).length
  return {
    passed: count('passed'),
    failed: count('failed'),
    differs: count('differs'),
    skipped: count('skipped') + count('fails with MLflow too'),
    leftOut: report.left_out.length,
  }
}

/** @param {ReturnType<typeof countsOf>} counts */
function describe({ passed, failed, differs, skipped, leftOut }) {
  return `${passed} passed, ${failed} failed, ${differs} differ, ${skipped} skipped, ${leftOut} left out`
}

/** @param {readonly Outcome[]} outcomes */
function tellFailures(outcomes) {
  for (const { report } of outcomes) {
    for (const [id, result] of Object.entries(report.results)) {
      if (result === 'failed') console.log(`failed: ${id}`)
    }
  }
}

/**
 * Puts the tables between the marks of the document.
 * @param {string} version
 * @param {readonly Outcome[]} outcomes
 */
function writeDocument(version, outcomes) {
  const rows = outcomes.map(({ path, report }) => {
    const { passed, failed, differs, skipped, leftOut } = countsOf(report)
    return `| \`${path}\` | ${passed} | ${failed} | ${differs} | ${skipped} | ${leftOut} |`
  })
  const head =
    '| file | passed | failed | differ | skipped by MLflow | left out |\n| --- | --- | --- | --- | --- | --- |'
  const reasons = outcomes.map(({ path, report }) => {
    const left = grouped(report.left_out.map(([, reason]) => reason))
    const differ = grouped(Object.values(report.differences))
    const lines = [
      ...differ.map(([reason, count]) => `- differs (${count}): ${reason}`),
      ...left.map(([reason, count]) => `- left out (${count}): ${reason}`),
    ]
    return lines.length === 0 ? '' : `\n\`${path}\`\n\n${lines.join('\n')}\n`
  })
  const failed = outcomes.flatMap(({ report }) =>
    Object.entries(report.results)
      .filter(([, result]) => result === 'failed')
      .map(([id]) => `- failed: \`${id}\``),
  )
  const table = [`MLflow ${version}, each file with a fresh server per test:`, '', head, ...rows].join('\n')
  const all = `${table}\n${failed.length > 0 ? `\n${failed.join('\n')}\n` : ''}${reasons.join('')}`
  const text = readFileSync(document, 'utf8')
  writeFileSync(
    document,
    text.replace(/(<!-- suite -->\n)[^]*(<!-- \/suite -->)/, (_all, from, to) => `${from}\n${all}\n${to}`),
  )
}

/**
 * @param {readonly string[]} reasons
 * @returns {[string, number][]}
 */
function grouped(reasons) {
  const counts = new Map()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])
}
