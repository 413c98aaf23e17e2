import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toWireProblem } from '../base/problem.ts'
import { Database } from './database.ts'
import { loadFiles } from './load.ts'
import { reportOn } from './report.ts'
import type { LintMessage, LintRequest } from './lint_process.ts'

/** The process that looks at data: a hang or a lack of memory here takes nothing else along. */
process.once('message', (request: LintRequest) => void answer(request))
// Who asked lets go when the answer has come, or when nobody wants it any more.
process.once('disconnect', () => process.exit(0))

async function answer(request: LintRequest): Promise<void> {
  const spillFolder = mkdtempSync(join(tmpdir(), 'daybook-lint-'))
  process.once('exit', () => rmSync(spillFolder, { recursive: true, force: true }))
  const say = (message: LintMessage): void => void process.send?.(message)
  try {
    const begin = performance.now()
    const limits = { memoryBytes: request.memoryBytes, threads: request.threads, spillFolder }
    const load = async (path: string): ReturnType<typeof loadFiles> => {
      const database = await Database.open(limits)
      const { sampleRows, table, engine } = request
      const progress = (says: string): void => say({ kind: 'progress', says })
      return loadFiles(database, path, { sampleRows, table, engine, progress })
    }
    const data = await load(request.path)
    const against = request.against === null ? null : await load(request.against)
    const { target, rules, suppress } = request
    const options = { against, rules, suppress, ...(target === undefined ? {} : { target }) }
    const report = reportOn(data, options, () => performance.now())
    say({ kind: 'report', report: { ...report, tookMs: Math.round(performance.now() - begin) } })
  } catch (error) {
    say({ kind: 'problem', problem: toWireProblem(error) })
  }
}
