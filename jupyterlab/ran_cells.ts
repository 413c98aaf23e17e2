import type { NotebookPanel } from '@jupyterlab/notebook'
import type { Kernel, KernelMessage } from '@jupyterlab/services'
import { markStale, type Stale } from '../shared/views/stale.ts'

/** What a cell was when it ran last: a short stand-in for its code, and when that was. */
interface Ran {
  code: string
  startMs: number
}

/** How long a burst of edits is waited for. */
const pauseMs = 250

/** So many notebooks are remembered over a reload. */
const remembered = 50

const memory = 'daybook.ran'

/**
 * Which cells of a notebook may show outputs that are out of date. What was run is remembered over a reload, in this
 * browser: the notebook's file is not touched.
 */
export class RanCells {
  readonly #panel: NotebookPanel
  readonly #changed: (marks: ReadonlyMap<string, Stale>) => void
  readonly #ran: Map<string, Ran>
  #kernel: Kernel.IKernelConnection | null = null
  #due: ReturnType<typeof setTimeout> | undefined

  /** @param changed told the marks of all cells by their ids, whenever they may have changed */
  constructor(panel: NotebookPanel, changed: (marks: ReadonlyMap<string, Stale>) => void) {
    this.#panel = panel
    this.#changed = changed
    this.#ran = new Map(Object.entries(readMemory()[panel.context.path] ?? {}))
    panel.sessionContext.kernelChanged.connect(this.#changeKernel, this)
    panel.context.model.contentChanged.connect(this.#lookSoon, this)
    this.#changeKernel()
    this.#lookSoon()
  }

  /** Ends it. */
  dispose(): void {
    clearTimeout(this.#due)
    this.#kernel?.anyMessage.disconnect(this.#hear, this)
    this.#panel.sessionContext.kernelChanged.disconnect(this.#changeKernel, this)
    if (!this.#panel.isDisposed) this.#panel.context.model.contentChanged.disconnect(this.#lookSoon, this)
  }

  #changeKernel(): void {
    this.#kernel?.anyMessage.disconnect(this.#hear, this)
    this.#kernel = this.#panel.sessionContext.session?.kernel ?? null
    this.#kernel?.anyMessage.connect(this.#hear, this)
  }

  #hear(_: Kernel.IKernelConnection, { msg, direction }: Kernel.IAnyMessageArgs): void {
    const cell = (msg.metadata as { cellId?: unknown }).cellId
    if (direction !== 'send' || msg.header.msg_type !== 'execute_request' || typeof cell !== 'string') return
    const { code } = (msg as KernelMessage.IExecuteRequestMsg).content
    this.#ran.set(cell, { code: standIn(code), startMs: Date.now() })
    this.#keep()
    this.#lookSoon()
  }

  #lookSoon(): void {
    clearTimeout(this.#due)
    this.#due = setTimeout(() => this.#look(), pauseMs)
  }

  #look(): void {
    if (this.#panel.isDisposed) return
    const cells = this.#panel.content.widgets.map(({ model }) => model).filter(({ type }) => type === 'code')
    const marks = markStale(
      cells.map(({ id, sharedModel }) => {
        const ran = this.#ran.get(id)
        const edited = ran !== undefined && ran.code !== standIn(sharedModel.getSource())
        return { startMs: ran?.startMs ?? null, edited }
      }),
    )
    this.#changed(new Map(cells.map(({ id }, i) => [id, marks[i] ?? null])))
  }

  #keep(): void {
    const { path } = this.#panel.context
    const others = Object.entries(readMemory()).filter(([other]) => other !== path)
    const all = [...others.slice(1 - remembered), [path, Object.fromEntries(this.#ran)] as const]
    try {
      localStorage.setItem(memory, JSON.stringify(Object.fromEntries(all)))
    } catch {
      // The browser keeps nothing: then the marks last as long as the page.
    }
  }
}

function readMemory(): Record<string, Record<string, Ran>> {
  try {
    return JSON.parse(localStorage.getItem(memory) ?? '{}') as Record<string, Record<string, Ran>>
  } catch {
    return {}
  }
}

/** Tells one code from another, in few characters: FNV-1a over 32 bits, and the length. */
function standIn(code: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < code.length; i++) hash = Math.imul(hash ^ code.charCodeAt(i), 0x01000193)
  return `${code.length}-${(hash >>> 0).toString(36)}`
}
