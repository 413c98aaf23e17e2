import type { KernelMessage } from './message.ts'

/** One widget of a kernel, as far as its messages tell. */
export interface KernelWidget {
  /** msg_id of what was executed when it was made; null if that is not known. */
  madeBy: string | null
  state: Record<string, unknown>
  /** Bytes that belong into the state, by their place in it. */
  bytes: Map<string, WidgetBuffer>
}

/** Bytes with their place in a widget's state. */
export interface WidgetBuffer {
  path: readonly (string | number)[]
  data: Uint8Array
}

/** Comm target of ipywidgets. */
export const widgetTarget = 'jupyter.widget'

/**
 * The state of all widgets of one kernel, folded from what it and its views said: enough to show them again without
 * asking the kernel, which may be busy.
 * @see https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md
 */
export class WidgetStates {
  readonly #widgets = new Map<string, KernelWidget>()
  /** The execution that made the widget, by the messages that views sent it. */
  readonly #sent = new Map<string, string | null>()

  /** Heeds comm_open, comm_msg and comm_close, whoever sent them. @returns whether it is about a widget */
  take({ header, content, parent_header: parent, buffers }: KernelMessage): boolean {
    const id = content['comm_id']
    if (typeof id !== 'string') return false
    const data = asObject(content['data'])
    if (header.msg_type === 'comm_open') {
      if (content['target_name'] !== widgetTarget) return false
      const isExecuted = parent.msg_type === 'execute_request'
      const madeBy = isExecuted ? (parent.msg_id ?? null) : (this.madeIn(parent.msg_id) ?? null)
      const widget: KernelWidget = { madeBy, state: {}, bytes: new Map() }
      this.#widgets.set(id, widget)
      update(widget, data, buffers)
      return true
    }
    const widget = this.#widgets.get(id)
    if (widget === undefined) return false
    if (header.msg_type === 'comm_close') this.#widgets.delete(id)
    else if (data['method'] === 'update' || data['method'] === 'echo_update') update(widget, data, buffers)
    return true
  }

  /** A view's message was sent over a comm: what the kernel does then belongs to where the widget was made. */
  noteSent(msgId: string, comm: string): void {
    this.#sent.set(msgId, this.#widgets.get(comm)?.madeBy ?? null)
    const [oldest] = this.#sent.keys()
    if (this.#sent.size > rememberedSent && oldest !== undefined) this.#sent.delete(oldest)
  }

  /** The execution that made the widget over whose comm this message went; undefined for no message of a view. */
  madeIn(msgId: string | undefined): string | null | undefined {
    return msgId === undefined ? undefined : this.#sent.get(msgId)
  }

  entries(): IterableIterator<[string, KernelWidget]> {
    return this.#widgets.entries()
  }

  /** The kernel's process is gone, and its widgets with it. */
  clear(): void {
    this.#widgets.clear()
    this.#sent.clear()
  }
}

/** So many messages of views are remembered, for what the kernel says to them. */
const rememberedSent = 2000

function update(widget: KernelWidget, data: Record<string, unknown>, buffers: readonly Uint8Array[]): void {
  const state = asObject(data['state'])
  Object.assign(widget.state, state)
  for (const [key, { path }] of widget.bytes) if (String(path[0]) in state) widget.bytes.delete(key)
  const paths = Array.isArray(data['buffer_paths']) ? (data['buffer_paths'] as unknown[]) : []
  paths.forEach((path, i) => {
    const bytes = buffers[i]
    if (!Array.isArray(path) || bytes === undefined) return
    widget.bytes.set(JSON.stringify(path), { path: path as (string | number)[], data: bytes })
  })
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
