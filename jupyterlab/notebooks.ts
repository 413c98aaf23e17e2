import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook'
import type { TranslationBundle } from '@jupyterlab/translation'
import type { Page } from '../shared/views/host.ts'
import { Problem } from '../shared/base/problem.ts'
import { CellFooters } from './cell_footers.ts'
import { DataFooters } from './data_footers.ts'
import type { Project, Projects } from './project.ts'
import { StaleMarks } from './stale_marks.ts'
import { Survival } from './survival.ts'
import { defaultWishes, type Wishes } from './wishes.ts'

/** What following notebooks needs. */
export interface NotebooksParts {
  tracker: INotebookTracker
  projects: Projects
  trans: TranslationBundle
  /** Shows a page of the project that a notebook or folder lies in. */
  open(path: string, page: Page): void
  /** Told of the project of what is in front, whenever that changes. */
  front(project: Project): void
  /** There is none, and why. */
  failed(why: string): void
}

/** What is done for one open notebook. */
interface Followed {
  project: Project
  footers: { dispose(): void } | null
  survival: Survival | null
  stale: StaleMarks | null
}

/** The open notebooks, each with its project, and what Daybook shows in them. */
export class Notebooks {
  readonly #parts: NotebooksParts
  readonly #followed = new Map<NotebookPanel, Followed>()
  #wishes: Wishes = defaultWishes

  constructor(parts: NotebooksParts) {
    this.#parts = parts
    const { tracker } = parts
    // The daemon comes up with the first notebook that is opened, so that its kernel finds it.
    tracker.widgetAdded.connect((_, panel) => void panel.context.ready.then(() => this.#add(panel)))
    tracker.currentChanged.connect((_, panel) => void this.look(panel))
  }

  /** Says which project is in front. */
  async look(panel: NotebookPanel | null): Promise<void> {
    const { projects, tracker, front, failed } = this.#parts
    try {
      const project = await projects.of(panel?.context.path ?? '')
      if (panel === tracker.currentWidget) front(project)
    } catch (error) {
      failed(sentenceOf(error))
    }
  }

  /** The user's settings have changed. */
  apply(wishes: Wishes): void {
    this.#wishes = wishes
    for (const [panel, followed] of this.#followed) this.#fit(panel, followed)
  }

  async #add(panel: NotebookPanel): Promise<void> {
    const { projects, failed } = this.#parts
    try {
      const project = await projects.of(panel.context.path)
      if (panel.isDisposed || this.#followed.has(panel)) return
      const followed: Followed = { project, footers: null, survival: null, stale: null }
      this.#followed.set(panel, followed)
      this.#fit(panel, followed)
      panel.context.pathChanged.connect(() => void this.#move(panel))
      panel.sessionContext.kernelChanged.connect(() => this.#askFollowing())
      panel.disposed.connect(() => {
        followed.stale?.dispose()
        this.#followed.delete(panel)
      })
      this.#askFollowing()
    } catch (error) {
      failed(sentenceOf(error))
    }
  }

  /** A kernel has come: the server need not find that out by itself. */
  #askFollowing(): void {
    if (this.#wishes.survive) this.#parts.projects.kernels().catch(() => undefined)
  }

  /** A notebook was renamed, or moved to another project. */
  async #move(panel: NotebookPanel): Promise<void> {
    const followed = this.#followed.get(panel)
    if (followed === undefined) return
    const project = await this.#parts.projects.of(panel.context.path).catch(() => followed.project)
    if (project === followed.project) await followed.survival?.rename(panel.context.path)
    followed.footers?.dispose()
    followed.footers = null
    if (project !== followed.project) {
      followed.survival?.dispose()
      followed.survival = null
      followed.project = project
    }
    this.#fit(panel, followed)
    void this.look(this.#parts.tracker.currentWidget)
  }

  #fit(panel: NotebookPanel, followed: Followed): void {
    const { cellFooters, headline, staleMarks, survive } = this.#wishes
    const { project } = followed
    followed.footers?.dispose()
    const open = (page: Page): void => this.#parts.open(panel.context.path, page)
    followed.footers = null
    if (cellFooters) {
      const { trans } = this.#parts
      const [data, runs] = [
        new DataFooters({ panel, project, open }),
        new CellFooters(panel, { project, open, headline, trans }),
      ]
      followed.footers = { dispose: () => (data.dispose(), runs.dispose()) }
    }
    if (staleMarks) followed.stale ??= new StaleMarks(panel, this.#parts.trans)
    else {
      followed.stale?.dispose()
      followed.stale = null
    }
    if (survive) followed.survival ??= new Survival(panel, project)
    else {
      followed.survival?.dispose()
      followed.survival = null
    }
  }
}

function sentenceOf(error: unknown): string {
  const { message } = error as Error
  return error instanceof Problem && error.hint !== undefined ? `${message}. ${error.hint}` : message
}
