import { html, nothing, type TemplateResult } from 'lit'
import { Problem } from '../base/problem.ts'
import { icon } from './icons.ts'

/** Something that was done, and how to take it back. */
export interface Done {
  says: string
  undo(): Promise<unknown>
}

/** How long it can be taken back here. */
const shownMs = 12_000

/** The last thing done, for a while, with a button that takes it back; or why it could not be done. */
export class UndoList {
  readonly #changed: () => void
  #last: Done | null = null
  #failed: string | null = null
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(changed: () => void) {
    this.#changed = changed
  }

  /** Does something and offers to take it back; a failure is shown, not thrown. */
  async attempt(work: () => Promise<Done | null>): Promise<void> {
    this.#show(null, null)
    try {
      this.#show(await work(), null)
    } catch (error) {
      this.#show(null, error instanceof Problem ? error.message : String(error))
    }
  }

  render(): TemplateResult | typeof nothing {
    const last = this.#last
    if (last === null && this.#failed === null) return nothing
    return html`<div class="toast" role="status">
      ${this.#failed ?? last?.says}
      ${
        last === null
          ? nothing
          : html`<button @click=${() => void this.attempt(async () => (await last.undo(), null))}>
              Undo
            </button>`
      }
      <button class="quiet icon" aria-label="Dismiss" @click=${() => this.#show(null, null)}>
        ${icon('close')}
      </button>
    </div>`
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #show(last: Done | null, failed: string | null): void {
    this.clear()
    this.#last = last
    this.#failed = failed
    this.#timer = last === null ? null : setTimeout(() => this.#show(null, null), shownMs)
    this.#changed()
  }
}
