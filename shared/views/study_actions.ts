import { html, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { StudySummary } from '../api/study_methods.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { openMenu } from './menu.ts'
import { overOf } from './study_text.ts'
import type { UndoList } from './undo.ts'

/** What the buttons of a study act on. */
export interface StudyActionParts {
  client: Client
  host: ViewHost
  study: StudySummary
  undo: UndoList
  /** Where menus are put. */
  root(): HTMLElement | DocumentFragment
  /** Says what was done. */
  say(text: string): void
  /** Shows the small form for a point of one's own. */
  askPoint(): void
}

/** Everything that can be done to a study, as a row of buttons; those that make no sense now are not there. */
export function studyActions(parts: StudyActionParts): TemplateResult | typeof nothing {
  const { study, host } = parts
  if (host.isAlone === true) return nothing
  const best = study.best?.runId ?? null
  const open =
    best === null
      ? nothing
      : html`<button @click=${() => host.open({ kind: 'run', id: best })}>Open best run</button>`
  if (host.readOnly) return html`${open}`
  // What other code runs is steered by its own code.
  if (study.madeBy !== null)
    return html`<button @click=${() => host.open({ kind: 'run', id: study.runId })}>Open run</button>`
  const live = study.endedAtMs === null
  return html`
    ${live ? liveActions(parts) : nothing} ${open}
    ${
      best === null
        ? nothing
        : html`<button class="primary" @click=${() => void writeBest(parts)}>Write best into notebook</button>
            <button
              title="Make a version of a registered model of what the best trial kept"
              @click=${() => void registerBest(parts)}
            >
              Register model
            </button>`
    }
    ${
      live
        ? nothing
        : html`<button @click=${() => host.open({ kind: 'tune', notebook: study.notebook })}>
            Tune again…
          </button>`
    }
  `
}

function liveActions(parts: StudyActionParts): TemplateResult {
  const { study, askPoint } = parts
  const change =
    (to: 'pause' | 'resume' | 'stop' | 'cancel', says: string, back?: 'pause' | 'resume') => (): void =>
      void parts.undo.attempt(async () => {
        await parts.client.call('studies.change', { id: study.id, to })
        if (back === undefined) return null
        return { says, undo: () => parts.client.call('studies.change', { id: study.id, to: back }) }
      })
  return html`
    ${
      study.state === 'paused'
        ? html`<button @click=${change('resume', 'It goes on', 'pause')}>Resume</button>`
        : study.state === 'running'
          ? html`<button title="Begin no trials for now" @click=${change('pause', 'Paused', 'resume')}>
              Pause
            </button>`
          : nothing
    }
    ${
      study.state === 'stopping'
        ? nothing
        : html`<button
            title="Begin no more trials; those that run come to their end"
            @click=${change('stop', '')}
          >
            Stop
          </button>`
    }
    <button
      class="icon"
      aria-label="More that can be done"
      @click=${(event: Event) => {
        openMenu(parts.root(), event.currentTarget as HTMLElement, {
          items: [
            { kind: 'do', label: 'Try a point of my own…', work: askPoint },
            { kind: 'do', label: 'Cancel with all that runs', icon: 'close', work: change('cancel', '') },
          ],
        })
      }}
    >
      ${icon('more')}
    </button>
  `
}

/** The two numbers of a running study that can be changed. */
export function studyNumbers(parts: StudyActionParts): TemplateResult | typeof nothing {
  const { study, host } = parts
  if (host.readOnly || study.madeBy !== null || study.endedAtMs !== null || study.state === 'stopping')
    return nothing
  const adjust = (change: { trials?: number; parallel?: number }): void =>
    void parts.undo.attempt(async () => {
      const before = { trials: study.settings.trials ?? undefined, parallel: study.parallel }
      await parts.client.call('studies.adjust', { id: study.id, ...change })
      const says =
        change.trials === undefined ? `${change.parallel ?? ''} at a time` : `${change.trials} trials`
      const back = change.trials === undefined ? { parallel: before.parallel } : { trials: before.trials }
      return { says, undo: () => parts.client.call('studies.adjust', { id: study.id, ...back }) }
    })
  const number = (event: Event): number => Number((event.target as HTMLInputElement).value)
  const trials = study.settings.trials
  return html`<div class="numbers">
    <label class="muted"
      >Trials
      <input
        type="number"
        min=${Math.max(1, overOf(study))}
        .value=${trials === null ? '' : String(trials)}
        @change=${(event: Event) => number(event) >= 1 && adjust({ trials: number(event) })}
    /></label>
    ${[10, 50].map(
      (more) =>
        html`<button
          class="quiet"
          ?disabled=${trials === null}
          @click=${() => adjust({ trials: (trials ?? 0) + more })}
        >
          +${more}
        </button>`,
    )}
    <label class="muted" title=${study.settings.deterministic ? 'Part of a deterministic study' : ''}
      >At a time
      <input
        type="number"
        min="1"
        max="1024"
        ?disabled=${study.settings.deterministic}
        .value=${String(study.parallel)}
        @change=${(event: Event) => number(event) >= 1 && adjust({ parallel: number(event) })}
    /></label>
  </div>`
}

async function writeBest({ client, say, study }: StudyActionParts): Promise<void> {
  try {
    const { written, unchanged } = await client.call('studies.writeBest', { id: study.id })
    const names = Object.entries(written).map(([name, value]) => `${name} = ${value}`)
    const left = unchanged.length === 0 ? '' : `; as they were: ${unchanged.join(', ')}`
    say(`Written into ${study.notebook}: ${names.join(', ') || 'nothing'}${left}`)
  } catch (error) {
    say((error as Error).message)
  }
}

async function registerBest({ client, say, study }: StudyActionParts): Promise<void> {
  try {
    const { name, version } = await client.call('studies.registerBest', { id: study.id })
    say(`Registered as version ${version} of "${name}"`)
  } catch (error) {
    say((error as Error).message)
  }
}
