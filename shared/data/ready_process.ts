import type { ChildProcess } from 'node:child_process'
import { Problem } from '../base/problem.ts'
import { askProcess, type DataRequest, type DataWatch, startDataProcess } from './data_process.ts'

/** What is asked first, so that all code has run before it is needed: the answer is not looked at. */
export interface WarmUp extends DataRequest {
  warmUp: true
}

const warmUpWatch: DataWatch = { timeLimitMs: 30_000 }

/**
 * A process that works on data and is started before it is needed: a look at a small table takes it less time than
 * its start would. It answers one request after the other, with the memory of the first, and ends when it has long been idle.
 */
export class ReadyProcess<Request extends DataRequest, Result> {
  readonly #program: URL
  readonly #limits: DataRequest
  readonly #idleMs: number
  #child: ChildProcess | null = null
  #last: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined
  #closed = false

  constructor(program: URL, limits: DataRequest, idleMs: number) {
    this.#program = program
    this.#limits = limits
    this.#idleMs = idleMs
  }

  /** Starts it if it does not run. */
  prepare(): void {
    if (this.#child !== null) return
    const request: WarmUp = { ...this.#limits, warmUp: true }
    void this.#ask(request, warmUpWatch).catch(() => undefined)
  }

  /**
   * Asks it, when it has answered those who asked before.
   * @throws Problem as `askDataProcess`; the next one who asks gets a new process
   */
  ask(request: Request, watch: DataWatch): Promise<Result> {
    this.prepare()
    return this.#ask<Result>(request, watch)
  }

  /** Ends it, for good. */
  close(): void {
    this.#closed = true
    this.#end()
  }

  #end(): void {
    clearTimeout(this.#idle)
    this.#child?.kill('SIGKILL')
    this.#child = null
  }

  #ask<Answer>(request: DataRequest, watch: DataWatch): Promise<Answer> {
    if (this.#closed) return Promise.reject(new Problem('cancelled', 'It was given up'))
    this.#running()
    const answer = this.#last.then(() => {
      if (this.#closed) throw new Problem('cancelled', 'It was given up')
      return askProcess<Answer>(this.#running(), request, watch)
    })
    this.#last = answer.catch(() => undefined)
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#end(), this.#idleMs).unref()
    return answer
  }

  #running(): ChildProcess {
    if (this.#child?.connected !== true || this.#child.killed) this.#child = this.#start()
    return this.#child
  }

  #start(): ChildProcess {
    const child = startDataProcess(this.#program, this.#limits.memoryBytes)
    child.once('exit', () => {
      if (this.#child === child) this.#child = null
    })
    // Nobody waits for an end of it: it goes with this process.
    child.unref()
    child.channel?.unref()
    return child
  }
}
