import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fromWireProblem, Problem, type WireProblem } from '../base/problem.ts'
import type { RuleSettings, Suppression } from './lint.ts'
import type { LintReport } from './report.ts'

/** What is to be looked at, and with how much of the machine. Plain data: it crosses to another process. */
export interface LintRequest {
  /** A file or a pattern of files, absolute. */
  path: string
  against: string | null
  /** A table of a database file. */
  table: string | null
  /** null: there is none; left out: guessed. */
  target?: string | null
  rules: Readonly<Record<string, RuleSettings>>
  suppress: readonly Suppression[]
  sampleRows: number
  engine: 'auto' | 'sql'
  memoryBytes: number
  threads: number
}

/** What the process says. */
export type LintMessage =
  | { kind: 'progress'; says: string }
  | { kind: 'report'; report: LintReport }
  | { kind: 'problem'; problem: WireProblem }

/** How long to wait, and whom to tell. */
export interface LintWatch {
  timeLimitMs: number
  signal?: AbortSignal
  progress?: (says: string) => void
}

/** What is looked at if nobody says otherwise. */
export const lintDefaults = {
  sampleRows: 100_000,
  memoryBytes: 1_000_000_000,
  timeLimitMs: 10 * 60_000,
  threads: 2,
} as const

/**
 * Looks at data in a process of its own.
 * @throws Problem: the process's own, `cancelled` after `signal` or the time limit, `data_limit` if it died
 */
export function lintInProcess(request: LintRequest, watch: LintWatch): Promise<LintReport> {
  return new Promise((resolve, reject) => {
    // DuckDB's memory comes on top of JavaScript's: the sample and its dictionaries.
    const heapMegabytes = Math.max(256, Math.round(request.memoryBytes / 1e6))
    const child = fork(mainFile(), [], {
      execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${heapMegabytes}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // Keeps NaN and infinities, which JSON has not.
      serialization: 'advanced',
    })
    let last = ''
    child.stderr?.on('data', (bytes: Buffer) => (last = (last + bytes.toString()).slice(-2000)))
    const giveUp = (problem: Problem): void => {
      finish(() => reject(problem))
      child.kill('SIGKILL')
    }
    const timer = setTimeout(
      () =>
        giveUp(
          new Problem(
            'cancelled',
            `It took longer than ${Math.round(watch.timeLimitMs / 1000)} s and was given up`,
            {
              hint: 'Give it more time, or look at fewer files.',
            },
          ),
        ),
      watch.timeLimitMs,
    )
    const cancel = (): void => giveUp(new Problem('cancelled', 'It was given up'))
    watch.signal?.addEventListener('abort', cancel, { once: true })
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      watch.signal?.removeEventListener('abort', cancel)
      if (child.connected) child.disconnect()
      settle()
    }
    child.on('message', (message: LintMessage) => {
      if (message.kind === 'progress') watch.progress?.(message.says)
      else if (message.kind === 'report') finish(() => resolve(message.report))
      else finish(() => reject(fromWireProblem(message.problem)))
    })
    child.on('error', (error) => finish(() => reject(error)))
    child.on('exit', (code, by) =>
      finish(() => {
        const memory = /out of memory/i.test(last) || by === 'SIGKILL' || code === 134
        const says = memory
          ? 'It needed more memory than allowed'
          : `It ended with ${by ?? code ?? 'no code'}: ${last.trim()}`
        reject(
          new Problem('data_limit', says, {
            hint: 'Allow more with --memory, or look at fewer rows or files.',
          }),
        )
      }),
    )
    child.send(request)
  })
}

/** The program: beside this module as it was written, or beside the bundle this module is in. */
function mainFile(): string {
  const bundled = !import.meta.url.endsWith('.ts')
  return fileURLToPath(new URL(bundled ? './lint.mjs' : './lint_main.ts', import.meta.url))
}
