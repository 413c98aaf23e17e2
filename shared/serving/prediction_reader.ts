import { quoteText, type Database } from '../data/database.ts'
import { parsePrediction, type Prediction, type Slot } from './prediction.ts'
import { listPredictionSegments, type PredictionSegment } from './prediction_segment.ts'

/** Which predictions are wanted. */
export interface PredictionQuery {
  /** From this time on, UTC milliseconds. */
  fromMs?: number
  /** Before this time. */
  toMs?: number
  slots?: readonly Slot[]
  revisions?: readonly number[]
}

/**
 * A deployment's predictions in the order of their time, in batches of some thousands, from Parquet and lines alike.
 * Reads what is on the disk when it is called.
 * @param folder the deployment's `predictions`
 * @param database where DuckDB works: outside of the daemon's process, for a log may be large
 */
export async function* readPredictions(
  database: Database,
  folder: string,
  query: PredictionQuery = {},
): AsyncGenerator<Prediction[]> {
  // A segment may be rolled between the list and the read: the second list has its other form.
  try {
    await materialize(database, folder, query)
  } catch {
    await materialize(database, folder, query)
  }
  for (let offset = 0; ; offset += batchRows) {
    const rows = await database.rows(
      `SELECT * FROM daybook_predictions WHERE n >= ${offset} AND n < ${offset + batchRows} ORDER BY n`,
    )
    if (rows.length === 0) break
    yield rows.map(parsePrediction).filter((prediction) => prediction !== null)
  }
  await database.run('DROP TABLE daybook_predictions')
}

/**
 * The segments as one relation of DuckDB, to put behind FROM: requestId, row, timeMs, revision, slot, modelUri,
 * latencyMs, error, and as JSON texts inputs, output, chances.
 */
export function predictionRelation(segments: readonly PredictionSegment[]): string {
  const paths = (kind: PredictionSegment['kind']): string[] =>
    segments.filter((segment) => segment.kind === kind).map(({ path }) => quoteText(path))
  const names = columns.map(([name]) => `"${name}"`).join(', ')
  const parts: string[] = []
  const parquet = paths('parquet')
  if (parquet.length > 0) parts.push(`SELECT ${names} FROM read_parquet([${parquet.join(', ')}])`)
  const lines = paths('jsonl')
  if (lines.length > 0) {
    const types = columns.map(([name, type]) => `${quoteText(name)}: '${type}'`).join(', ')
    parts.push(
      `SELECT ${names} FROM read_json([${lines.join(', ')}], columns = {${types}},
         format = 'newline_delimited', ignore_errors = true, maximum_object_size = 33554432)
       WHERE "requestId" IS NOT NULL`,
    )
  }
  if (parts.length === 0) {
    const empty = columns.map(([name, type]) => `NULL::${type} AS "${name}"`).join(', ')
    parts.push(`SELECT ${empty} WHERE false`)
  }
  return `(${parts.join(' UNION ALL ')})`
}

const batchRows = 5_000

const columns = [
  ['requestId', 'VARCHAR'],
  ['row', 'BIGINT'],
  ['timeMs', 'DOUBLE'],
  ['revision', 'BIGINT'],
  ['slot', 'VARCHAR'],
  ['modelUri', 'VARCHAR'],
  ['latencyMs', 'DOUBLE'],
  ['inputs', 'JSON'],
  ['output', 'JSON'],
  ['chances', 'JSON'],
  ['error', 'VARCHAR'],
] as const

async function materialize(database: Database, folder: string, query: PredictionQuery): Promise<void> {
  const where = ['true']
  if (query.fromMs !== undefined) where.push(`"timeMs" >= ${query.fromMs}`)
  if (query.toMs !== undefined) where.push(`"timeMs" < ${query.toMs}`)
  if (query.slots !== undefined) where.push(`list_contains([${query.slots.map(quoteText).join(', ')}], slot)`)
  if (query.revisions !== undefined) where.push(`list_contains([${query.revisions.join(', ')}], revision)`)
  await database.run(
    `CREATE OR REPLACE TEMP TABLE daybook_predictions AS
       SELECT *, row_number() OVER (ORDER BY "timeMs", "requestId", "row", slot) - 1 AS n
       FROM ${predictionRelation(listPredictionSegments(folder))} WHERE ${where.join(' AND ')}`,
  )
}
