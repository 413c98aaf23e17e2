import type { Client } from '../api/client.ts'
import type { TableRow } from '../api/table_methods.ts'
import { lineAt, lineCount, type Opened } from './row_space.ts'
import { TableSource, type WindowQuery } from './table_source.ts'

/** What stands on a line of the table; `row` is undefined until it has come. */
export interface TableLine {
  row: TableRow | undefined
  level: 1 | 2
  opened: boolean
}

interface OpenedRow {
  index: number
  source: TableSource
}

/** New rows that came push an opened row down; further than this it is not looked for. */
const searchedRows = 200

/** All lines of a table: its rows, and under those that are opened the runs nested in them or grouped by them. */
export class TableRows {
  readonly #client: Client
  readonly #changed: () => void
  readonly root: TableSource
  #query: WindowQuery | null = null
  #opened = new Map<string, OpenedRow>()

  constructor(client: Client, changed: () => void) {
    this.#client = client
    this.#changed = changed
    this.root = new TableSource(client, () => {
      this.#follow()
      changed()
    })
  }

  ask(query: WindowQuery): void {
    this.#query = query
    for (const { source } of this.#opened.values()) source.close()
    this.#opened.clear()
    this.root.ask(query)
  }

  get count(): number {
    return lineCount(this.root.total ?? 0, this.#list())
  }

  line(at: number): TableLine {
    const { top, child } = lineAt(at, this.#list())
    const row = this.root.row(top)
    if (child === null) return { row, level: 1, opened: row !== undefined && this.#opened.has(keyOf(row)) }
    const parent = [...this.#opened.values()].find(({ index }) => index === top)
    return { row: parent?.source.row(child), level: 2, opened: false }
  }

  /** Says which lines are in sight. */
  need(first: number, last: number): void {
    const list = this.#list()
    const [from, to] = [lineAt(first, list), lineAt(last, list)]
    this.root.need(from.top, to.top)
    for (const { index, source } of this.#opened.values()) {
      if (index < from.top || index > to.top) continue
      const firstChild = from.top === index ? (from.child ?? 0) : 0
      const lastChild = to.top === index ? (to.child ?? 0) : (source.total ?? 1) - 1
      source.need(firstChild, Math.max(firstChild, lastChild))
    }
  }

  /** Opens or closes the row on a line; nothing happens for one that holds nothing. */
  toggle(at: number): void {
    const { top, child } = lineAt(at, this.#list())
    const row = this.root.row(top)
    const query = row === undefined || child !== null ? null : this.#inside(row)
    if (row === undefined || query === null) return
    const old = this.#opened.get(keyOf(row))
    if (old === undefined) {
      const source = new TableSource(this.#client, this.#changed)
      this.#opened.set(keyOf(row), { index: top, source })
      source.ask(query)
    } else {
      old.source.close()
      this.#opened.delete(keyOf(row))
    }
    this.#changed()
  }

  refresh(version: number): void {
    this.root.refresh(version)
    for (const { source } of this.#opened.values()) source.refresh(version)
  }

  close(): void {
    this.root.close()
    for (const { source } of this.#opened.values()) source.close()
  }

  #inside(row: TableRow): WindowQuery | null {
    if (this.#query === null) return null
    if (row.kind === 'group') return { ...this.#query, group: row.key }
    if (row.children === 0) return null
    return { ...this.#query, filter: '', groupBy: [], group: null, within: { parentId: row.id } }
  }

  #list(): Opened[] {
    return [...this.#opened.values()]
      .map(({ index, source }) => ({ index, count: source.total ?? 0 }))
      .sort((a, b) => a.index - b.index)
  }

  /** After news an opened row may stand elsewhere. */
  #follow(): void {
    for (const [key, opened] of this.#opened) {
      const found = this.#find(key, opened.index)
      if (found !== null) opened.index = found
      else if (this.root.row(opened.index) !== undefined) {
        opened.source.close()
        this.#opened.delete(key)
      }
    }
  }

  #find(key: string, near: number): number | null {
    for (let step = 0; step <= searchedRows; step++) {
      for (const at of [near + step, near - step]) {
        const row = at < 0 ? undefined : this.root.row(at)
        if (row !== undefined && keyOf(row) === key) return at
      }
    }
    return null
  }
}

/** Names a row among others. */
export function keyOf(row: TableRow): string {
  return row.kind === 'run' ? row.id : `group ${row.key}`
}
