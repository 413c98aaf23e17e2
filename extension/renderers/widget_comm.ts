import type { ICallbacks, IClassicComm } from '@jupyter-widgets/base'
import { toBase64 } from './widget_bytes.ts'
import type { WidgetMessage } from './widget_message.ts'

type Listener = Parameters<IClassicComm['on_msg']>[0]
type Message = Parameters<Listener>[0]
type Buffers = ArrayBuffer[] | ArrayBufferView[]

/** The line of one widget to the kernel, as ipywidgets wants it. */
export class WidgetComm implements IClassicComm {
  readonly comm_id: string
  readonly target_name = 'jupyter.widget'
  readonly #send: (message: WidgetMessage, callbacks: ICallbacks | undefined) => void
  #onMessage: ((message: Message) => void) | null = null
  #onClose: ((message: Message) => void) | null = null

  constructor(id: string, send: (message: WidgetMessage, callbacks: ICallbacks | undefined) => void) {
    this.comm_id = id
    this.#send = send
  }

  open(data: unknown, callbacks?: ICallbacks, metadata?: object, buffers?: Buffers): string {
    return this.#tell('comm_open', data, { callbacks, metadata, buffers })
  }

  send(data: unknown, callbacks?: ICallbacks, metadata?: object, buffers?: Buffers): string {
    return this.#tell('comm_msg', data, { callbacks, metadata, buffers })
  }

  close(data?: unknown, callbacks?: ICallbacks, metadata?: object, buffers?: Buffers): string {
    return this.#tell('comm_close', data, { callbacks, metadata, buffers })
  }

  on_msg(callback: Listener): void {
    this.#onMessage = callback
  }

  on_close(callback: Listener): void {
    this.#onClose = callback
  }

  /** The kernel says something to the widget. */
  take(data: Record<string, unknown>, buffers: DataView[], parent: string | null): void {
    const message = { content: { comm_id: this.comm_id, data }, buffers, parent_header: { msg_id: parent } }
    this.#onMessage?.(message)
  }

  /** The kernel closed it. */
  end(): void {
    this.#onClose?.({ content: { comm_id: this.comm_id, data: {} } })
  }

  #tell(
    type: WidgetMessage['type'],
    data: unknown,
    {
      callbacks,
      metadata,
      buffers,
    }: {
      callbacks: ICallbacks | undefined
      metadata: object | undefined
      buffers: Buffers | undefined
    },
  ): string {
    const message = {
      message: crypto.randomUUID(),
      type,
      comm: this.comm_id,
      data: (data ?? {}) as Record<string, unknown>,
      metadata: { ...metadata },
      buffers: (buffers ?? []).map(toBase64),
    }
    this.#send(message, callbacks)
    return message.message
  }
}
