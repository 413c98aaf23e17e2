import type { StudySummary } from '../shared/api/study_methods.ts'
import { formatAge, formatNumber } from '../shared/base/quantity.ts'
import { overOf, studyHeadline } from '../shared/views/study_text.ts'
import { LiveSection } from './live_section.ts'
import type { Project } from './project.ts'
import { sectionButton, sectionPart, sectionRow, type SectionParts } from './section.ts'
import { tuneCommand } from './study_command.ts'

/** How many studies the sidebar lists. */
const listed = 20

/** Ages grow. */
const agesEveryMs = 30_000

/** The newest studies of the project in front, live: their state, progress and best. */
export class StudySection extends LiveSection<readonly StudySummary[]> {
  constructor(parts: SectionParts) {
    super(parts, { topics: ['studies.changed'], nothing: [], everyMs: agesEveryMs })
    this.draw()
  }

  protected ask({ client }: Project): Promise<readonly StudySummary[]> {
    return client.call('studies.list', { limit: listed })
  }

  /** Why there is no project is said by the section of runs, above. */
  protected draw(): void {
    const { app, open, trans } = this.parts
    const head = document.createElement('div')
    head.className = 'daybook-actions'
    const none = this.project === null
    head.append(
      sectionButton(trans.__('Tune this notebook…'), () => void app.commands.execute(tuneCommand), none),
      sectionButton(trans.__('All'), () => open({ kind: 'studies' }), none || this.told.length === 0),
    )
    const list = document.createElement('ul')
    list.setAttribute('aria-label', trans.__('Studies, the newest first'))
    list.append(...this.told.map((study) => this.#item(study)))
    this.node.replaceChildren(head, list)
  }

  #item(study: StudySummary): HTMLElement {
    const { open } = this.parts
    const item = sectionRow(`${study.name} · ${study.state}\n${studyHeadline(study)}`, () =>
      open({ kind: 'study', id: study.id }),
    )
    const best = study.best?.values[0]
    const { trials } = study.settings
    const when =
      study.endedAtMs === null
        ? `${overOf(study)}${trials === null ? '' : `/${trials}`}`
        : formatAge(Date.now() - study.endedAtMs)
    item.append(
      sectionPart('', `daybook-dot ${dotOf(study)}`),
      sectionPart(study.name, 'name'),
      sectionPart(best === undefined ? '' : formatNumber(best), ''),
      sectionPart(when, 'quiet'),
    )
    return item
  }
}

/** The sign of a run that says the same as a study's state. */
function dotOf({ state }: StudySummary): string {
  if (state === 'finished' || state === 'failed') return state.toUpperCase()
  return state === 'cancelled' ? 'KILLED' : 'RUNNING'
}
