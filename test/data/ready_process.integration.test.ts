import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Problem } from '../../shared/base/problem.ts'
import { type LintRequest, readyToLint } from '../../shared/data/lint_process.ts'

describe('a process that is ready to look at data', function () {
  this.timeout(60_000)
  const folder = mkdtempSync(join(tmpdir(), 'daybook-ready-'))
  const path = join(folder, 'a.csv')
  writeFileSync(path, `a,b\n${Array.from({ length: 30 }, (_, i) => `${i},x`).join('\n')}\n`)
  const limits = { memoryBytes: 300_000_000, threads: 1 }
  const request: LintRequest = {
    ...{ path, against: null, table: null, rules: {}, suppress: [], sampleRows: 1000, engine: 'auto' },
    ...limits,
  }
  const watch = { timeLimitMs: 30_000 }
  const ready = readyToLint(limits, 60_000)
  after(() => {
    ready.close()
    rmSync(folder, { recursive: true })
  })

  it('answers those who ask one after the other, also after a file that cannot be read', async () => {
    ready.prepare()
    const gone = ready.ask({ ...request, path: join(folder, 'gone.csv') }, watch)
    const [failure, ...reports] = await Promise.all([
      gone.catch((error: unknown) => error),
      ready.ask(request, watch),
      ready.ask(request, watch),
    ])
    assert.match((failure as Problem).message, /There is no file/)
    assert.deepEqual(
      reports.map(({ rows }) => rows),
      [30, 30],
    )
  })
  it('is another one after it was given up, and none after the end', async () => {
    const stop = new AbortController()
    const given = ready.ask(request, { ...watch, signal: stop.signal })
    await new Promise((resolve) => setTimeout(resolve))
    stop.abort()
    await assert.rejects(given, /given up/)
    assert.equal((await ready.ask(request, watch)).rows, 30)
    ready.close()
    await assert.rejects(ready.ask(request, watch), (error: Problem) => error.code === 'cancelled')
  })
})
