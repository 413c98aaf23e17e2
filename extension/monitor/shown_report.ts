import { Problem } from '../../shared/base/problem.ts'

/** What a panel for a report shows. */
export type ReportContent =
  | { kind: 'waiting' }
  | { kind: 'report'; html: string }
  /** It could not be had for now; the panel stays, and offers to try again. */
  | { kind: 'failed'; problem: Problem }

/** A panel as far as a report needs one. */
export interface ReportPlace {
  show(content: ReportContent): void
  close(): void
}

/**
 * One report in one panel. (1) Only a report that does not exist any more closes its panel; any other failure is said
 * in it. (2) A panel that was closed is never written to. (3) One question at a time.
 */
export class ShownReport {
  readonly #id: string
  readonly #place: ReportPlace
  readonly #ask: () => Promise<string>
  #loading: Promise<void> | null = null
  #isClosed = false
  #content: ReportContent = { kind: 'waiting' }

  /** @param ask asks the daemon for the page of the report `id` */
  constructor(id: string, place: ReportPlace, ask: () => Promise<string>) {
    this.#id = id
    this.#place = place
    this.#ask = ask
  }

  /** What it shows now. */
  get content(): ReportContent {
    return this.#content
  }

  /**
   * Asks for the report and shows it.
   * @throws Problem `not_found` where there is no such report any more; its panel is closed then
   */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = null))
    return this.#loading
  }

  /** To be called when the panel was closed. */
  closed(): void {
    this.#isClosed = true
  }

  async #load(): Promise<void> {
    this.#show({ kind: 'waiting' })
    try {
      this.#show({ kind: 'report', html: await this.#ask() })
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem('internal', String(error))
      if (!this.#isGone(problem)) return this.#show({ kind: 'failed', problem })
      if (!this.#isClosed) this.#place.close()
      throw problem
    }
  }

  /** An old daemon says `not_found` too, of the method: only what names the report counts. */
  #isGone({ code, details }: Problem): boolean {
    return code === 'not_found' && details?.['report'] === this.#id
  }

  #show(content: ReportContent): void {
    if (this.#isClosed) return
    this.#content = content
    this.#place.show(content)
  }
}
