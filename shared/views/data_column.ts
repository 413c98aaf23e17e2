import { html, nothing, svg, type TemplateResult } from 'lit'
import type { ColumnProfile } from '../api/data_methods.ts'
import type { Finding } from '../base/finding.ts'
import { amount, percent, plural } from '../base/wording.ts'
import { describeMeaning } from '../base/meaning_text.ts'
import { barsOf, columnFacts, showAmount } from './data_spark.ts'

/** A column in the list: name, kind, a small picture, what is missing; unfolded all that is known. */
export function columnRow(
  column: ColumnProfile,
  { findings, open, toggle }: { findings: readonly Finding[]; open: boolean; toggle(): void },
): TemplateResult {
  const { name, kind, nulls, rows, type } = column
  const missing = rows === 0 ? 0 : nulls / rows
  const shown = name === '' ? '(no name)' : name
  const means = describeMeaning(column.meaning)
  const facts = [...(means === '' || means === kind ? [] : [means]), ...columnFacts(column).slice(1)]
  return html`<div class="column ${open ? 'open' : ''}">
    <button class="line" aria-expanded=${open} @click=${toggle}>
      <span class="name" title=${shown}>${shown}</span>
      <span class="kind" title=${type}>${kind}</span>
      <span class="picture">${smallChart(column)}</span>
      <span class="missing" title="${amount(nulls)} of ${amount(rows)} are missing">
        ${
          nulls === 0
            ? html`<span class="muted">none missing</span>`
            : html`<span class="meter"><i style="width:${Math.max(2, 100 * missing)}%"></i></span>
                ${percent(missing)} missing`
        }
      </span>
      <span class="facts">${facts.join(' · ')}</span>
      ${findings.length === 0 ? nothing : html`<span class="count">${plural(findings.length, 'finding')}</span>`}
    </button>
    ${open ? details(column, findings) : nothing}
  </div>`
}

/** The bars of a column, 24 pixels high. */
function smallChart(column: ColumnProfile): TemplateResult | typeof nothing {
  const { bars } = barsOf(column, 12)
  return bars.length === 0 ? nothing : html`${drawBars(bars, 120, 24)}`
}

function details(column: ColumnProfile, findings: readonly Finding[]): TemplateResult {
  const { kind, numbers } = column
  const drawn = barsOf(column, 12)
  return html`<div class="details">
    ${
      drawn.kind === 'histogram'
        ? html`<figure>
            ${drawBars(drawn.bars, 480, 110)}
            <figcaption>
              <span>${showAmount(kind, numbers?.quantiles[0] ?? NaN)}</span>
              <span>${showAmount(kind, numbers?.quantiles.at(-1) ?? NaN)}</span>
            </figcaption>
          </figure>`
        : valueBars(column, drawn)
    }
    <div class="numbers">${quantiles(column)} ${drawn.kind === 'histogram' ? frequent(column) : nothing}</div>
    ${
      findings.length === 0
        ? nothing
        : html`<ul>
            ${findings.map(({ says }) => html`<li>${says}</li>`)}
          </ul>`
    }
  </div>`
}

function drawBars(
  bars: readonly { label: string; count: number }[],
  width: number,
  height: number,
): TemplateResult {
  const most = Math.max(...bars.map(({ count }) => count), 1)
  const step = width / bars.length
  return html`<svg
    class="bars"
    viewBox="0 0 ${width} ${height}"
    preserveAspectRatio="none"
    width=${width}
    height=${height}
    role="img"
    aria-label="${bars.length} bars, the highest ${amount(most)}"
  >
    ${bars.map(({ label, count }, i) => {
      // The square root lets a bar be seen that is a hundredth of the highest one.
      const tall = count === 0 ? 0 : Math.max(1, Math.sqrt(count / most) * height)
      return svg`<rect x=${i * step} y=${height - tall} width=${Math.max(1, step - 1)} height=${tall}><title>${label}: ${amount(count)}</title></rect>`
    })}
  </svg>`
}

function valueBars(column: ColumnProfile, { bars, left }: ReturnType<typeof barsOf>): TemplateResult {
  const values = Math.max(1, column.rows - column.nulls)
  const most = Math.max(...bars.map(({ count }) => count), 1)
  return html`<div class="values">
    ${bars.map(
      ({ label, count }) =>
        html`<span class="value" title=${label}>${label}</span>
          <span class="meter"><i style="width:${(100 * count) / most}%"></i></span>
          <span class="number">${amount(count)}</span>
          <span class="number muted">${percent(count / values)}</span>`,
    )}
    ${left > 0 ? html`<span class="muted">and ${amount(left)} more</span>` : nothing}
  </div>`
}

function frequent({ top, rows, nulls }: ColumnProfile): TemplateResult | typeof nothing {
  const often = top.filter(({ count }) => count > 1).slice(0, 5)
  if (often.length === 0) return nothing
  const values = Math.max(1, rows - nulls)
  return html`<dl>
    ${often.map(
      ({ value, count }) =>
        html`<div>
          <dt title=${value}>${value.trim() === '' ? '(blank)' : value}</dt>
          <dd>${amount(count)} · ${percent(count / values)}</dd>
        </div>`,
    )}
  </dl>`
}

const shares = ['least', '1 %', '5 %', '25 %', 'median', '75 %', '95 %', '99 %', 'most'] as const

function quantiles({ kind, numbers, type, texts }: ColumnProfile): TemplateResult {
  const pairs: [string, string][] = [['stored as', type]]
  if (numbers !== null && kind !== 'boolean') {
    if (kind === 'integer' || kind === 'number')
      pairs.push(['mean', showAmount(kind, numbers.mean)], ['deviation', showAmount(kind, numbers.deviation)])
    shares.forEach((name, i) => pairs.push([name, showAmount(kind, numbers.quantiles[i] ?? null)]))
    if (numbers.zeros > 0) pairs.push(['zero', amount(numbers.zeros)])
    if (numbers.nans + numbers.infinities > 0)
      pairs.push(['not finite', amount(numbers.nans + numbers.infinities)])
  }
  for (const { pattern, count } of texts?.patterns.slice(0, 3) ?? []) pairs.push([pattern, amount(count)])
  return html`<dl>
    ${pairs.map(
      ([name, value]) =>
        html`<div>
          <dt title=${name}>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`
}
