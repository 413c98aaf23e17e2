import type { CommNews } from '../../shared/api/comm_methods.ts'
import type { RendererContext } from './output_item.ts'
import { WidgetManager } from './widget_manager.ts'
import type { FromWidgets, ToWidgets } from './widget_message.ts'

type Opened = Extract<CommNews, { kind: 'opened' }>

/** So long the extension may take to say whether there is a kernel of ours: a window that is reloaded is busy. */
const patienceMs = 20_000

/**
 * The page's line to the widgets of the notebook's kernel, through the extension. The line may break and come back
 * with the same kernel: then the widgets that are shown go on.
 */
export class WidgetLine {
  readonly #context: RendererContext
  #manager: WidgetManager
  #ready = Promise.withResolvers<null>()
  /** What is told between `begin` and `ready`; null outside. */
  #beginning: Opened[] | null = null
  readonly #lost = new Set<() => void>()
  #isAsked = false

  constructor(context: RendererContext) {
    this.#context = context
    this.#manager = this.#makeManager()
    context.onDidReceiveMessage?.((message) => this.#take(message as ToWidgets))
  }

  /**
   * The widgets, once they were told.
   * @throws Error if the notebook does not run on one of our kernels
   */
  async manager(): Promise<WidgetManager> {
    if (!this.#isAsked) {
      this.#isAsked = true
      this.#post({ kind: 'begin' })
    }
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new Error('The kernel of this widget does not answer.')), patienceMs),
    )
    await Promise.race([this.#ready.promise, late])
    return this.#manager
  }

  /** Told once when the kernel that the present widgets live in is gone. Returns a function that stops it. */
  onLost(listener: () => void): () => void {
    this.#lost.add(listener)
    return () => this.#lost.delete(listener)
  }

  #take(message: ToWidgets): void {
    if (message.kind === 'none') {
      this.#isAsked = false
      this.#ready.reject(new Error('This widget needs a kernel of Daybook; this is its text form:'))
      this.#ready.promise.catch(() => null)
      this.#ready = Promise.withResolvers()
      return
    }
    const { news } = message
    if (news.kind === 'begin') this.#beginning = []
    else if (news.kind === 'ready') this.#settle()
    else if (this.#beginning !== null && news.kind === 'opened') this.#beginning.push(news)
    else this.#manager.take(news)
  }

  /** All widgets were told: those that are shown go on, or their kernel is another one. */
  #settle(): void {
    const opened = this.#beginning ?? []
    this.#beginning = null
    const before = this.#manager.widgets
    const isSame = before.size === 0 || opened.some(({ comm }) => before.has(comm))
    if (!isSame) {
      for (const listener of this.#lost) listener()
      this.#lost.clear()
      this.#manager = this.#makeManager()
    }
    for (const one of opened) {
      if (isSame && before.has(one.comm)) this.#manager.renew(one)
      else this.#manager.take(one)
    }
    this.#ready.resolve(null)
  }

  #makeManager(): WidgetManager {
    return new WidgetManager((message) => this.#post({ kind: 'send', message }))
  }

  #post(message: FromWidgets): void {
    this.#context.postMessage?.(message)
  }
}
