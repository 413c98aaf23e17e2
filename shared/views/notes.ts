import DOMPurify from 'dompurify'
import { css, html, LitElement, nothing } from 'lit'
import { unsafeHTML } from 'lit/directives/unsafe-html.js'
import MarkdownIt from 'markdown-it'
import { controls } from './controls.ts'
import { icon } from './icons.ts'

const markdown = new MarkdownIt({ linkify: false, html: false })

/**
 * Notes in Markdown, to be read and written.
 * @fires note with the text when the user has written it
 */
export class Notes extends LitElement {
  static override properties = {
    text: {},
    readOnly: { type: Boolean },
    draft: { state: true },
  }
  static override styles = [controls, notesStyles()]
  declare text: string
  declare readOnly: boolean
  /** Null while it is not being written. */
  declare draft: string | null

  constructor() {
    super()
    this.text = ''
    this.readOnly = false
    this.draft = null
  }

  override render() {
    if (this.draft !== null) {
      return html`<textarea
          rows="8"
          aria-label="Notes in Markdown"
          .value=${this.draft}
          @input=${(event: Event) => (this.draft = (event.target as HTMLTextAreaElement).value)}
          @keydown=${(event: KeyboardEvent) => {
            if (event.key === 'Escape') this.draft = null
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.#save()
          }}
        ></textarea>
        <p>
          <button class="primary" @click=${this.#save}>Save</button>
          <button @click=${() => (this.draft = null)}>Cancel</button>
          <span class="muted">Markdown</span>
        </p>`
    }
    const edit = html`<button class="quiet" @click=${() => (this.draft = this.text)}>
      ${icon('edit')} ${this.text === '' ? 'Write a note' : 'Edit'}
    </button>`
    return html`${
      this.text === '' ? nothing : html`<div class="note">${unsafeHTML(renderNote(this.text))}</div>`
    }
    ${this.readOnly ? nothing : edit}`
  }

  #save(): void {
    const text = this.draft ?? ''
    this.draft = null
    this.dispatchEvent(new CustomEvent('note', { detail: text }))
  }
}

/** Markdown as HTML without anything that could act: no scripts, no styles, no frames, no pictures from elsewhere. */
export function renderNote(text: string): string {
  return DOMPurify.sanitize(markdown.render(text), {
    FORBID_TAGS: ['style', 'form', 'input', 'iframe', 'img', 'video', 'audio'],
    FORBID_ATTR: ['style', 'id', 'class'],
  })
}

function notesStyles() {
  return css`
    :host {
      display: block;
    }
    textarea {
      width: 100%;
      font-family: var(--db-mono);
      font-size: 12px;
    }
    .note {
      max-width: 75ch;
    }
    .note > :first-child {
      margin-top: 0;
    }
    .note pre {
      padding: 8px 10px;
      overflow: auto;
      background: var(--db-surface);
      border-radius: var(--db-radius);
    }
  `
}
