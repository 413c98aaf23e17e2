import { mkdirSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import { ClockWatch } from './clock_watch.ts'
import { predictionLine, type Prediction } from './prediction.ts'
import {
  dropOldSegments,
  listPredictionSegments,
  predictionSegmentPath,
  rollSegment,
} from './prediction_segment.ts'

/** How a log is kept. */
export interface PredictionLogOptions {
  folder: string
  clock: Clock
  /** Told of trouble, once until it is over. */
  onTrouble?: (says: string) => void
  /** Rows that wait to be written at most; those beyond are dropped and counted. */
  maxWaiting?: number
  /** A segment is closed beyond this size. */
  segmentBytes?: number
  /** All segments together, and the oldest. */
  keepBytes?: number
  keepMs?: number
  /** How often what waits is written. */
  flushEveryMs?: number
}

/** What became of what was given to the log. */
export interface PredictionLogState {
  written: number
  dropped: number
  waiting: number
  /** Why nothing is written now; null while all is well. */
  trouble: string | null
}

/**
 * Writes predictions behind the answers' back.
 *
 * 1. add() never waits and never fails.
 * 2. What waits is bounded: beyond, the newest is dropped and counted.
 * 3. A disk that takes nothing is told once; what could not be written is counted as dropped, and the log goes on as
 *    soon as the disk takes something again.
 * 4. What only looks old, as the clock was set, is kept.
 */
export class PredictionLog {
  readonly #options: Required<Omit<PredictionLogOptions, 'onTrouble'>> &
    Pick<PredictionLogOptions, 'onTrouble'>
  readonly #clock: ClockWatch
  #waiting: Prediction[] = []
  #written = 0
  #dropped = 0
  #trouble: string | null = null
  #file: FileHandle | null = null
  #bytes = 0
  #seq: number
  /** After a write that failed the file may end inside a line. */
  #torn = false
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<void> | null = null
  #rolling: Promise<void> = Promise.resolve()
  #closed = false

  constructor(options: PredictionLogOptions) {
    this.#options = {
      maxWaiting: 50_000,
      segmentBytes: 16_000_000,
      keepBytes: 1_000_000_000,
      keepMs: 30 * 24 * 3_600_000,
      flushEveryMs: 100,
      ...options,
    }
    this.#clock = new ClockWatch(options.clock)
    this.#seq = (listPredictionSegments(options.folder).at(-1)?.seq ?? 0) + 1
    this.#rollClosed()
  }

  /** How it stands. */
  get state(): PredictionLogState {
    return {
      written: this.#written,
      dropped: this.#dropped,
      waiting: this.#waiting.length,
      trouble: this.#trouble,
    }
  }

  /** Takes rows, to be written soon. */
  add(rows: readonly Prediction[]): void {
    const room = this.#closed ? 0 : Math.max(0, this.#options.maxWaiting - this.#waiting.length)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]
      if (i < room && row !== undefined) this.#waiting.push(row)
    }
    this.#dropped += Math.max(0, rows.length - room)
    if (this.#closed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      void this.flush()
    }, this.#options.flushEveryMs)
  }

  /** Writes what waits; resolves when it is on its way to the disk, or given up. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing
    if (this.#waiting.length === 0) return
    this.#writing = this.#writeAll().finally(() => (this.#writing = null))
    await this.#writing
  }

  /** Writes what waits and lets go of the file; the segment is rolled when the log is opened next. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.flush()
    await this.#closeFile()
    await this.#rolling
  }

  /** Takes rows again after `close`: the deployment was taken down, and answers again. */
  reopen(): void {
    this.#closed = false
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // A thousand rows at a time: answers come between.
      const rows = this.#waiting.splice(0, 1_000)
      try {
        await this.#write(rows)
        this.#written += rows.length
        this.#trouble = null
      } catch (error) {
        this.#dropped += rows.length
        this.#torn = true
        const says = describe(error as NodeJS.ErrnoException)
        if (this.#trouble === null) this.#options.onTrouble?.(says)
        this.#trouble = says
        await this.#closeFile()
        return
      }
    }
  }

  async #write(rows: readonly Prediction[]): Promise<void> {
    if (this.#file === null) {
      mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 })
      this.#file = await open(predictionSegmentPath(this.#options.folder, this.#seq, 'jsonl'), 'a', 0o600)
    }
    const text = (this.#torn ? '\n' : '') + rows.map(predictionLine).join('')
    await this.#file.appendFile(text)
    this.#torn = false
    this.#bytes += Buffer.byteLength(text)
    if (this.#bytes < this.#options.segmentBytes) return
    await this.#closeFile()
    this.#seq++
    this.#bytes = 0
    this.#rollClosed()
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close().catch(() => undefined)
  }

  /** Makes Parquet of what is no longer written, one after the other, and lets the oldest go. */
  #rollClosed(): void {
    const { folder, clock, keepBytes: maxBytes, keepMs } = this.#options
    this.#rolling = this.#rolling.then(async () => {
      for (const segment of listPredictionSegments(folder)) {
        // What cannot be rolled now stays as lines, which readers read as well.
        if (segment.kind === 'jsonl' && segment.seq < this.#seq)
          await rollSegment(segment).catch(() => undefined)
      }
      const maxAgeMs = this.#clock.believable() ? keepMs : Infinity
      dropOldSegments(folder, { maxBytes, maxAgeMs, nowMs: clock.nowMs() })
    })
  }
}

function describe(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT')
    return 'The disk is full: predictions are answered but not recorded'
  return `Predictions are answered but not recorded: ${error.message}`
}
