import { css, html, LitElement, nothing } from 'lit'
import type { Client } from '../api/client.ts'
import type { StudySummary } from '../api/study_methods.ts'
import type { StudyPoints, StudySurface } from '../api/study_page_methods.ts'
import { surfaceCells } from '../api/study_windows.ts'
import { controls } from './controls.ts'
import { completePlaces } from './study_axis.ts'
import { contourPicture, slicePicture } from './study_space_pictures.ts'

/** Slices of so many parameters, the most important first. */
const mostSlices = 12

/** The space of a study: two parameters as a surface, and each one alone against the value. */
export class StudySpace extends LitElement {
  static override properties = {
    client: { attribute: false },
    study: { attribute: false },
    points: { attribute: false },
    pair: { state: true },
    surface: { state: true },
  }
  static override styles = [controls, spaceStyles()]
  declare client: Client
  declare study: StudySummary
  declare points: StudyPoints
  declare pair: { across: string; up: string } | null
  declare surface: { of: string; found: StudySurface } | null
  #asked = ''

  constructor() {
    super()
    this.pair = null
    this.surface = null
  }

  override updated(): void {
    const pair = this.#pair()
    if (pair === null) return
    // Asked again when a tenth more has come: a surface does not change by one trial.
    const count = completePlaces(this.points).length
    const asked = `${JSON.stringify(pair)} ${Math.floor(Math.log(Math.max(1, count)) / Math.log(1.1))}`
    if (asked === this.#asked) return
    this.#asked = asked
    void this.#load(pair, asked)
  }

  override render() {
    const { points, surface } = this
    const pair = this.#pair()
    const across = points.parameters.find(({ name }) => name === pair?.across)
    const up = points.parameters.find(({ name }) => name === pair?.up)
    const metric = points.objectives[0]?.metric ?? ''
    const shown = surface !== null && surface.of === JSON.stringify(pair) ? surface.found : null
    return html`
      ${
        pair === null || across === undefined || up === undefined
          ? nothing
          : html`<daybook-study-chart
              heading="Contour"
              .heightPx=${340}
              .words=${`${metric} over ${pair.across} and ${pair.up}`}
              .picture=${shown === null || shown.z.length === 0 ? null : contourPicture(points, shown, { across, up })}
              .note=${
                shown !== null && shown.z.length === 0
                  ? 'A surface is shown from 8 complete trials on.'
                  : `What is expected of ${metric} there, from ${shown?.trials ?? 0} trials, the other parameters left to chance. Dots are trials.`
              }
            >
              ${this.#choice('Across', 'across', pair)} ${this.#choice('Up', 'up', pair)}
            </daybook-study-chart>`
      }
      <div class="slices">
        ${points.parameters
          .slice(0, mostSlices)
          .map(
            (column) =>
              html`<daybook-study-chart
                .heading=${column.name}
                .heightPx=${180}
                .words=${`${metric} by ${column.name}`}
                .picture=${slicePicture(points, column)}
              ></daybook-study-chart>`,
          )}
      </div>
      <p class="muted">Each parameter alone against ${metric}. Later trials stand out from the background.</p>
    `
  }

  #choice(label: string, key: 'across' | 'up', pair: { across: string; up: string }) {
    const choose = (event: Event): void => {
      const name = (event.target as HTMLSelectElement).value
      const other = key === 'across' ? pair.up : pair.across
      // The same one twice is no surface: they change places.
      this.pair = name === other ? { across: pair.up, up: pair.across } : { ...pair, [key]: name }
    }
    return html`<label class="muted" slot="controls"
      >${label}
      <select @change=${choose}>
        ${this.points.parameters.map(
          ({ name }) => html`<option ?selected=${name === pair[key]}>${name}</option>`,
        )}
      </select></label
    >`
  }

  #pair(): { across: string; up: string } | null {
    if (this.pair !== null) return this.pair
    const [first, second] = this.points.parameters
    return first === undefined || second === undefined ? null : { across: first.name, up: second.name }
  }

  async #load(pair: { across: string; up: string }, asked: string): Promise<void> {
    try {
      const found = await this.client.call('studies.surface', {
        id: this.study.id,
        ...pair,
        cells: surfaceCells,
      })
      if (asked === this.#asked) this.surface = { of: JSON.stringify(pair), found }
    } catch {
      // In a file other pairs are not there: the last picture stays away.
      if (asked === this.#asked) this.surface = null
    }
  }
}

function spaceStyles() {
  return css`
    :host {
      display: block;
    }
    .slices {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr));
      gap: 12px;
      margin-top: 14px;
    }
    label {
      display: inline-flex;
      align-items: center;
      gap: 6px;
    }
  `
}
