import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fromWireProblem, Problem, type WireProblem } from '../base/problem.ts'

/** A CSV file (RFC 4180, with a header line) that becomes a Parquet file. Plain data: it crosses to another process. */
export interface ParquetRequest {
  csv: string
  parquet: string
  /** All columns in their order, with DuckDB's types; what does not fit its type becomes empty. */
  columns: readonly (readonly [name: string, type: ParquetType])[]
}

/** Types that columns may have. */
export type ParquetType = 'VARCHAR' | 'DOUBLE' | 'BIGINT' | 'TIMESTAMP'

/** How the process answers: null when it is done. */
export type ParquetAnswer = WireProblem | null

const timeLimitMs = 30 * 60_000

/**
 * Writes Parquet files from CSV files, in a process of its own: what DuckDB takes in memory, or a crash of it, is not
 * the daemon's.
 * @throws Problem with DuckDB's own words; `data_limit` if the process died, `cancelled` after half an hour
 */
export function writeParquet(requests: readonly ParquetRequest[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(mainFile(), [], {
      execArgv: ['--disable-warning=ExperimentalWarning', '--max-old-space-size=256'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      finish(() => reject(new Problem('cancelled', 'Writing Parquet took longer than half an hour')))
    }, timeLimitMs)
    const finish = (settle: () => void): void => {
      clearTimeout(timer)
      if (child.connected) child.disconnect()
      settle()
    }
    child.on('message', (answer: ParquetAnswer) =>
      finish(() => (answer === null ? resolve() : reject(fromWireProblem(answer)))),
    )
    child.on('error', (error) => finish(() => reject(error)))
    child.on('exit', (code, by) =>
      finish(() =>
        reject(new Problem('data_limit', `Writing Parquet ended with ${by ?? code ?? 'no code'}`)),
      ),
    )
    child.send(requests)
  })
}

/** The program: beside this module as it was written, or beside the bundle this module is in. */
function mainFile(): string {
  const bundled = !import.meta.url.endsWith('.ts')
  return fileURLToPath(new URL(bundled ? './parquet.mjs' : './parquet_main.ts', import.meta.url))
}
