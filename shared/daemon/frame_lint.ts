import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { ModuleEvent } from '../api/module_events.ts'
import type { Clock } from '../base/clock.ts'
import type { StatePaths } from '../base/project.ts'
import { dataDefaults } from '../data/data_process.ts'
import { lintInProcess } from '../data/lint_process.ts'
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

/**
 * Looks at the frames that kernels hand over, one at a time, each in a process of its own.
 *
 * Invariants. (1) A frame's file is removed, whatever happens. (2) A newer frame of the same name of the same kernel
 * takes the place of one that waits. (3) A failure is logged and stops no other.
 */
export class FrameLint {
  readonly #parts: FrameLintParts
  #waiting: { event: FrameEvent; capability: Capability }[] = []
  #working: Promise<void> | null = null
  readonly #stop = new AbortController()

  constructor(parts: FrameLintParts) {
    this.#parts = parts
    for (const name of readdirSync(parts.paths.spool))
      if (/^frame-\w+\.data(\.part)?$/.test(name)) rmSync(join(parts.paths.spool, name), { force: true })
  }

  /** A frame to look at when its turn comes. */
  add(event: FrameEvent, capability: Capability): void {
    const older = this.#waiting.filter(
      (each) => each.capability.id === capability.id && each.event.name === event.name,
    )
    this.#waiting.push({ event, capability })
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
    await this.#working
  }

  async #work(): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.#look(next.event, next.capability)
      } catch (error) {
        if (!this.#stop.signal.aborted)
          this.#parts.log(`frame ${next.event.name} is not looked at: ${(error as Error).message}`)
      } finally {
        this.#remove(next.event)
      }
    }
  }

  async #look(event: FrameEvent, capability: Capability): Promise<void> {
    const { store, clock, paths, topics } = this.#parts
    const settings = readLintSettings(paths.root)
    const path = this.#path(event)
    // Waited for also where nobody wants to look: the file comes after its word, and has to be taken away.
    for (let waitedMs = 0; !existsSync(path) && waitedMs < writeLimitMs; waitedMs += 30) {
      if (this.#stop.signal.aborted) return
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    if (!settings.onRun || !existsSync(path) || statSync(path).size === 0) return
    const { rules, suppress } = settings
    const request = {
      path,
      frame: { name: event.name, rows: event.rows, step: event.step, library: event.library },
      against: null,
      table: null,
      rules,
      suppress,
      sampleRows: dataDefaults.sampleRows,
      preview: true,
      engine: 'auto' as const,
      memoryBytes: lookLimits.memoryBytes,
      threads: 1,
    }
    const watch = { timeLimitMs: lookLimits.timeLimitMs, signal: this.#stop.signal }
    const report = await lintInProcess(request, watch)
    const cell = cellOfExecution(store, event.execution)
    keepReport(
      store,
      report,
      { notebook: capability.notebook, cell, execution: event.execution },
      clock.nowMs(),
    )
    topics.bump('data.changed')
  }

  #path(event: FrameEvent): string {
    return join(this.#parts.paths.spool, basename(event.file))
  }

  #remove(event: FrameEvent): void {
    rmSync(this.#path(event), { force: true })
  }
}
