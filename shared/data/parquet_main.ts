import { dirname } from 'node:path'
import { chmodSync, renameSync, rmSync } from 'node:fs'
import { toWireProblem } from '../base/problem.ts'
import { Database, quoteName, quoteText } from './database.ts'
import type { ParquetAnswer, ParquetRequest } from './parquet.ts'

/** The process that writes Parquet files, with 500 MB for DuckDB; what does not fit goes to the target's folder. */
process.once('message', (requests: ParquetRequest[]) => void answer(requests))
process.once('disconnect', () => process.exit(0))

async function answer(requests: readonly ParquetRequest[]): Promise<void> {
  let said: ParquetAnswer = null
  try {
    for (const request of requests) await write(request)
  } catch (error) {
    said = toWireProblem(error)
  }
  process.send?.(said)
}

async function write({ csv, parquet, columns }: ParquetRequest): Promise<void> {
  const spillFolder = dirname(parquet)
  const database = await Database.open({ memoryBytes: 500_000_000, threads: 1, spillFolder })
  const unfinished = `${parquet}.part`
  try {
    const texts = columns.map(([name]) => `${quoteText(name)}: 'VARCHAR'`).join(', ')
    const typed = columns.map(
      ([name, type]) => `TRY_CAST(${quoteName(name)} AS ${type}) AS ${quoteName(name)}`,
    )
    await database.run(
      `COPY (SELECT ${typed.join(', ')} FROM read_csv(${quoteText(csv)}, columns = {${texts}}, auto_detect = false,
         header = true, delim = ',', quote = '"', escape = '"', new_line = '\\n', parallel = false,
         max_line_size = 8000000))
       TO ${quoteText(unfinished)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    chmodSync(unfinished, 0o600)
    renameSync(unfinished, parquet)
  } finally {
    database.close()
    rmSync(unfinished, { force: true })
  }
}
