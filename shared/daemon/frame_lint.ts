import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ModuleEvent } from '../api/module_events.ts'
import type { Clock } from '../base/clock.ts'
import type { StatePaths } from '../base/project.ts'
import { dataDefaults } from '../data/data_process.ts'
import { lintInProcess, type LintRequest, readyToLint } from '../data/lint_process.ts'
import type { LintReport } from '../data/report.ts'
import type { Store } from '../store/store.ts'
import type { Capability } from './capability.ts'
import { keepReport } from './data_reports.ts'
import { cellOfExecution } from './execution.ts'
import { readLintSettings } from './lint_settings_file.ts'
import type { TopicBoard } from './topics.ts'

/** A frame that a kernel hands over. */
export type FrameEvent = Extract<ModuleEvent, { type: 'frame' }>

/** What looking at frames needs. */
export interface FrameLintParts {
  store: Store
  clock: Clock
  paths: StatePaths
  topics: TopicBoard
  log(message: string): void
}

/** How long the kernel's child may take to write a frame. */
const writeLimitMs = 60_000
/** How long a look may take, and how much memory: a frame is at most 100,000 rows. */
const lookLimits = { timeLimitMs: 60_000, memoryBytes: 400_000_000 }
/** At most so many frames wait; of more, the oldest are let go. */
const waitingLimit = 20
/** A first look is at a small sample, in a process that is ready; it is waited for no longer than this. */
const firstLimits = { timeLimitMs: 10_000, memoryBytes: 300_000_000, idleMs: 10 * 60_000 }
/** A file of so many bytes needs no first look: it is small itself. */
const smallBytes = 1_000_000
const smallRows = 5_000
/** Code that is likely to make a frame. */
const frameCode = /\b(?:pandas|polars|pyarrow|numpy|DataFrame|pd|pl|np)\b/

/** A frame whose turn comes; `first` tells, when the first look is over, whether it saw everything. */
interface Waiting {
  event: FrameEvent
  capability: Capability
  first: Promise<boolean>
}

/**
 * Looks at the frames that kernels hand over: at once at a sample of a few thousand rows, in a process that is ready;
 * then, one frame at a time, at all that was handed over, in a process of its own.
 *
 * Invariants. (1) A frame's files are removed, whatever happens. (2) A newer frame of the same name of the same kernel
 * takes the place of one that waits. (3) A failure is logged and stops no other. (4) A first look never takes the place
 * of the longer one.
 */
export class FrameLint {
  readonly #parts: FrameLintParts
  #waiting: Waiting[] = []
  #working: Promise<void> | null = null
  readonly #stop = new AbortController()
  readonly #ready = readyToLint({ memoryBytes: firstLimits.memoryBytes, threads: 1 }, firstLimits.idleMs)

  constructor(parts: FrameLintParts) {
    this.#parts = parts
    for (const name of readdirSync(parts.paths.spool))
      if (/^frame-\w+(\.first)?\.data(\.part)?$/.test(name))
        rmSync(join(parts.paths.spool, name), { force: true })
  }

  /** A cell with this code begins: what will look at its frames makes itself ready meanwhile. */
  expect(code: string): void {
    if (!frameCode.test(code)) return
    try {
      if (readLintSettings(this.#parts.paths.root).onRun) this.#ready.prepare()
    } catch {
      // What is wrong in daybook.yaml is told when a frame comes.
    }
  }

  /** A frame to look at when its turn comes. */
  add(event: FrameEvent, capability: Capability): void {
    const older = this.#waiting.filter(
      (each) => each.capability.id === capability.id && each.event.name === event.name,
    )
    const first = this.#lookFirst(event, capability).catch((error: unknown) => {
      this.#tell(event, error)
      return false
    })
    this.#waiting.push({ event, capability, first })
    const late = this.#waiting.slice(0, Math.max(0, this.#waiting.length - waitingLimit))
    for (const gone of [...older, ...late]) {
      this.#waiting = this.#waiting.filter((each) => each !== gone)
      this.#remove(gone.event)
    }
    this.#working ??= this.#work().finally(() => (this.#working = null))
  }

  /** Gives up what it does and what waits. */
  async close(): Promise<void> {
    this.#stop.abort()
    for (const { event } of this.#waiting.splice(0)) this.#remove(event)
    this.#ready.close()
    await this.#working
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        if (!(await next.first)) await this.#look(next.event, next.capability)
      } catch (error) {
        this.#tell(next.event, error)
      } finally {
        this.#remove(next.event)
      }
    }
  }

  /** Looks at a small sample, or at the whole of a small frame. @returns whether it was the whole */
  async #lookFirst(event: FrameEvent, capability: Capability): Promise<boolean> {
    const { first } = event
    if (first == null && event.rows / event.step > smallRows) return false
    const path = first == null ? this.#path(event) : this.#firstPath(event)
    if (!(await this.#comes(path, firstLimits.timeLimitMs, 5)) || statSync(path).size > smallBytes)
      return false
    const step = event.step * (first ?? 1)
    const request = this.#request(event, path, { step, first: first != null })
    if (request === null) return false
    const report = await this.#ready.ask(request, this.#watch(firstLimits.timeLimitMs))
    this.#keep(report, event, capability, 0)
    return first == null
  }

  async #look(event: FrameEvent, capability: Capability): Promise<void> {
    const path = this.#path(event)
    // Waited for also where nobody wants to look: the file comes after its word, and has to be taken away.
    if (!(await this.#comes(path, writeLimitMs, 30)) || statSync(path).size === 0) return
    const request = this.#request(event, path, { step: event.step, first: false })
    if (request === null) return
    this.#keep(await lintInProcess(request, this.#watch(lookLimits.timeLimitMs)), event, capability)
  }

  #request(
    event: FrameEvent,
    path: string,
    { step, first }: { step: number; first: boolean },
  ): LintRequest | null {
    const { rules, suppress, onRun } = readLintSettings(this.#parts.paths.root)
    if (!onRun) return null
    const { name, rows, library } = event
    return {
      path,
      frame: { name, rows, step, library, first },
      against: null,
      table: null,
      rules,
      suppress,
      sampleRows: dataDefaults.sampleRows,
      preview: true,
      engine: 'auto',
      memoryBytes: lookLimits.memoryBytes,
      threads: 1,
    }
  }

  #keep(report: LintReport, event: FrameEvent, capability: Capability, pauseMs?: number): void {
    const { store, clock, topics } = this.#parts
    const cell = cellOfExecution(store, event.execution)
    keepReport(
      store,
      report,
      { notebook: capability.notebook, cell, execution: event.execution },
      clock.nowMs(),
    )
    topics.bump('data.changed', pauseMs)
  }

  #watch(timeLimitMs: number): { timeLimitMs: number; signal: AbortSignal } {
    return { timeLimitMs, signal: this.#stop.signal }
  }

  /** Whether the file comes in time. */
  async #comes(path: string, limitMs: number, everyMs: number): Promise<boolean> {
    for (let waitedMs = 0; !existsSync(path) && waitedMs < limitMs; waitedMs += everyMs) {
      if (this.#stop.signal.aborted) return false
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
    return existsSync(path)
  }

  #tell(event: FrameEvent, error: unknown): void {
    if (!this.#stop.signal.aborted)
      this.#parts.log(`frame ${event.name} is not looked at: ${(error as Error).message}`)
  }

  #path(event: FrameEvent): string {
    return join(this.#parts.paths.spool, basename(event.file))
  }

  #firstPath(event: FrameEvent): string {
    return this.#path(event).replace(/\.data$/, '.first.data')
  }

  #remove(event: FrameEvent): void {
    rmSync(this.#path(event), { force: true })
    rmSync(this.#firstPath(event), { force: true })
  }
}
