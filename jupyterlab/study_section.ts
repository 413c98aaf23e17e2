import type { StudySummary } from '../shared/api/study_methods.ts'
import { formatAge, formatNumber } from '../shared/base/quantity.ts'
import { overOf, studyHeadline } from '../shared/views/study_text.ts'
import type { Project } from './project.ts'
import { sectionButton, type Section, type SectionParts } from './section.ts'
import { tuneCommand } from './study_command.ts'

/** How many studies the sidebar lists. */
const listed = 20

/** Ages grow. */
const lookEveryMs = 30_000

/** The newest studies of the project in front, live: their state, progress and best. */
export class StudySection implements Section {
  readonly node = document.createElement('div')
  readonly #parts: SectionParts
  readonly #timer: ReturnType<typeof setInterval>
  #project: Project | null = null
  #stop: () => void = () => undefined
  #studies: readonly StudySummary[] = []
  #asked = 0

  constructor(parts: SectionParts) {
    this.#parts = parts
    this.#timer = setInterval(() => this.#draw(), lookEveryMs)
    this.#draw()
  }

  follow(project: Project): void {
    this.#stop()
    this.#project = project
    this.#studies = []
    this.#stop = project.client.onChange('studies.changed', () => void this.#load(project))
    this.#draw()
  }

  fail(): void {
    // The section of runs, above, says why there is nothing.
  }

  dispose(): void {
    clearInterval(this.#timer)
    this.#stop()
  }

  async #load(project: Project): Promise<void> {
    const asked = ++this.#asked
    try {
      const studies = await project.client.call('studies.list', { limit: listed })
      if (asked !== this.#asked || project !== this.#project) return
      this.#studies = studies
      this.#draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  #draw(): void {
    const { app, open, trans } = this.#parts
    const head = document.createElement('div')
    head.className = 'daybook-actions'
    const none = this.#project === null
    head.append(
      sectionButton(trans.__('Tune this notebook…'), () => void app.commands.execute(tuneCommand), none),
      sectionButton(trans.__('All'), () => open({ kind: 'studies' }), none || this.#studies.length === 0),
    )
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Studies, the newest first'))
    list.append(...this.#studies.map((study) => this.#item(study)))
    this.node.replaceChildren(head, list)
  }

  #item(study: StudySummary): HTMLElement {
    const { open } = this.#parts
    const item = document.createElement('li')
    item.tabIndex = 0
    item.setAttribute('role', 'button')
    item.title = `${study.name} · ${study.state}\n${studyHeadline(study)}`
    const part = (text: string, style: string): HTMLElement => {
      const made = document.createElement('span')
      made.textContent = text
      made.className = style
      return made
    }
    const best = study.best?.values[0]
    const { trials } = study.settings
    const when =
      study.endedAtMs === null
        ? `${overOf(study)}${trials === null ? '' : `/${trials}`}`
        : formatAge(Date.now() - study.endedAtMs)
    item.append(
      part('', `daybook-dot ${dotOf(study)}`),
      part(study.name, 'name'),
      part(best === undefined ? '' : formatNumber(best), ''),
      part(when, 'quiet'),
    )
    const act = (): void => open({ kind: 'study', id: study.id })
    item.addEventListener('click', act)
    item.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') act()
    })
    return item
  }
}

/** The sign of a run that says the same as a study's state. */
function dotOf({ state }: StudySummary): string {
  if (state === 'finished' || state === 'failed') return state.toUpperCase()
  return state === 'cancelled' ? 'KILLED' : 'RUNNING'
}
