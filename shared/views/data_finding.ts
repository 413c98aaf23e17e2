import { html, nothing, type TemplateResult } from 'lit'
import type { Example, Finding, Fix } from '../base/finding.ts'
import { columnsOfFinding, levelNames } from './finding_places.ts'
import { icon } from './icons.ts'

/** What can be done about a finding here. */
export interface FindingActions {
  /** Whether it is unfolded at first. */
  open: boolean
  /** Puts the code below the cell; undefined where there is no notebook. */
  insert?(fix: Fix): void
  copy(fix: Fix): void
  /** Asks why, and accepts it; undefined where nothing may be changed. */
  accept?(finding: Finding, button: HTMLElement): void
  /** Shows a column. */
  showColumn(name: string): void
}

/** A finding: its sentence, and folded below why it matters, example rows and what to do. */
export function findingCard(finding: Finding, actions: FindingActions): TemplateResult {
  const { level, says, why, rule, example, fixes } = finding
  const columns = columnsOfFinding(finding)
  return html`<details class="finding ${level}" ?open=${actions.open}>
    <summary>
      <span class="badge">${levelNames[level]}</span>
      <span class="says">${says}</span>
      <code class="rule">${rule}</code>
    </summary>
    <div class="body">
      <p class="why">${why}</p>
      ${columns.length === 0 ? nothing : columnLinks(columns, actions)} ${exampleTable(example)}
      ${fixes.map((fix) => fixOf(fix, actions))}
      ${
        actions.accept === undefined
          ? nothing
          : html`<p>
              <button
                class="quiet"
                title="Notes it in daybook.yaml, with your reason, and shows it no more"
                @click=${(event: Event) => actions.accept?.(finding, event.currentTarget as HTMLElement)}
              >
                Accept…
              </button>
            </p>`
      }
    </div>
  </details>`
}

/** Rows of data as a table: numbers of rows first, what is missing marked. */
export function exampleTable(example: Example | null): TemplateResult | typeof nothing {
  if (example === null || example.rows.length === 0) return nothing
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Rows">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">row</th>
          ${example.columns.map((name) => html`<th scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${example.cells.map(
          (cells, i) =>
            html`<tr>
              <th scope="row">${example.rows[i]}</th>
              ${cells.map((text) => (text === null ? html`<td class="gone">missing</td>` : html`<td>${text}</td>`))}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

function columnLinks(columns: readonly string[], actions: FindingActions): TemplateResult {
  return html`<p class="about">
    ${columns
      .slice(0, 8)
      .map(
        (name) =>
          html`<button class="chip" title="Show this column" @click=${() => actions.showColumn(name)}>
            ${name}
          </button>`,
      )}
    ${columns.length > 8 ? html`<span class="muted">and ${columns.length - 8} more</span>` : nothing}
  </p>`
}

function fixOf(fix: Fix, actions: FindingActions): TemplateResult {
  return html`<div class="fix">
    <header>
      <span>${fix.title}</span> <span class="muted">${fix.language}</span>
      <span class="space"></span>
      ${
        actions.insert === undefined
          ? nothing
          : html`<button class="primary" @click=${() => actions.insert?.(fix)}>Insert fix</button>`
      }
      <button @click=${() => actions.copy(fix)}>${icon('file')} Copy</button>
    </header>
    <pre><code>${fix.code}</code></pre>
  </div>`
}
