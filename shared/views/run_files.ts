import { css, html, LitElement, nothing } from 'lit'
import type { Client } from '../api/client.ts'
import type { ArtifactPart } from '../api/run_page_methods.ts'
import { formatBytes } from '../base/quantity.ts'
import { decodeBase64 } from './bytes.ts'
import { controls } from './controls.ts'
import { kindOfFile, readTable } from './file_kind.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { sayProblem } from './problem_text.ts'

/** What a preview reads of a text, and of anything else. */
const textBytes = 400_000
const wholeBytes = 12_000_000

/** The files that a run left, with a preview of the chosen one. */
export class RunFiles extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    run: {},
    files: { attribute: false },
    chosen: { state: true },
    content: { state: true },
  }
  static override styles = [controls, filesStyles()]
  declare client: Client
  declare host: ViewHost
  declare run: string
  declare files: readonly { path: string; sizeBytes: number }[]
  declare chosen: string | null
  declare content: ArtifactPart | null
  #failed: unknown = null
  #address: string | null = null

  constructor() {
    super()
    this.files = []
    this.chosen = null
    this.content = null
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const first = this.files.find(({ path }) => kindOfFile(path) === 'image') ?? this.files[0]
    if (changed.has('files') && this.chosen === null && first !== undefined) void this.#choose(first.path)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#forget()
  }

  override render() {
    if (this.files.length === 0) return html`<p class="muted">This run left no files.</p>`
    return html`<div class="both">
      <ul role="listbox" aria-label="Files">
        ${this.files.map(
          ({ path, sizeBytes }) =>
            html`<li role="presentation">
              <button
                class="quiet"
                role="option"
                aria-selected=${path === this.chosen}
                title=${path}
                @click=${() => void this.#choose(path)}
              >
                ${icon('file')}<span>${path}</span><small class="muted">${formatBytes(sizeBytes)}</small>
              </button>
            </li>`,
        )}
      </ul>
      <div class="preview">${this.#preview()}</div>
    </div>`
  }

  #preview() {
    const { content: part, chosen } = this
    if (this.#failed !== null) return sayProblem(this.#failed)
    if (chosen === null || part === null) return html`<p class="muted">Loading…</p>`
    return html`
      <header>
        <b>${chosen}</b><span class="muted">${formatBytes(part.sizeBytes)}</span>
        <button @click=${() => void this.#save(chosen)} ?disabled=${part.sizeBytes > 20_000_000}>
          ${icon('download')} Save
        </button>
      </header>
      ${this.#show(chosen, part)}
      ${part.cut ? html`<p class="muted">Only the beginning is shown.</p>` : nothing}
    `
  }

  #show(path: string, part: ArtifactPart) {
    const kind = kindOfFile(path)
    if (kind === 'image') {
      if (part.cut) return html`<p class="muted">This picture is too large to be shown here.</p>`
      return html`<img alt=${path} src=${this.#addressOf(part, path)} />`
    }
    const text = kind === 'binary' ? null : decodeText(part)
    if (text === null) return html`<p class="muted">This file has no preview.</p>`
    if (kind === 'html') {
      // Without permissions a frame runs no scripts and reaches nothing.
      return html`<iframe sandbox="" title=${path} .srcdoc=${text}></iframe>
        <p class="muted">Shown without its scripts.</p>`
    }
    const table = kind === 'table' ? readTable(text, path.endsWith('.tsv') ? '\t' : ',') : null
    if (table === null) return html`<pre tabindex="0">${kind === 'json' ? pretty(text) : text}</pre>`
    return html`<div class="scroll">
      <table>
        <thead>
          <tr>
            ${table.head.map((cell) => html`<th>${cell}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${table.rows.map(
            (row) =>
              html`<tr>
                ${row.map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }

  async #choose(path: string): Promise<void> {
    this.chosen = path
    this.content = null
    this.#failed = null
    const maxBytes = kindOfFile(path) === 'image' ? wholeBytes : textBytes
    try {
      const part = await this.client.call('runs.artifact', { id: this.run, path, maxBytes })
      // The user may have chosen another one meanwhile.
      if (this.chosen === path) this.content = part
    } catch (error) {
      this.#failed = error
      this.requestUpdate()
    }
  }

  async #save(path: string): Promise<void> {
    const part = await this.client.call('runs.artifact', { id: this.run, path, maxBytes: 20_000_000 })
    const name = path.split('/').at(-1) ?? path
    this.host.save({ name, mime: 'application/octet-stream', content: decodeBase64(part.base64) })
  }

  #addressOf(part: ArtifactPart, path: string): string {
    this.#forget()
    const type = path.endsWith('.svg') ? 'image/svg+xml' : `image/${path.split('.').at(-1) ?? 'png'}`
    this.#address = URL.createObjectURL(new Blob([decodeBase64(part.base64)], { type }))
    return this.#address
  }

  #forget(): void {
    if (this.#address !== null) URL.revokeObjectURL(this.#address)
    this.#address = null
  }
}

/** Null where it is no text. */
function decodeText(part: ArtifactPart): string | null {
  const text = new TextDecoder().decode(decodeBase64(part.base64), { stream: part.cut })
  return text.includes('\0') ? null : text
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

function filesStyles() {
  return css`
    :host {
      display: block;
    }
    .both {
      display: grid;
      grid-template-columns: minmax(180px, 280px) minmax(0, 1fr);
      gap: 16px;
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
      max-height: 70vh;
      overflow: auto;
    }
    li button {
      width: 100%;
      justify-content: flex-start;
    }
    li button span {
      flex: 1;
      overflow: hidden;
      text-align: left;
      text-overflow: ellipsis;
    }
    li button[aria-selected='true'] {
      background: var(--db-selected);
    }
    .preview {
      min-width: 0;
      border: 1px solid var(--db-border);
      border-radius: var(--db-radius);
      padding: 12px;
    }
    .preview header {
      display: flex;
      align-items: center;
      gap: 10px;
      margin-bottom: 10px;
    }
    .preview header button {
      margin-left: auto;
    }
    img {
      max-width: 100%;
      background: #ffffff;
    }
    iframe {
      width: 100%;
      height: 60vh;
      border: 0;
      background: #ffffff;
    }
    pre {
      margin: 0;
      max-height: 65vh;
      overflow: auto;
      font-size: 12px;
      white-space: pre-wrap;
    }
    .scroll {
      max-height: 65vh;
      overflow: auto;
    }
    table {
      border-collapse: collapse;
      font-size: 12px;
      font-variant-numeric: tabular-nums;
    }
    th,
    td {
      padding: 3px 10px;
      border-bottom: 1px solid var(--db-border);
      text-align: left;
      white-space: nowrap;
    }
    th {
      position: sticky;
      top: 0;
      background: var(--db-surface);
    }
  `
}
