import { css, html, nothing, type TemplateResult } from 'lit'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'

/** A page that lists things of one kind, with the way back to the runs. @param tools what stands beside the title */
export function listPage(
  host: ViewHost,
  title: string,
  parts: { body: TemplateResult; tools?: TemplateResult },
): TemplateResult {
  return html`<div class="page">
    <header>
      <div class="row">
        <button class="quiet icon" aria-label="All runs" @click=${() => host.open({ kind: 'runs' })}>
          ${icon('back')}
        </button>
        <h1>${title}</h1>
        ${parts.tools ?? nothing}
      </div>
    </header>
    ${parts.body}
  </div>`
}

/** Items that are buttons: a sign, a name, facts, and a line of words below. */
export const listStyles = css`
  ul.plain {
    margin: 14px 0 0;
    padding: 0;
    list-style: none;
  }
  .item {
    display: grid;
    grid-template-columns: auto minmax(120px, auto) 1fr auto;
    gap: 4px 12px;
    width: 100%;
    height: auto;
    margin-bottom: 8px;
    padding: 10px 14px;
    align-items: center;
    text-align: left;
    white-space: normal;
  }
  .item .says {
    grid-column: 2 / -1;
  }
`
