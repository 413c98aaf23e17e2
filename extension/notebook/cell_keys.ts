import { createHash } from 'node:crypto'
import * as vscode from 'vscode'

/** Where a cell without an id of its own is found again: its code, and which of those with that code it is. */
interface Place {
  hash: string
  ordinal: number
}

/**
 * Names the cells of one notebook for the daemon. A file of nbformat 4.5 gives each cell an id. In an older one a cell
 * is named by its code when it was run (hash and ordinal), followed through changes of the notebook, also over a
 * reload of the window.
 */
export class CellKeys implements vscode.Disposable {
  readonly #notebook: vscode.NotebookDocument
  readonly #memory: vscode.Memento
  readonly #known = new Map<string, vscode.NotebookCell>()
  readonly #listener: vscode.Disposable
  #saving: NodeJS.Timeout | null = null

  constructor(notebook: vscode.NotebookDocument, memory: vscode.Memento) {
    this.#notebook = notebook
    this.#memory = memory
    const places = memory.get<Record<string, Place>>(this.#entry) ?? {}
    for (const [key, place] of Object.entries(places)) this.#learn(key, place)
    this.#listener = vscode.workspace.onDidChangeNotebookDocument((event) => {
      const isEdit = event.contentChanges.length > 0 || event.cellChanges.some(({ document }) => document)
      if (event.notebook === notebook && isEdit) this.#saveSoon()
    })
  }

  /** The name of a cell that is to be run now. */
  keyOf(cell: vscode.NotebookCell): string {
    const id = idOf(cell)
    if (id !== null) return id
    for (const [key, known] of this.#known) if (known === cell) return key
    const { hash, ordinal } = this.#placeOf(cell)
    const key = `h-${hash}-${ordinal}`
    this.#known.set(key, cell)
    this.#saveSoon()
    return key
  }

  /** The cell of that name; null if it is not in the notebook any more. */
  find(key: string): vscode.NotebookCell | null {
    const cells = this.#notebook.getCells()
    const own = cells.find((cell) => idOf(cell) === key)
    if (own !== undefined) return own
    const known = this.#known.get(key)
    if (known !== undefined) return cells.includes(known) ? known : null
    const [, hash, ordinal] = /^h-([0-9a-f]+)-(\d+)$/.exec(key) ?? []
    if (hash === undefined) return null
    this.#learn(key, { hash, ordinal: Number(ordinal) })
    return this.#known.get(key) ?? null
  }

  dispose(): void {
    this.#listener.dispose()
    if (this.#saving !== null) this.#save()
  }

  get #entry(): string {
    return `cells:${this.#notebook.uri.toString()}`
  }

  #learn(key: string, { hash, ordinal }: Place): void {
    const cell = this.#notebook.getCells().filter((one) => hashOf(one) === hash)[ordinal]
    if (cell !== undefined) this.#known.set(key, cell)
  }

  #placeOf(cell: vscode.NotebookCell): Place {
    const hash = hashOf(cell)
    const same = this.#notebook.getCells().filter((one) => hashOf(one) === hash)
    return { hash, ordinal: Math.max(0, same.indexOf(cell)) }
  }

  #saveSoon(): void {
    if (this.#known.size > 0) this.#saving ??= setTimeout(() => this.#save(), 300)
  }

  #save(): void {
    if (this.#saving !== null) clearTimeout(this.#saving)
    this.#saving = null
    const cells = new Set(this.#notebook.getCells())
    const places = [...this.#known]
      .filter(([, cell]) => cells.has(cell))
      .map(([key, cell]) => [key, this.#placeOf(cell)])
    void this.#memory.update(this.#entry, places.length === 0 ? undefined : Object.fromEntries(places))
  }
}

/** The id that the file gives a cell; null before nbformat 4.5. */
function idOf(cell: vscode.NotebookCell): string | null {
  const id: unknown = cell.metadata['id']
  return typeof id === 'string' && id !== '' ? id : null
}

function hashOf(cell: vscode.NotebookCell): string {
  return createHash('sha256').update(cell.document.getText()).digest('hex').slice(0, 16)
}
