import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../shared/data/database.ts'
import { dataDefaults } from '../shared/data/data_process.ts'
import { lintInProcess } from '../shared/data/lint_process.ts'
import type { BenchRow } from './bench.ts'
import { watchChildren } from './child_memory.ts'

const rows = 100_000_000

/** 100 million rows of Parquet, larger than what may be held: profile and all rules, as `daybook lint` does it. */
export async function bench(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'daybook-large-'))
  try {
    const path = join(folder, 'large.parquet')
    const maker = await Database.open({ memoryBytes: 1e9, threads: 2, spillFolder: folder })
    await maker.run(
      `COPY (SELECT i AS id, (hash(i) % 1000003) / 7.0 AS amount, (hash(i + 1) % 40)::INTEGER AS age,
        'kind ' || (hash(i + 2) % 300) AS kind, CASE WHEN hash(i + 3) % 20 <> 0 THEN (hash(i + 4) % 100)::SMALLINT END AS score
       FROM range(${rows}) AS t(i)) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`,
    )
    const gigabytes = statSync(path).size / 1e9
    const summarizeMs = await timed(async () => {
      await maker.rows(`SUMMARIZE FROM read_parquet('${path}')`)
    })
    maker.close()
    const { sampleRows, threads } = dataDefaults
    const request = {
      path,
      against: null,
      table: null,
      rules: {},
      suppress: [],
      engine: 'auto' as const,
      sampleRows,
      threads,
    }
    const watch = watchChildren()
    let looked = 0
    // What DuckDB may hold; JavaScript's sample and the programs themselves come on top.
    const oursMs = await timed(async () => {
      looked = (await lintInProcess({ ...request, memoryBytes: 5e8 }, { timeLimitMs: 400_000 })).rows
    })
    const peak = watch.stop()
    return [
      {
        what: `profile and all rules, ${looked / 1e6} million rows × 5 of Parquet (${gigabytes.toFixed(1)} GB)`,
        ours: { value: oursMs / 1000, unit: 's' },
        peer: { name: "DuckDB's SUMMARIZE", value: summarizeMs / 1000, unit: 's' },
        aim: 'at most twice SUMMARIZE',
        reached: oursMs <= 2 * summarizeMs,
      },
      {
        what: 'the most memory that took',
        ours: { value: peak / 1e6, unit: 'MB' },
        aim: 'below 1000 MB',
        reached: peak < 1e9,
      },
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  await work()
  return performance.now() - begin
}
