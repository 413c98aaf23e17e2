import { html, LitElement, nothing, type TemplateResult } from 'lit'
import type { Client } from '../api/client.ts'
import type { StudySummary } from '../api/study_methods.ts'
import type { StudyPoints, TrialCurve } from '../api/study_page_methods.ts'
import { controls } from './controls.ts'
import type { ViewHost } from './host.ts'
import { icon } from './icons.ts'
import { Loaded } from './loaded.ts'
import { runPageStyles } from './run_page_style.ts'
import { saidToast } from './said.ts'
import { tabList } from './tab_list.ts'
import { studyActions, studyNumbers, type StudyActionParts } from './study_actions.ts'
import { studyPageStyles } from './study_page_style.ts'
import { studyMachine } from './study_machine.ts'
import { studyOverview } from './study_overview.ts'
import { pointForm } from './study_point_form.ts'
import { parallelPicture } from './study_space_pictures.ts'
import { overOf, studyFacts, studyHeadline } from './study_text.ts'
import { UndoList } from './undo.ts'

/** Parts of the page. */
const tabs = {
  overview: 'Overview',
  parameters: 'Parameters',
  trials: 'Trials',
  machine: 'Timeline',
} as const
type Tab = keyof typeof tabs

interface WholeStudy {
  study: StudySummary
  points: StudyPoints
  curves: TrialCurve[]
}

/** Everything about one study, live. */
export class StudyPage extends LitElement {
  static override properties = {
    client: { attribute: false },
    host: { attribute: false },
    study: {},
    tab: { state: true },
    asking: { state: true },
    said: { state: true },
    axes: { state: true },
  }
  static override styles = [controls, runPageStyles, studyPageStyles]
  declare client: Client
  declare host: ViewHost
  /** Its id, or the beginning of it. */
  declare study: string
  declare tab: Tab
  /** Whether the form for a point of one's own is open. */
  declare asking: boolean
  /** What was done last. */
  declare said: string | null
  /** Objectives of the front's picture. */
  declare axes: { across: number; up: number }
  #loaded = new Loaded<WholeStudy>(this, {
    topics: ['runs.changed'],
    load: async (client) => {
      const id = this.study
      const [study, points, curves] = await Promise.all([
        client.call('studies.get', { id }),
        client.call('studies.points', { id }),
        client.call('studies.curves', { id }),
      ])
      return { study, points, curves }
    },
  })
  #clock: ReturnType<typeof setInterval> | null = null
  #undo = new UndoList(() => this.requestUpdate())

  constructor() {
    super()
    this.tab = 'overview'
    this.asking = false
    this.said = null
    this.axes = { across: 0, up: 1 }
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // What it took so far grows by itself.
    this.#clock = setInterval(
      () => this.#loaded.value?.study.endedAtMs === null && this.requestUpdate(),
      1000,
    )
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#undo.clear()
    if (this.#clock !== null) clearInterval(this.#clock)
  }

  override render() {
    return html`<div class="page ${this.host.isAlone === true ? 'alone' : ''}">
      ${this.#loaded.render((loaded) => this.#draw(loaded))} ${this.#undo.render()}
      ${saidToast(this.said, () => (this.said = null))}
    </div>`
  }

  #draw(loaded: WholeStudy): TemplateResult {
    const { study } = loaded
    return html`${this.#head(study, this.#parts(study))}
      <p class="headline">${studyHeadline(study)}</p>
      ${study.failure === null ? nothing : html`<p class="problem" role="alert">${study.failure}</p>`}
      ${this.asking ? pointForm({ study, enqueue: (point) => void this.#enqueue(point), close: () => (this.asking = false) }) : nothing}
      ${tabList(this, {
        ...{ titles: tabs, now: this.tab },
        show: (tab) => (this.tab = tab),
        beside: { trials: overOf(study).toLocaleString('en-US') },
      })}
      <div role="tabpanel" aria-labelledby="tab-${this.tab}">${this.#body(loaded)}</div>`
  }

  #parts(study: StudySummary): StudyActionParts {
    return {
      client: this.client,
      host: this.host,
      study,
      undo: this.#undo,
      root: () => this.renderRoot,
      say: (text) => (this.said = text),
      askPoint: () => (this.asking = true),
    }
  }

  #head(study: StudySummary, parts: StudyActionParts): TemplateResult {
    const { trials } = study.settings
    const share = trials === null ? null : Math.min(1, overOf(study) / trials)
    return html`<header>
      <div class="row">
        ${
          this.host.isAlone === true
            ? nothing
            : html`<button
                class="quiet icon"
                aria-label="All studies"
                @click=${() => this.host.open({ kind: 'studies' })}
              >
                ${icon('back')}
              </button>`
        }
        <span class="status ${statusOf(study)}"></span>
        <h1>${study.name}</h1>
        <span class="chip">${study.state}</span>
        <span class="space"></span>
        ${studyActions(parts)}
      </div>
      ${
        share === null || study.endedAtMs !== null
          ? nothing
          : html`<progress max="1" .value=${share} aria-label="Trials that are over"></progress>`
      }
      <div class="facts">
        <button
          class="link"
          ?disabled=${this.host.openCell === undefined}
          @click=${() => this.host.openCell?.({ notebook: study.notebook, cell: null })}
        >
          ${study.notebook}
        </button>
        ${studyFacts(study, Date.now()).map((fact) => html`<span>${fact}</span>`)}
      </div>
      ${studyNumbers(parts)}
    </header>`
  }

  #body(loaded: WholeStudy): TemplateResult {
    const { study, points } = loaded
    switch (this.tab) {
      case 'overview':
        return studyOverview({
          ...loaded,
          axes: this.axes,
          choose: (axes) => (this.axes = axes),
          pick: this.#pick,
        })
      case 'parameters':
        return html`<daybook-study-chart
            heading="Parallel coordinates"
            .heightPx=${300}
            .words=${`A line a trial over ${points.parameters.map(({ name }) => name).join(', ')}`}
            .picture=${parallelPicture(points)}
            note="A line a trial, from its parameters to its value; the best ones stand out."
          ></daybook-study-chart>
          <daybook-study-space
            .client=${this.client}
            .study=${study}
            .points=${points}
            @pick=${this.#pick}
          ></daybook-study-space>`
      case 'trials':
        return html`<daybook-study-trials
          .client=${this.client}
          .study=${study}
          .fixed=${this.host.isAlone === true}
          .mayChange=${!this.host.readOnly}
          @open=${(event: CustomEvent<string>) => this.host.open({ kind: 'run', id: event.detail })}
          @cancel=${(event: CustomEvent<number>) => void this.#cancel(event.detail)}
        ></daybook-study-trials>`
      case 'machine':
        return studyMachine({ ...loaded, pick: this.#pick })
    }
  }

  #pick = (event: CustomEvent<number>): void => {
    void this.client
      .call('studies.trials', { id: this.study, offset: event.detail, limit: 1 })
      .then(({ trials }) => {
        const run = trials[0]?.runId
        if (run != null) this.host.open({ kind: 'run', id: run })
      })
  }

  async #enqueue(point: Record<string, number | string | boolean | null>): Promise<void> {
    this.asking = false
    try {
      await this.client.call('studies.enqueue', { id: this.study, point })
      this.said = 'Your point is the next one.'
    } catch (error) {
      this.said = (error as Error).message
    }
  }

  async #cancel(number: number): Promise<void> {
    try {
      await this.client.call('studies.cancelTrial', { id: this.study, number })
    } catch (error) {
      this.said = (error as Error).message
    }
  }
}

/** The sign of a run that says the same as a study's state. */
export function statusOf({ state }: StudySummary): string {
  return {
    running: 'RUNNING',
    stopping: 'RUNNING',
    paused: 'SCHEDULED',
    finished: 'FINISHED',
    failed: 'FAILED',
    cancelled: 'KILLED',
  }[state]
}
