import { html, nothing, type TemplateResult } from 'lit'
import { Problem } from '../base/problem.ts'

/** What went wrong, and what to do about it. */
export function sayProblem(error: unknown): TemplateResult {
  if (!(error instanceof Problem)) {
    return html`<p class="problem" role="alert">This did not work: ${(error as Error).message}</p>`
  }
  return html`<p class="problem" role="alert">
    ${error.message}${error.hint === undefined ? nothing : html`<br /><span class="muted">${error.hint}</span>`}
  </p>`
}
