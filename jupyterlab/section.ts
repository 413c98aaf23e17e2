import type { JupyterFrontEnd } from '@jupyterlab/application'
import type { TranslationBundle } from '@jupyterlab/translation'
import type { Page } from '../shared/views/host.ts'
import type { Project, Projects } from './project.ts'
import type { ReportArgs } from './report_tabs.ts'

/** What a section of the sidebar gets. */
export interface SectionParts {
  app: JupyterFrontEnd
  projects: Projects
  trans: TranslationBundle
  open(page: Page): void
  openReport(report: ReportArgs): void
}

/** One part of the sidebar, live. */
export interface Section {
  /** What stands under its title. */
  readonly node: HTMLElement
  /** Shows another project from now on. */
  follow(project: Project): void
  /** There is no project, and why. */
  fail(why: string): void
  dispose(): void
}

/** A section as the sidebar lists it. */
export interface SectionEntry {
  /** Names the state in which the user left it: open or closed. */
  id: string
  title(trans: TranslationBundle): string
  make(parts: SectionParts): Section
}

/** A button as all sections have it. */
export function sectionButton(label: string, act: () => void, isDisabled = false): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = label
  made.disabled = isDisabled
  made.addEventListener('click', act)
  return made
}

/** A part of a row: some words in a style. */
export function sectionPart(text: string, style: string): HTMLElement {
  const made = document.createElement('span')
  made.textContent = text
  made.className = style
  return made
}

/** A row that a click or a key acts on; Ctrl, Shift or the space bar mean to choose it, where that means anything. */
export function sectionRow(title: string, act: (choose: boolean) => void): HTMLElement {
  const row = document.createElement('li')
  row.tabIndex = 0
  row.setAttribute('role', 'button')
  row.title = title
  row.addEventListener('click', (event) => act(event.ctrlKey || event.metaKey || event.shiftKey))
  row.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') act(event.ctrlKey || event.metaKey || event.key === ' ')
  })
  return row
}

/** Quiet words: why a list is empty, or what else there is. */
export function sectionWords(text: string): HTMLElement {
  const made = document.createElement('p')
  made.className = 'quiet'
  made.textContent = text
  return made
}
