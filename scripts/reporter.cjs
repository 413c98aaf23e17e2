// Mocha's reporter for scripts/test.mjs: a line a file while it runs, failures at once and in full, and the
// counts as JSON in the file that DAYBOOK_TEST_SUMMARY names.
const { writeFileSync } = require('node:fs')
const { relative } = require('node:path')

/** After how long a single test is named as still running. */
const slowMs = 20_000
/** How long the process may live after the last test before it counts as not ending by itself. */
const lingerMs = 8_000

/**
 * @typedef {object} Summary
 * @property {number} passed
 * @property {{ title: string, file: string, error: string }[]} failures
 * @property {{ title: string, reason: string }[]} skipped
 * @property {string[]} leftOpen what kept the process alive after the last test
 */

module.exports = class DaybookReporter {
  /** @param {import('mocha').Runner} runner */
  constructor(runner) {
    /** @type {Summary} */
    const summary = { passed: 0, failures: [], skipped: [], leftOpen: [] }
    let file = startFile('')
    /** @type {{ title: string, sinceMs: number, saidMs: number } | null} */
    let current = null

    runner.on('suite', (suite) => {
      if (!suite.parent?.root || suite.file === file.path) return
      endFile(file)
      file = startFile(suite.file ?? '')
    })
    runner.on(
      'test',
      (test) => (current = { title: test.fullTitle(), sinceMs: Date.now(), saidMs: Date.now() }),
    )
    runner.on('test end', () => (current = null))
    runner.on('pass', () => {
      summary.passed++
      file.passed++
    })
    runner.on('pending', (test) => {
      file.skipped++
      summary.skipped.push({ title: test.fullTitle(), reason: reasonOf(test) })
    })
    runner.on('retry', (test, error) => {
      console.log(
        `  ↻ tried once more: ${test.fullTitle()}\n${describeError(error).replace(/^/gm, '      ')}`,
      )
    })
    runner.on('fail', (test, error) => {
      file.failed++
      const failure = {
        title: test.fullTitle(),
        file: shortPath(test.file ?? file.path),
        error: describeError(error),
      }
      summary.failures.push(failure)
      console.log(`  ✗ ${failure.file}: ${failure.title}\n${failure.error.replace(/^/gm, '      ')}`)
    })
    const timer = setInterval(() => {
      if (current === null || Date.now() - current.saidMs < slowMs) return
      current.saidMs = Date.now()
      console.log(`    … ${current.title} (${Math.round((Date.now() - current.sinceMs) / 1000)} s so far)`)
    }, 1000)
    timer.unref()
    runner.on('end', () => {
      endFile(file)
      write(summary)
      setTimeout(() => endHard(summary), lingerMs).unref()
    })
  }
}

/** @param {string} path */
function startFile(path) {
  return { path, startedMs: Date.now(), passed: 0, failed: 0, skipped: 0 }
}

/** @param {ReturnType<typeof startFile>} file */
function endFile(file) {
  if (file.passed + file.failed + file.skipped === 0) return
  const parts = [`${file.passed} passed`]
  if (file.failed > 0) parts.push(`${file.failed} FAILED`)
  if (file.skipped > 0) parts.push(`${file.skipped} skipped`)
  const seconds = ((Date.now() - file.startedMs) / 1000).toFixed(1)
  console.log(`  ${file.failed > 0 ? '✗' : '✓'} ${shortPath(file.path)}: ${parts.join(', ')} (${seconds} s)`)
}

/**
 * The reason that skip() of test/skip.ts noted on the test or on a suite around it.
 * @param {any} test
 */
function reasonOf(test) {
  for (let at = test; at; at = at.parent) if (at.skipReason) return at.skipReason
  return 'no reason given'
}

/**
 * @param {unknown} error
 * @returns {string}
 */
function describeError(error) {
  if (!(error instanceof Error)) return String(error)
  const lines = [error.stack ?? error.message]
  if ('expected' in error && 'actual' in error && !/\n/.test(error.message)) {
    lines.push(`expected: ${inspect(error.expected)}`, `actual:   ${inspect(error.actual)}`)
  }
  if (error.cause !== undefined) lines.push(`because: ${describeError(error.cause)}`)
  return lines.join('\n')
}

/** @param {unknown} value */
function inspect(value) {
  return require('node:util').inspect(value, { depth: 4, breakLength: 100 }).slice(0, 2000)
}

/** @param {string} path */
function shortPath(path) {
  return relative(process.cwd(), path).replaceAll('\\', '/')
}

/** @param {Summary} summary */
function write(summary) {
  if (process.env.DAYBOOK_TEST_SUMMARY)
    writeFileSync(process.env.DAYBOOK_TEST_SUMMARY, JSON.stringify(summary))
}

/**
 * A test left a timer, socket or child open, and the process would live on for it.
 * @param {Summary} summary
 */
function endHard(summary) {
  summary.leftOpen = process.getActiveResourcesInfo()
  write(summary)
  process.exit(1)
}
