import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { askDataProcess } from '../data/data_process.ts'

/**
 * One file of a prediction log: lines of JSON while it is written and until it is rolled, then Parquet. The number
 * grows from file to file; what was predicted in one go, beside the gateway, has a word behind its number.
 */
export interface PredictionSegment {
  seq: number
  path: string
  kind: 'jsonl' | 'parquet'
}

/** Path of a segment. */
export function predictionSegmentPath(folder: string, seq: number, kind: PredictionSegment['kind']): string {
  return join(folder, `${String(seq).padStart(10, '0')}.${kind}`)
}

/** The segments in a folder, oldest first, each once; none if there is no such folder. */
export function listPredictionSegments(folder: string): PredictionSegment[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  const found = new Map<string, PredictionSegment>()
  for (const name of names.sort()) {
    const parts = /^((\d{10})(?:-\w+)?)\.(jsonl|parquet)$/.exec(name)
    if (parts === null) continue
    const [, key = '', seq] = parts
    const kind = parts[3] as PredictionSegment['kind']
    // Both are there while the lines of a rolled segment are being removed: the Parquet file is whole.
    if (kind === 'parquet' || !found.has(key))
      found.set(key, { seq: Number(seq), kind, path: join(folder, name) })
  }
  return [...found.values()].sort((a, b) => a.seq - b.seq)
}

/** Where a batch of predictions is written beside the gateway's own segments; it counts once it has this name. */
export function batchSegmentPath(folder: string, word: string): string {
  const seq = listPredictionSegments(folder).at(-1)?.seq ?? 0
  return predictionSegmentPath(folder, seq, 'jsonl').replace(/\.jsonl$/, `-${word}.jsonl`)
}

/** What the process that rolls is asked. Plain data: it crosses to another process. */
export interface RollRequest {
  from: string
  to: string
  memoryBytes: number
  threads: number
}

/**
 * Makes a Parquet file of a segment that is no longer written, in a process of its own, and removes the lines.
 * A line that is no JSON (torn by a crash or a full disk) is left out.
 * @throws Problem with DuckDB's own words; the lines then stay as they are
 */
export async function rollSegment(segment: PredictionSegment): Promise<void> {
  const to = segment.path.replace(/\.jsonl$/, '.parquet')
  const request: RollRequest = { from: segment.path, to, memoryBytes: 300_000_000, threads: 1 }
  await askDataProcess<null>(program, request, { timeLimitMs: 10 * 60_000 })
  rmSync(segment.path, { force: true })
}

/**
 * Removes the oldest segments beyond what is to be kept; the newest always stays.
 * @returns how many bytes were freed
 */
export function dropOldSegments(
  folder: string,
  keep: { maxBytes: number; maxAgeMs: number; nowMs: number },
): number {
  let held = 0
  let freed = 0
  for (const { path } of listPredictionSegments(folder).reverse()) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) continue
    const goes = held > 0 && (held + stat.size > keep.maxBytes || keep.nowMs - stat.mtimeMs > keep.maxAgeMs)
    held += stat.size
    if (!goes) continue
    rmSync(path, { force: true })
    freed += stat.size
  }
  return freed
}

// Beside this module as it was written, or beside the bundle this module is in.
const program = new URL(
  import.meta.url.endsWith('.ts') ? './roll_main.ts' : './roll_predictions.mjs',
  import.meta.url,
)
