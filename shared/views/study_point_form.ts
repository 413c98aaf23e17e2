import { html, type TemplateResult } from 'lit'
import type { StudySummary } from '../api/study_methods.ts'

/** A point as a person gives it. */
export type GivenPoint = Record<string, number | string | boolean | null>

/** The form for a point of one's own, filled with the best so far. */
export function pointForm({
  study,
  enqueue,
  close,
}: {
  study: StudySummary
  enqueue(point: GivenPoint): void
  close(): void
}): TemplateResult {
  const best = study.best?.point ?? {}
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const inputs = (event.target as HTMLFormElement).querySelectorAll('input')
    const given = [...inputs].filter(({ value }) => value.trim() !== '')
    enqueue(Object.fromEntries(given.map(({ name, value }) => [name, readValue(value)])))
  }
  return html`<form class="box" @submit=${submit}>
    <h2>Try a point <span class="muted">leave out what the branch does not have</span></h2>
    <div class="tiles">
      ${Object.entries(study.space).map(
        ([name, range]) =>
          html`<label title=${range}
            ><span class="muted">${name}</span><br /><input
              name=${name}
              aria-label=${name}
              placeholder=${range}
              .value=${name in best ? String(best[name]) : ''}
          /></label>`,
      )}
    </div>
    <p>
      <button class="primary">Try it next</button>
      <button type="button" @click=${close}>Close</button>
    </p>
  </form>`
}

/** A number, true, false or none as such; everything else is a text. */
function readValue(text: string): GivenPoint[string] {
  const word = text.trim()
  if (/^true$/i.test(word)) return true
  if (/^false$/i.test(word)) return false
  if (/^(none|null)$/i.test(word)) return null
  return Number.isFinite(Number(word)) ? Number(word) : word
}
