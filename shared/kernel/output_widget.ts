import { readOutput } from '../notebook/output.ts'
import type { NotebookOutput } from '../notebook/output.ts'
import type { KernelMessage } from './message.ts'
import { OutputList } from './output_list.ts'

/**
 * ipywidgets' Output widgets: while one is entered in the kernel, its comm state names a msg_id, and what comes
 * with that parent belongs to the widget and not to the cell.
 * @see https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/jupyterwidgetmodels.latest.md
 */
export class OutputWidgets {
  readonly #limitBytes: number
  readonly #widgets = new Map<string, Widget>()
  /** Widgets by the msg_id they catch, the innermost last. */
  readonly #catching = new Map<string, Widget[]>()

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  /** Heeds comm_open, comm_msg and comm_close. */
  take({ header, content }: KernelMessage): void {
    const commId = content['comm_id']
    if (typeof commId !== 'string') return
    const data = asObject(content['data'])
    const state = asObject(data['state'])
    if (header.msg_type === 'comm_open' && isOutput(content, state)) {
      this.#widgets.set(commId, { id: commId, list: new OutputList(null, this.#limitBytes), msgId: null })
    }
    const widget = this.#widgets.get(commId)
    if (widget === undefined) return
    if (header.msg_type === 'comm_close') {
      this.#catch(widget, null)
      this.#widgets.delete(commId)
    } else if (header.msg_type === 'comm_open' || data['method'] === 'update') {
      this.#update(widget, state)
    }
  }

  /** Where messages with that parent go; null: to their cell. */
  catching(msgId: string | undefined): OutputList | null {
    return msgId === undefined ? null : (this.#catching.get(msgId)?.at(-1)?.list ?? null)
  }

  /** The widget that catches messages with that parent; null for none. */
  catcher(msgId: string | undefined): string | null {
    const widget = msgId === undefined ? undefined : this.#catching.get(msgId)?.at(-1)
    return widget?.id ?? null
  }

  /** All Output widgets. */
  ids(): IterableIterator<string> {
    return this.#widgets.keys()
  }

  /** What a widget caught so far; null if there is no such widget. */
  outputs(commId: string): readonly NotebookOutput[] | null {
    return this.#widgets.get(commId)?.list.outputs ?? null
  }

  #update(widget: Widget, state: Record<string, unknown>): void {
    if (Array.isArray(state['outputs'])) widget.list.replace(state['outputs'].map(readOutput))
    const msgId = state['msg_id']
    if (typeof msgId === 'string') this.#catch(widget, msgId === '' ? null : msgId)
  }

  #catch(widget: Widget, msgId: string | null): void {
    if (widget.msgId !== null) {
      const rest = this.#catching.get(widget.msgId)?.filter((other) => other !== widget) ?? []
      if (rest.length === 0) this.#catching.delete(widget.msgId)
      else this.#catching.set(widget.msgId, rest)
    }
    widget.msgId = msgId
    if (msgId !== null) this.#catching.set(msgId, [...(this.#catching.get(msgId) ?? []), widget])
  }
}

interface Widget {
  id: string
  list: OutputList
  msgId: string | null
}

function isOutput(content: Record<string, unknown>, state: Record<string, unknown>): boolean {
  return content['target_name'] === 'jupyter.widget' && state['_model_name'] === 'OutputModel'
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
