import type { CommNews } from '../../api/comm_methods.ts'
import type { NotebookOutput } from '../../notebook/output.ts'

/** Who follows the widgets of a notebook. */
export interface CommListener {
  onNews(news: CommNews): void
  /** Whether more can be taken now. */
  isReady(): boolean
}

/** Changes of widgets are told at most so often: the eye sees no more. */
const pauseMs = 20

/**
 * Tells one listener how widgets change. What a widget went through while the listener was busy is told as one
 * change: a progress bar that moves a million times costs no more than what can be shown of it.
 */
export class CommFollower {
  readonly #listener: CommListener
  /** What an Output widget holds now; null if it is gone. */
  readonly #outputs: (comm: string) => readonly NotebookOutput[] | null
  #waiting: CommNews[] = []
  readonly #caught = new Set<string>()
  #timer: NodeJS.Timeout | null = null
  #closed = false

  constructor(listener: CommListener, outputs: (comm: string) => readonly NotebookOutput[] | null) {
    this.#listener = listener
    this.#outputs = outputs
  }

  /** Something is to be told. */
  tell(news: CommNews): void {
    const merged = news.kind === 'message' ? this.#merge(news) : null
    this.#waiting.push(merged ?? news)
    this.#flushSoon()
  }

  /** What an Output widget holds is another. */
  caught(comm: string): void {
    this.#caught.add(comm)
    this.#flushSoon()
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  /** Takes the last change of the same widget out of what waits, if nothing that matters to it came since. */
  #merge(news: Message): Message | null {
    if (!isPlainUpdate(news)) return null
    const i = this.#waiting.findLastIndex((one) => 'comm' in one && one.comm === news.comm)
    const before = this.#waiting[i]
    if (before?.kind !== 'message' || !isPlainUpdate(before)) return null
    this.#waiting.splice(i, 1)
    const state = { ...(before.data['state'] as object), ...(news.data['state'] as object) }
    return { ...news, data: { ...news.data, state } }
  }

  #flushSoon(): void {
    if (!this.#closed) this.#timer ??= setTimeout(() => this.#flush(), pauseMs)
  }

  #flush(): void {
    this.#timer = null
    if (!this.#listener.isReady()) return this.#flushSoon()
    const waiting = this.#waiting
    this.#waiting = []
    for (const news of waiting) this.#listener.onNews(news)
    for (const comm of this.#caught) {
      const outputs = this.#outputs(comm)
      if (outputs !== null) this.#listener.onNews({ kind: 'outputs', comm, outputs })
    }
    this.#caught.clear()
  }
}

type Message = Extract<CommNews, { kind: 'message' }>

/** A change of state that a later one can take up. */
function isPlainUpdate({ data, buffers }: Message): boolean {
  const { method, state } = data
  return method === 'update' && buffers.length === 0 && typeof state === 'object' && state !== null
}
