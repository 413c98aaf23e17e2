import { html, nothing, type TemplateResult } from 'lit'
import type { StudySummary } from '../api/study_methods.ts'
import type { StudyPoints, TrialCurve } from '../api/study_page_methods.ts'
import { formatNumber } from '../base/quantity.ts'
import { valueText, worthShowing } from './study_axis.ts'
import { curvesPicture, frontPicture, historyPicture, importancePicture } from './study_pictures.ts'

/** What the first page of a study shows. */
export interface OverviewParts {
  study: StudySummary
  points: StudyPoints
  curves: readonly TrialCurve[]
  /** Objectives of the front's picture. */
  axes: { across: number; up: number }
  choose(axes: { across: number; up: number }): void
  /** A trial was clicked. */
  pick(event: CustomEvent<number>): void
}

/** The first page: best so far, history, curves, what matters, the front of several objectives. */
export function studyOverview(parts: OverviewParts): TemplateResult {
  const { study, points, curves, pick } = parts
  const metric = points.objectives[0]?.metric ?? ''
  const several = points.objectives.length > 1
  const { beyond } = worthShowing(points.values[0] ?? [], points.objectives[0]?.mode ?? 'min')
  const best = study.best?.values[0]
  return html`
    <div class="two">
      <div>
        <daybook-study-chart
          .heading=${`${metric} of each trial`}
          .words=${best === undefined ? 'No value yet' : `Best so far ${formatNumber(best)}`}
          .picture=${historyPicture(points, study)}
          .note=${`The line is the best so far${study.defaultTrial === null ? '' : "; the diamond, the notebook's own values"}.${beyond > 0 ? ` ${beyond} lie beyond the edge.` : ''}`}
          @pick=${pick}
        ></daybook-study-chart>
      </div>
      <div>${bestBox(study)}</div>
    </div>
    ${several ? frontChart(parts) : nothing}
    <div class="two">
      <div>
        ${
          curves.length === 0
            ? html`<p class="muted box">
                No curves: code that calls <code>daybook.report(value, step)</code>, or logs ${metric} step by
                step, shows them here, and hopeless trials end early.
              </p>`
            : html`<daybook-study-chart
                .heading=${`Learning curves: ${metric} by step`}
                .words=${`${curves.length} trials`}
                .picture=${curvesPicture(curves, study)}
                note="Bold: running. Dashed with a cross: ended early. The best one is coloured."
                @pick=${pick}
              ></daybook-study-chart>`
        }
      </div>
      <div>
        ${
          study.importance.length === 0
            ? html`<p class="muted box">What matters is told after a handful of trials.</p>`
            : html`<daybook-study-chart
                heading="What matters"
                .heightPx=${Math.max(120, 26 * Math.min(12, study.importance.length) + 20)}
                .words=${study.importance.map(({ name, share }) => `${name} ${Math.round(100 * share)} %`).join(', ')}
                .picture=${importancePicture(study)}
              ></daybook-study-chart>`
        }
      </div>
    </div>
  `
}

function bestBox(study: StudySummary): TemplateResult {
  const { best, gain, settings, plateau } = study
  if (best === null) return html`<p class="muted box">No trial is complete yet.</p>`
  return html`<section class="box">
    <h2>Best <span class="muted">trial ${best.number}</span></h2>
    <div class="tiles">
      ${best.values.map(
        (value, at) =>
          html`<div class="tile">
            <span>${settings.objectives[at]?.metric ?? ''}</span><b>${formatNumber(value)}</b>
          </div>`,
      )}
    </div>
    <dl>
      ${Object.entries(best.point).map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd class="mono">${valueText(value)}</dd>
          </div>`,
      )}
    </dl>
    ${gain === null ? nothing : html`<p class="muted">${gainText(gain)}</p>`}
    ${plateau === null ? nothing : html`<p class="muted">Plateau from trial ${plateau.trial} on: ${plateau.says}.</p>`}
  </section>`
}

function frontChart({ study, points, axes, choose: take, pick }: OverviewParts): TemplateResult {
  const choose = (label: string, key: 'across' | 'up') =>
    html`<label class="muted" slot="controls"
      >${label}
      <select
        @change=${(event: Event) => take({ ...axes, [key]: Number((event.target as HTMLSelectElement).value) })}
      >
        ${points.objectives.map(({ metric }, at) => html`<option value=${at} ?selected=${at === axes[key]}>${metric}</option>`)}
      </select></label
    >`
  return html`<daybook-study-chart
    heading="Pareto front"
    .heightPx=${300}
    .words=${`${study.front.length} trials that no other beats in all`}
    .picture=${frontPicture(points, study.front, axes)}
    note="The line joins trials that no other beats in all objectives."
    @pick=${pick}
  >
    ${points.objectives.length > 2 ? [choose('Across', 'across'), choose('Up', 'up')] : nothing}
  </daybook-study-chart>`
}

/** What the gain is based on, or how to learn how sure it is. */
function gainText({ verdict, says }: NonNullable<StudySummary['gain']>): string {
  return verdict === 'unknown'
    ? "Gain over the notebook's own values: measured once each. A study that measures best and default again tells how sure it is."
    : `Gain over the notebook's own values: ${says}.`
}
