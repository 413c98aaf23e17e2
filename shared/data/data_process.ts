import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fromWireProblem, Problem, type WireProblem } from '../base/problem.ts'

/** What a process that works on data says. */
export type DataMessage<Result> =
  | { kind: 'progress'; says: string }
  | { kind: 'result'; result: Result }
  | { kind: 'problem'; problem: WireProblem }

/** What every request says of the machine's share; the rest is the program's own, plain data. */
export interface DataRequest {
  memoryBytes: number
  threads: number
}

/** How long to wait, and whom to tell. */
export interface DataWatch {
  timeLimitMs: number
  signal?: AbortSignal
  progress?: (says: string) => void
}

/** What is taken of the machine if nobody says otherwise. */
export const dataDefaults = {
  sampleRows: 100_000,
  memoryBytes: 1_000_000_000,
  timeLimitMs: 10 * 60_000,
  threads: 2,
} as const

/**
 * Works on data in a process of its own: a hang or a lack of memory there takes nothing else along.
 * @param program the file to run, which answers a request with `DataMessage`s
 * @throws Problem: the process's own, `cancelled` after `signal` or the time limit, `data_limit` if it died
 */
export async function askDataProcess<Result>(
  program: URL,
  request: DataRequest,
  watch: DataWatch,
): Promise<Result> {
  const child = startDataProcess(program, request.memoryBytes)
  try {
    return await askProcess(child, request, watch)
  } finally {
    if (child.connected) child.disconnect()
  }
}

/** Starts a process that answers requests, one after the other, until it is disconnected. */
export function startDataProcess(program: URL, memoryBytes: number): ChildProcess {
  // DuckDB's memory comes on top of JavaScript's: the sample and its dictionaries.
  const heapMegabytes = Math.max(256, Math.round(memoryBytes / 1e6))
  return fork(fileURLToPath(program), [], {
    execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${heapMegabytes}`],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Keeps NaN and infinities, which JSON has not.
    serialization: 'advanced',
  })
}

/** Asks a process that was started and answers nobody else just now. Given up, it is killed. */
export function askProcess<Result>(
  child: ChildProcess,
  request: DataRequest,
  watch: DataWatch,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let last = ''
    const hear = (bytes: Buffer): void => void (last = (last + bytes.toString()).slice(-2000))
    child.stderr?.on('data', hear)
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
      child.stderr?.off('data', hear)
      child.off('message', answered).off('error', failed).off('exit', ended)
      settle()
    }
    const answered = (message: DataMessage<Result>): void => {
      if (message.kind === 'progress') watch.progress?.(message.says)
      else if (message.kind === 'result') finish(() => resolve(message.result))
      else finish(() => reject(fromWireProblem(message.problem)))
    }
    const failed = (error: Error): void => finish(() => reject(error))
    const ended = (code: number | null, by: NodeJS.Signals | null): void =>
      finish(() => {
        const memory = /out of memory/i.test(last) || by === 'SIGKILL' || code === 134
        const says = memory
          ? 'It needed more memory than allowed'
          : `Reading it crashed (${by ?? code ?? 'no code'})${last.trim() === '' ? '' : `: ${last.trim()}`}`
        reject(
          new Problem('data_limit', says, {
            hint: 'Allow more with --memory, or look at fewer rows or files.',
          }),
        )
      })
    child.on('message', answered).on('error', failed).on('exit', ended)
    child.send(request)
  })
}
