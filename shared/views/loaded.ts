import { html, nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { StateTopics } from '../api/topics.ts'
import { Live } from './live.ts'
import { sayProblem } from './problem_text.ts'

/** What an element shows. */
export interface LoadedParts<T> {
  /** What it depends on: when any of them changes, it is asked for again. */
  topics: readonly (keyof StateTopics)[]
  /** Asked for again after this time as well, for what changes without a word. In milliseconds. */
  everyMs?: number
  load(client: Client): Promise<T>
  /** Told every answer. */
  arrived?(value: T): void
}

/**
 * What an element asks for when it is put on a page, and asks again whenever that may have changed, until it is taken
 * away. The last answer stays when a later question fails; what went wrong is then said above it.
 */
export class Loaded<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost & { client: Client }
  readonly #parts: LoadedParts<T>
  #live: Live<T> | null = null
  #timer: ReturnType<typeof setInterval> | undefined
  #value: T | null = null
  #failed: unknown = null

  constructor(host: ReactiveControllerHost & { client: Client }, parts: LoadedParts<T>) {
    this.#host = host
    this.#parts = parts
    host.addController(this)
  }

  /** The last answer; null before the first. */
  get value(): T | null {
    return this.#value
  }

  /** What went wrong last; nothing while all is well. */
  get problem(): TemplateResult | typeof nothing {
    return this.#failed === null ? nothing : sayProblem(this.#failed)
  }

  hostConnected(): void {
    const { topics, everyMs, load, arrived } = this.#parts
    const { client } = this.#host
    this.#live = new Live({
      client,
      topics,
      load: () => load(client),
      show: (value) => {
        this.#failed = null
        this.#value = value
        arrived?.(value)
        this.#host.requestUpdate()
      },
      fail: (error) => {
        this.#failed = error
        this.#host.requestUpdate()
      },
    })
    if (topics.length === 0) this.refresh()
    if (everyMs !== undefined) this.#timer = setInterval(() => this.refresh(), everyMs)
  }

  hostDisconnected(): void {
    clearInterval(this.#timer)
    this.#live?.close()
    this.#live = null
  }

  /** Asks again. */
  refresh(): void {
    this.#live?.refresh()
  }

  /** What is there, what is not there yet, and what went wrong. */
  render(draw: (value: T) => TemplateResult | typeof nothing): TemplateResult {
    const { problem } = this
    if (this.#value !== null) return html`${problem}${draw(this.#value)}`
    return this.#failed === null
      ? html`<p class="muted">Loading…</p>`
      : html`${problem}<button @click=${() => this.refresh()}>Try again</button>`
  }
}
