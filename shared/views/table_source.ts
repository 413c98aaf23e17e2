import type { Client } from '../api/client.ts'
import type { ParamsOf } from '../api/contract.ts'
import type { TableRow } from '../api/table_methods.ts'

/** What a table asks for, without the part of it. */
export type WindowQuery = Omit<ParamsOf<'runs.window'>, 'offset' | 'limit'>

/** Rows that are asked for at once. */
const pageRows = 100
/** Pages that are kept; scrolling back further asks again. */
const keptPages = 60

interface Page {
  rows: readonly TableRow[]
  version: number
}

/**
 * The rows of a table, asked for page by page as they come into sight. Rows that are shown stay until newer ones
 * are there; an answer to a question that is not asked any more is dropped, and so is one older than what is shown.
 */
export class TableSource {
  readonly #client: Client
  readonly #changed: () => void
  #query: WindowQuery | null = null
  #generation = 0
  #pages = new Map<number, Page>()
  #asked = new Set<number>()
  #wanted: readonly number[] = []
  #version = 0
  #answerMs = 0
  #due: ReturnType<typeof setTimeout> | null = null
  /** Rows in all; null before the first answer. */
  total: number | null = null
  runs = 0
  problem: unknown = null

  constructor(client: Client, changed: () => void) {
    this.#client = client
    this.#changed = changed
  }

  /** Asks something else. The old rows go when the first new ones come. */
  ask(query: WindowQuery): void {
    if (JSON.stringify(query) === JSON.stringify(this.#query)) return
    this.#query = query
    this.#generation++
    this.#asked.clear()
    this.#wanted = []
    void this.#load(0)
  }

  row(index: number): TableRow | undefined {
    return this.#pages.get(Math.floor(index / pageRows))?.rows[index % pageRows]
  }

  /** Says which rows are in sight. */
  need(first: number, last: number): void {
    const pages: number[] = []
    for (let page = Math.floor(first / pageRows); page <= Math.floor(last / pageRows); page++)
      pages.push(page)
    this.#wanted = pages
    for (const page of pages) if (!this.#pages.has(page)) void this.#load(page)
    if (pages.some((page) => (this.#pages.get(page)?.version ?? Infinity) < this.#version)) {
      this.refresh(this.#version)
    }
  }

  /** Something changed: asks again for what is in sight, the sooner the faster answers come. */
  refresh(version: number): void {
    this.#version = Math.max(this.#version, version)
    if (this.#query === null || this.#due !== null) return
    this.#due = setTimeout(
      () => {
        this.#due = null
        const stale = (this.#wanted.length === 0 ? [0] : this.#wanted).filter(
          (page) => (this.#pages.get(page)?.version ?? 0) < this.#version,
        )
        for (const page of stale) void this.#load(page)
      },
      Math.min(3_000, 3 * this.#answerMs),
    )
  }

  close(): void {
    this.#generation++
    this.#query = null
    if (this.#due !== null) clearTimeout(this.#due)
  }

  async #load(page: number): Promise<void> {
    const query = this.#query
    if (query === null || this.#asked.has(page)) return
    const generation = this.#generation
    this.#asked.add(page)
    const startedMs = performance.now()
    try {
      const answer = await this.#client.call('runs.window', {
        ...query,
        offset: page * pageRows,
        limit: pageRows,
      })
      if (generation !== this.#generation) return
      this.#answerMs = performance.now() - startedMs
      this.#take(page, answer)
    } catch (error) {
      if (generation !== this.#generation) return
      this.problem = error
    }
    this.#asked.delete(page)
    this.#changed()
  }

  #take(
    page: number,
    answer: { rows: readonly TableRow[]; total: number; runs: number; version: number },
  ): void {
    const newest = this.#pages.get(page)?.version ?? 0
    if (this.#shown !== this.#generation) this.#pages.clear()
    else if (answer.version < newest) return
    this.#shown = this.#generation
    this.#pages.set(page, { rows: answer.rows, version: answer.version })
    this.total = answer.total
    this.runs = answer.runs
    this.problem = null
    for (const old of this.#pages.keys()) {
      if (this.#pages.size <= keptPages) break
      if (!this.#wanted.includes(old)) this.#pages.delete(old)
    }
    if (answer.version < this.#version) this.refresh(this.#version)
  }

  /** Generation of the rows that are shown. */
  #shown = -1
}
