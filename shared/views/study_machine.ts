import { html, type TemplateResult } from 'lit'
import { formatNumber } from '../base/quantity.ts'
import type { OverviewParts } from './study_overview.ts'
import { howText } from './study_text.ts'
import { timelineOf, timelinePicture } from './study_timeline.ts'

/** Where trials ran when, and how. */
export function studyMachine({
  study,
  points,
  pick,
}: Pick<OverviewParts, 'study' | 'points' | 'pick'>): TemplateResult {
  const timeline = timelineOf(points, study.endedAtMs ?? Date.now())
  const shares = { cores: study.how.coresPerTrial, devices: study.how.devices.join(', ') }
  return html`
    ${
      timeline.bars.length === 0
        ? html`<p class="muted box">No trial has begun yet.</p>`
        : html`<daybook-study-chart
            heading="Trials on their places"
            .heightPx=${Math.min(560, 60 + 26 * timeline.lanes.length)}
            .words=${`${timeline.lanes.length} places, in use for ${Math.round(100 * timeline.use)} % of the time`}
            .picture=${timelinePicture(points, timeline)}
            .note=${`${timeline.lanes.length} places, in use for ${Math.round(100 * timeline.use)} % of the time. Turn the wheel to zoom.`}
            @pick=${pick}
          ></daybook-study-chart>`
    }
    <section class="box">
      <h2>How it runs</h2>
      <p>${howText(study) || 'The first process is being prepared.'}</p>
      <dl>
        <div>
          <dt>Machine</dt>
          <dd>${shares.devices}</dd>
        </div>
        <div>
          <dt>Cores of a trial</dt>
          <dd>${formatNumber(shares.cores)}</dd>
        </div>
        <div>
          <dt>Sampler</dt>
          <dd title=${study.how.sampler}>${study.how.sampler}</dd>
        </div>
        <div>
          <dt>Pruner</dt>
          <dd title=${study.how.pruner}>${study.how.pruner}</dd>
        </div>
        ${Object.entries(study.space).map(
          ([name, range]) =>
            html`<div>
              <dt>${name}</dt>
              <dd class="mono">${range}</dd>
            </div>`,
        )}
      </dl>
      ${study.notes.map((note) => html`<p class="muted">${note}</p>`)}
    </section>
  `
}
