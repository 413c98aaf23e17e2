import { css, html, LitElement, nothing } from 'lit'
import { Problem } from '../base/problem.ts'
import type { TableColumns } from '../api/table_methods.ts'
import { completeFilter, nameFilter, type Suggestion } from './completion.ts'
import { controls } from './controls.ts'
import { icon } from './icons.ts'

/**
 * The box for a filter: completes names, and points at the place that is wrong.
 * @fires filter with the text in `detail`, when the user is done with it
 */
export class SearchBox extends LitElement {
  static override properties = {
    value: {},
    known: { attribute: false },
    problem: { attribute: false },
    draft: { state: true },
    at: { state: true },
    open: { state: true },
  }
  static override styles = [controls, styles()]
  declare value: string
  declare known: TableColumns
  /** What was wrong with `value`. */
  declare problem: unknown
  declare draft: string
  declare at: number
  declare open: boolean
  #suggestions: Suggestion[] = []

  constructor() {
    super()
    this.value = ''
    this.draft = ''
    this.known = { params: [], metrics: [], tags: [] }
    this.problem = null
    this.at = -1
    this.open = false
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('value')) this.draft = this.value
    // Somebody may have begun to type before the names were there.
    if (changed.has('known') && this.open && this.at < 0) this.#suggest()
  }

  override render() {
    const shown = this.open ? this.#suggestions : []
    const wrong = this.problem instanceof Problem && this.draft === this.value ? this.problem : null
    return html`
      <div class="box ${wrong === null ? '' : 'wrong'}">
        ${icon('search')}
        <div class="field">
          ${wrong === null ? nothing : this.#marks(wrong)}
          <input
            role="combobox"
            spellcheck="false"
            autocomplete="off"
            aria-label="Filter runs"
            aria-autocomplete="list"
            aria-controls="list"
            aria-expanded=${shown.length > 0}
            aria-activedescendant=${this.at >= 0 ? `s${this.at}` : nothing}
            aria-invalid=${wrong !== null}
            aria-describedby="wrong"
            placeholder="Filter: metrics.accuracy > 0.9 AND params.model = 'xgb'"
            .value=${this.draft}
            @input=${this.#type}
            @keydown=${this.#key}
            @focus=${this.#suggest}
            @blur=${this.#leave}
          />
        </div>
        ${
          this.draft === ''
            ? nothing
            : html`<button class="quiet icon clear" aria-label="Clear the filter" @click=${this.#clear}>
                ${icon('close')}
              </button>`
        }
      </div>
      ${wrong === null ? nothing : this.#explain(wrong)}
      <ul id="list" role="listbox" aria-label="Suggestions" ?hidden=${shown.length === 0}>
        ${shown.map(
          (each, i) =>
            html`<li
              id="s${i}"
              role="option"
              aria-selected=${i === this.at}
              @mousedown=${(event: Event) => this.#choose(event, each)}
            >
              <span>${each.label}</span><span class="muted">${each.detail}</span>
            </li>`,
        )}
      </ul>
    `
  }

  override focus(): void {
    this.renderRoot.querySelector('input')?.focus()
  }

  #marks(wrong: Problem) {
    const at = positionOf(wrong)
    if (at === null) return nothing
    const rest = this.draft.slice(at)
    const word = /^\s*\S*/.exec(rest)?.[0] ?? ''
    return html`<div class="marks" aria-hidden="true">
      <span>${this.draft.slice(0, at)}</span><mark>${word === '' ? ' ' : word}</mark>
    </div>`
  }

  #explain(wrong: Problem) {
    const instead = nameFilter(this.draft)
    return html`<div id="wrong" role="alert" class="explain">
      ${wrong.message}
      ${
        instead === null
          ? nothing
          : html`<button class="quiet" @mousedown=${() => this.#commit(instead)}>
              Find runs with “${this.draft.trim()}” in their name
            </button>`
      }
    </div>`
  }

  #type(event: Event): void {
    this.draft = (event.target as HTMLInputElement).value
    this.#suggest()
  }

  #suggest(): void {
    const input = this.renderRoot.querySelector('input')
    this.#suggestions = completeFilter(this.draft, input?.selectionStart ?? this.draft.length, this.known)
    this.at = -1
    this.open = true
    this.requestUpdate()
  }

  #key(event: KeyboardEvent): void {
    const count = this.open ? this.#suggestions.length : 0
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (count === 0) return this.#suggest()
      const step = event.key === 'ArrowDown' ? 1 : -1
      this.at = (this.at + step + count) % count
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector(`#s${this.at}`)?.scrollIntoView({ block: 'nearest' }),
      )
    } else if (event.key === 'Tab' && count > 0 && this.draft !== '' && this.at >= 0) {
      this.#choose(event, this.#suggestions[this.at])
    } else if (event.key === 'Enter') {
      if (this.at >= 0) this.#choose(event, this.#suggestions[this.at])
      else this.#commit(this.draft)
    } else if (event.key === 'Escape') {
      if (!this.open) return
      this.open = false
      event.stopPropagation()
    }
  }

  #choose(event: Event, suggestion: Suggestion | undefined): void {
    event.preventDefault()
    const input = this.renderRoot.querySelector('input')
    if (suggestion === undefined || input === null) return
    const cursor = input.selectionStart ?? this.draft.length
    this.draft = this.draft.slice(0, suggestion.from) + suggestion.insert + this.draft.slice(cursor)
    const place = suggestion.from + suggestion.insert.length
    void this.updateComplete.then(() => {
      input.setSelectionRange(place, place)
      this.#suggest()
    })
  }

  #clear(): void {
    this.#commit('')
    this.focus()
  }

  #leave(): void {
    this.open = false
    if (this.draft !== this.value) this.#commit(this.draft)
  }

  #commit(text: string): void {
    this.draft = text
    this.value = text.trim()
    this.open = false
    this.dispatchEvent(new CustomEvent('filter', { detail: this.value }))
  }
}

/** Where a filter is wrong: index of the first character that does not fit; null if the problem does not tell. */
export function positionOf(problem: Problem): number | null {
  const position = problem.details?.['position']
  return typeof position === 'number' ? position : null
}

function styles() {
  return css`
    :host {
      position: relative;
      display: block;
      background: transparent;
    }
    .box {
      display: flex;
      align-items: center;
      gap: 6px;
      height: 30px;
      padding: 0 2px 0 9px;
      border: 1px solid var(--db-border-strong);
      border-radius: var(--db-radius);
      background: var(--db-raised);
      color: var(--db-muted);
    }
    .box:focus-within {
      border-color: var(--db-focus);
      outline: 1px solid var(--db-focus);
    }
    .box.wrong {
      border-color: var(--db-bad);
    }
    .field {
      position: relative;
      flex: 1;
      min-width: 0;
      color: var(--db-text);
    }
    .field input:not([type='checkbox'], [type='range'], [type='radio']) {
      position: relative;
      width: 100%;
      padding: 0;
      border: 0;
      background: transparent;
      font-family: var(--db-mono);
      font-size: 12px;
      outline: none;
    }
    .marks {
      position: absolute;
      inset: 0;
      display: flex;
      overflow: hidden;
      white-space: pre;
      line-height: 28px;
      font-family: var(--db-mono);
      font-size: 12px;
      color: transparent;
    }
    .marks mark {
      background: transparent;
      color: transparent;
      text-decoration: underline wavy var(--db-bad);
      text-underline-offset: 3px;
    }
    .explain {
      position: absolute;
      z-index: 6;
      top: 34px;
      left: 0;
      right: 0;
      padding: 7px 10px;
      border: 1px solid var(--db-bad);
      border-radius: var(--db-radius);
      background: var(--db-raised);
      box-shadow: var(--db-shadow);
    }
    .explain button {
      padding: 0;
      color: var(--db-accent);
    }
    .clear {
      width: 24px;
      height: 24px;
    }
    ul {
      position: absolute;
      z-index: 7;
      top: 34px;
      left: 0;
      margin: 0;
      padding: 4px;
      min-width: 320px;
      max-width: 100%;
      max-height: 320px;
      overflow: auto;
      list-style: none;
      border: 1px solid var(--db-border-strong);
      border-radius: var(--db-radius);
      background: var(--db-raised);
      box-shadow: var(--db-shadow);
    }
    ul[hidden] {
      display: none;
    }
    li {
      display: flex;
      justify-content: space-between;
      gap: 24px;
      padding: 3px 8px;
      border-radius: var(--db-radius-small);
      font-family: var(--db-mono);
      font-size: 12px;
      cursor: pointer;
      white-space: nowrap;
    }
    li .muted {
      font-family: var(--db-font);
    }
    li:hover,
    li[aria-selected='true'] {
      background: var(--db-selected);
    }
  `
}
