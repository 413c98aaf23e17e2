import type { StateTopics } from '../shared/api/topics.ts'
import type { Project } from './project.ts'
import type { Section, SectionParts } from './section.ts'

/** What a section follows. */
export interface Followed<T> {
  /** Whenever one of them changes, it is asked again. */
  topics: readonly (keyof StateTopics)[]
  /** What there is before the first answer. */
  nothing: T
  /** How often `again` is called: ages grow, and some numbers change without news. */
  everyMs?: number
}

/** A section about the project in front that shows what its daemon tells, as long as there is a line to it. */
export abstract class LiveSection<T> implements Section {
  readonly node = document.createElement('div')
  protected readonly parts: SectionParts
  protected project: Project | null = null
  /** What the daemon told last. */
  protected told: T
  /** Why there is no project, if it was tried to find one. */
  protected failure: string | null = null
  readonly #followed: Followed<T>
  readonly #timer: ReturnType<typeof setInterval> | undefined
  #stops: (() => void)[] = []
  #asked = 0

  /** Whoever extends it draws for the first time. */
  constructor(parts: SectionParts, followed: Followed<T>) {
    this.parts = parts
    this.told = followed.nothing
    this.#followed = followed
    if (followed.everyMs !== undefined) this.#timer = setInterval(() => this.again(), followed.everyMs)
  }

  follow(project: Project): void {
    for (const stop of this.#stops) stop()
    this.project = project
    this.told = this.#followed.nothing
    this.failure = null
    this.forget()
    this.#stops = this.#followed.topics.map((topic) =>
      project.client.onChange(topic, () => void this.look(project)),
    )
    this.draw()
  }

  fail(why: string): void {
    this.failure = why
    this.draw()
  }

  dispose(): void {
    clearInterval(this.#timer)
    for (const stop of this.#stops) stop()
  }

  /** Asks again, and draws what is told. */
  protected async look(project: Project): Promise<void> {
    const asked = ++this.#asked
    try {
      const told = await this.ask(project)
      if (asked !== this.#asked || project !== this.project) return
      this.told = told
      this.draw()
    } catch {
      // The line broke meanwhile: this is asked again when it stands.
    }
  }

  /** Asks the daemon. */
  protected abstract ask(project: Project): Promise<T>

  /** Draws what was told. */
  protected abstract draw(): void

  /** Another project is in front: what was chosen in the last one is of no use. */
  protected forget(): void {
    // Most sections have nothing of that kind.
  }

  /** Some time has passed. */
  protected again(): void {
    this.draw()
  }
}
