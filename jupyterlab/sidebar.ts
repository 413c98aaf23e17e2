import { Widget } from '@lumino/widgets'
import { daybookIcon } from './icon.ts'
import type { Project } from './project.ts'
import type { Section, SectionEntry, SectionParts } from './section.ts'

/** The sidebar "Daybook": the project in front, and its sections, each of which can be folded away. */
export class Sidebar extends Widget {
  readonly #name = document.createElement('header')
  /** Where the runs lie, if that is not in the project. */
  readonly #place = document.createElement('p')
  readonly #trans: SectionParts['trans']
  readonly #sections: readonly Section[]
  #project: Project | null = null

  constructor(entries: readonly SectionEntry[], parts: SectionParts) {
    super()
    this.id = 'daybook-sidebar'
    this.title.icon = daybookIcon
    this.title.caption = 'Daybook'
    this.addClass('daybook-sidebar')
    this.node.setAttribute('role', 'region')
    this.node.setAttribute('aria-label', 'Daybook')
    this.#name.textContent = 'Daybook'
    this.#trans = parts.trans
    this.#place.className = 'quiet'
    this.#place.hidden = true
    this.#sections = entries.map(({ make }) => make(parts))
    const folds = entries.map(({ id, title }, i) =>
      fold(id, title(parts.trans), this.#sections[i] as Section),
    )
    this.node.append(this.#name, this.#place, ...folds)
  }

  /** Shows another project from now on. */
  follow(project: Project): void {
    if (project === this.#project) return
    this.#project = project
    this.#name.textContent = project.root.split('/').at(-1) ?? ''
    this.#name.title = project.root
    this.#place.hidden = true
    project.client.call('daemon.status', {}).then(
      ({ movedBecause, stateDir }) => {
        if (movedBecause === null || project !== this.#project) return
        this.#place.textContent = this.#trans.__('Kept in %1: %2.', stateDir, movedBecause)
        this.#place.hidden = false
      },
      () => undefined,
    )
    for (const section of this.#sections) section.follow(project)
  }

  /** There is no project, and why. */
  fail(why: string): void {
    if (this.#project === null) for (const section of this.#sections) section.fail(why)
  }

  override dispose(): void {
    for (const section of this.#sections) section.dispose()
    super.dispose()
  }
}

function fold(id: string, title: string, section: Section): HTMLElement {
  const key = `daybook.section.${id}`
  const made = document.createElement('details')
  made.open = localStorage.getItem(key) !== 'closed'
  made.className = `daybook-section daybook-section-${id}`
  const summary = document.createElement('summary')
  summary.textContent = title
  made.append(summary, section.node)
  made.addEventListener('toggle', () => localStorage.setItem(key, made.open ? 'open' : 'closed'))
  return made
}
