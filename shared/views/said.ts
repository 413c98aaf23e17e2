import { html, nothing, type TemplateResult } from 'lit'
import { icon } from './icons.ts'

/** What was done last, until it is dismissed. */
export function saidToast(text: string | null, dismiss: () => void): TemplateResult | typeof nothing {
  if (text === null) return nothing
  return html`<div class="toast" role="status">
    ${text}
    <button class="quiet icon" aria-label="Dismiss" @click=${dismiss}>${icon('close')}</button>
  </div>`
}
