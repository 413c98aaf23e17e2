import type { CommNews } from '../../api/comm_methods.ts'
import type { DisplayBoard } from '../../kernel/fold.ts'
import type { JournalEntry } from '../../kernel/kernel.ts'
import type { KernelMessage } from '../../kernel/message.ts'
import { WidgetStates, type KernelWidget } from '../../kernel/widget_states.ts'

/** What comes of widgets to those who follow a kernel's. */
export interface CommAudience {
  news(news: CommNews): void
  /** The outputs that a widget caught are others. */
  caught(comm: string): void
}

/** The widgets of one kernel, followed through its journal. */
export class LiveComms {
  readonly #states = new WidgetStates()
  readonly #audience: CommAudience

  constructor(audience: CommAudience) {
    this.#audience = audience
  }

  /** Heeds a journal's entry, before its outputs are folded. */
  take({ message, direction }: JournalEntry): void {
    const { header, content, parent_header: parent } = message
    const type = header.msg_type
    if (direction === 'mark') {
      if (type === 'daybook_restarted' || type === 'daybook_dead') this.#forget()
    } else if (type.startsWith('comm_')) {
      const comm = String(content['comm_id'])
      if (direction === 'out') this.#states.noteSent(header.msg_id, comm)
      const isKnown = this.#states.take(message)
      if (isKnown && direction === 'in') this.#audience.news(newsOf(message, comm))
    } else if (type === 'status' && content['execution_state'] === 'idle') {
      const id = parent.msg_id
      if (id !== undefined && this.#states.madeIn(id) !== undefined)
        this.#audience.news({ kind: 'handled', message: id })
    }
  }

  /** Who caught an output: told after it was folded. */
  heedOutput({ header, parent_header: parent }: KernelMessage, board: DisplayBoard): void {
    const comm = board.widgets.catcher(parent.msg_id)
    if (comm !== null) this.#audience.caught(comm)
    // Which of them shows the display that was updated is not known.
    if (header.msg_type === 'update_display_data')
      for (const one of board.widgets.ids()) this.#audience.caught(one)
  }

  /**
   * What a widget's callback prints, or shows, belongs to the cell that made the widget.
   * @returns the message as if that cell had said it; itself if it is no such message
   */
  attribute(message: KernelMessage): KernelMessage {
    const madeBy = this.#states.madeIn(message.parent_header.msg_id)
    if (madeBy == null || !shownTypes.has(message.header.msg_type)) return message
    return { ...message, parent_header: { msg_id: madeBy, msg_type: 'execute_request' } }
  }

  /** All that holds now, as one who begins to follow is told. */
  whole(board: DisplayBoard): CommNews[] {
    const opened = [...this.#states.entries()].map(([comm, widget]): CommNews => {
      const outputs = board.widgetOutputs(comm)
      const state = outputs === null ? widget.state : { ...widget.state, outputs }
      return { kind: 'opened', comm, state: { ...state }, bytes: bytesOf(widget) }
    })
    return [{ kind: 'begin' }, ...opened, { kind: 'ready' }]
  }

  #forget(): void {
    this.#states.clear()
    this.#audience.news({ kind: 'begin' })
    this.#audience.news({ kind: 'ready' })
  }
}

const shownTypes = new Set([
  'stream',
  'display_data',
  'execute_result',
  'update_display_data',
  'error',
  'clear_output',
])

function newsOf({ header, content, parent_header: parent, buffers }: KernelMessage, comm: string): CommNews {
  if (header.msg_type === 'comm_close') return { kind: 'closed', comm }
  const data = content['data'] as Record<string, unknown>
  const encoded = buffers.map((one) => Buffer.from(one).toString('base64'))
  if (header.msg_type !== 'comm_open')
    return { kind: 'message', comm, data, buffers: encoded, parent: parent.msg_id ?? null }
  const paths = Array.isArray(data['buffer_paths']) ? (data['buffer_paths'] as (string | number)[][]) : []
  const bytes = paths.flatMap((path, i) => (encoded[i] === undefined ? [] : [{ path, base64: encoded[i] }]))
  return { kind: 'opened', comm, state: (data['state'] ?? {}) as Record<string, unknown>, bytes }
}

function bytesOf({ bytes }: KernelWidget): { path: readonly (string | number)[]; base64: string }[] {
  return [...bytes.values()].map(({ path, data }) => ({ path, base64: Buffer.from(data).toString('base64') }))
}
