import { css, html, LitElement, nothing } from 'lit'
import { controls } from './controls.ts'
import type { DrawnChart } from './many_runs_chart.ts'
import { paretoFront, type Goal } from './pareto.ts'
import type { RunPoints } from './run_point.ts'

/** Several runs as points in many dimensions: parallel coordinates, and two of them against each other. */
export class ManyRuns extends LitElement {
  static override properties = {
    points: { attribute: false },
    names: { attribute: false },
    across: { state: true },
    up: { state: true },
  }
  static override styles = [controls, manyRunsStyles()]
  declare points: RunPoints
  declare names: ReadonlyMap<string, string>
  /** Names of the axes of the second chart. */
  declare across: string | null
  declare up: string | null
  #drawn: DrawnChart[] = []
  #drawings = 0

  constructor() {
    super()
    this.across = null
    this.up = null
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#dispose()
  }

  override updated(): void {
    this.#dispose()
    void this.#draw()
  }

  async #draw(): Promise<void> {
    const drawing = ++this.#drawings
    // Most pages show no such chart, and its library is half of all that a page loads.
    const { drawParallel, drawScatter } = await import('./many_runs_chart.ts')
    if (drawing !== this.#drawings || !this.isConnected) return
    const [parallel, scatter] = this.renderRoot.querySelectorAll<HTMLElement>('.field')
    const { runs, axes } = this.points
    if (parallel === undefined || scatter === undefined) return
    const [x, y] = this.#axes()
    const front = paretoFront(
      runs.map(({ values }) => [values[x], values[y]]),
      [this.#goal(x), this.#goal(y)],
    )
    const shown = { runs, names: this.names }
    this.#drawn = [
      drawParallel(parallel, { ...shown, axes }),
      drawScatter(scatter, { ...shown, across: x, up: y, front }),
    ]
  }

  override render() {
    const { axes } = this.points
    if (axes.length < 2) return nothing
    const [x, y] = this.#axes()
    const choice = (label: string, chosen: string, set: (name: string) => void) =>
      html`<label class="muted"
        >${label}
        <select @change=${(event: Event) => set((event.target as HTMLSelectElement).value)}>
          ${axes.map((axis) => html`<option ?selected=${axis === chosen}>${axis}</option>`)}
        </select></label
      >`
    return html`
      <h2>All at once</h2>
      <div class="field" role="img" aria-label="Parallel coordinates of ${axes.join(', ')}"></div>
      <div class="bar">
        <h2>Two against each other</h2>
        ${choice('Across', x, (name) => (this.across = name))} ${choice('Up', y, (name) => (this.up = name))}
        <span class="muted">The line joins those that no other beats in both (Pareto front).</span>
      </div>
      <div class="field" role="img" aria-label="${y} against ${x}"></div>
    `
  }

  #axes(): [string, string] {
    const { axes, goals } = this.points
    const told = axes.filter((axis) => axis in goals)
    const first = this.up ?? told[0] ?? axes[0] ?? ''
    const costs = axes.find((axis) => axis !== first && /second|time|duration|latency|bytes/i.test(axis))
    const second =
      this.across ?? costs ?? told.find((axis) => axis !== first) ?? axes.find((axis) => axis !== first) ?? ''
    return [second, first]
  }

  #goal(axis: string): Goal {
    return this.points.goals[axis] ?? 'lower'
  }

  #dispose(): void {
    for (const chart of this.#drawn) chart.dispose()
    this.#drawn = []
  }
}

function manyRunsStyles() {
  return css`
    :host {
      display: block;
      margin-bottom: 28px;
    }
    h2 {
      margin: 0;
      font-size: 13px;
      font-weight: 650;
    }
    .field {
      height: 280px;
    }
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 14px;
      margin-top: 16px;
    }
    label {
      display: inline-flex;
      align-items: center;
      gap: 6px;
    }
  `
}
