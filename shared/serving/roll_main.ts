import { chmodSync, renameSync, rmSync } from 'node:fs'
import { serveDataRequests } from '../data/data_worker.ts'
import { quoteText } from '../data/database.ts'
import { predictionRelation } from './prediction_reader.ts'
import type { RollRequest } from './prediction_segment.ts'

serveDataRequests<null>(async ({ from, to }: RollRequest, { open }) => {
  const database = await open()
  const unfinished = `${to}.part`
  try {
    const relation = predictionRelation([{ seq: 0, path: from, kind: 'jsonl' }])
    await database.run(
      `COPY (SELECT * FROM ${relation}) TO ${quoteText(unfinished)} (FORMAT parquet, COMPRESSION zstd)`,
    )
    chmodSync(unfinished, 0o600)
    renameSync(unfinished, to)
    return null
  } finally {
    database.close()
    rmSync(unfinished, { force: true })
  }
})
