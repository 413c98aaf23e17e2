import { askDataProcess, type DataRequest, type DataWatch } from '../data/data_process.ts'

/** A table that a model is to be asked about, all in one go. Plain data: it crosses to another process. */
export interface BatchRequest extends DataRequest {
  /** A file or a pattern of files, absolute. */
  input: string
  /** `.parquet` or `.csv`, absolute. */
  output: string
  /** The model's package, its Python, and the worker's program. */
  folder: string
  python: string
  program: string
  /** Rows that are asked at a time. */
  batchRows: number
  /** A model's process beyond this is ended. */
  modelBytes: number
  /** Where it is recorded, and as which revision; null if nowhere. */
  log: { folder: string; revision: number; modelUri: string; word: string; nowMs: number } | null
}

/** What came of it. */
export interface BatchResult {
  rows: number
  /** Rows that the model could not answer, and its words to the first of them. */
  failed: number
  failure: string | null
  /** Columns of the input that the model was given; empty where its signature names none. */
  inputs: readonly string[]
  /** Other columns of the input. */
  others: readonly string[]
  /** Columns that were added in the output. */
  added: readonly string[]
  /** What was answered: shares of the most frequent answers, or the mean with least and most. */
  answers:
    | { kind: 'class'; shares: readonly (readonly [string, number])[] }
    | { kind: 'number'; mean: number; least: number; most: number }
    | null
  recorded: number
}

/**
 * Asks a model about all rows of a table, in a process of its own, and writes the table with the answers beside.
 * @throws Problem: a column that is missing or of another type with its row, a model that cannot answer any row
 */
export function predictInProcess(request: BatchRequest, watch: DataWatch): Promise<BatchResult> {
  return askDataProcess(program, request, watch)
}

// Beside this module as it was written, or beside the bundle this module is in.
const program = new URL(
  import.meta.url.endsWith('.ts') ? './batch_main.ts' : './predict.mjs',
  import.meta.url,
)
