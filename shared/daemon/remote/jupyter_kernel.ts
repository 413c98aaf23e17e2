import { WebSocket } from 'ws'
import { ulid } from '../../base/id.ts'

/** A message of the Jupyter protocol as a server passes it on: what is used of it. */
export interface JupyterMessage {
  msg_type: string
  parent_header: { msg_id?: string }
  content: Record<string, unknown>
}

/** How often a connection that broke is made again, and how long apart. */
const retryMs = [300, 1000, 3000, 6000, 10_000]

/** Who is told what comes over a kernel's connection. */
export interface KernelNews {
  message(message: JupyterMessage): void
  /** Whether the kernel is there still; rejects if its server does not answer. */
  exists(): Promise<boolean>
  /** It stands again after it was broken: what was on its way may be lost. */
  again(): void
  /** It is given up. */
  lost(why: string): void
}

/** A connection to one kernel over a Jupyter server; made again when it breaks, for half a minute. */
export class JupyterKernelLine {
  readonly #url: string
  readonly #headers: Record<string, string>
  readonly #session = ulid(Date.now())
  readonly #tell: KernelNews
  #socket: WebSocket | null = null
  #unsent: string[] = []
  #tries = 0
  #opened = false
  #closed = false
  #heardMs = Date.now()
  readonly #pulse: NodeJS.Timeout

  constructor(url: string, headers: Record<string, string>, tell: KernelNews) {
    this.#url = `${url.replace(/^http/, 'ws')}?session_id=${this.#session}`
    this.#headers = headers
    this.#tell = tell
    // A machine that is switched off says nothing: silence has to be noticed.
    this.#pulse = setInterval(() => this.#look(), 10_000)
    this.#pulse.unref()
    this.#connect()
  }

  /** Sends a request on the shell channel; returns its id, which answers name as their parent. */
  send(type: string, content: Record<string, unknown>): string {
    const id = ulid(Date.now())
    const header = {
      ...{ msg_id: id, msg_type: type, username: 'daybook', session: this.#session, version: '5.3' },
      date: new Date().toISOString(),
    }
    const text = JSON.stringify({
      header,
      parent_header: {},
      metadata: {},
      content,
      channel: 'shell',
      buffers: [],
    })
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(text)
    else this.#unsent.push(text)
    return id
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#pulse)
    this.#socket?.close()
  }

  #connect(): void {
    const socket = new WebSocket(this.#url, {
      headers: this.#headers,
      maxPayload: 2 ** 30,
      handshakeTimeout: 15_000,
    })
    this.#socket = socket
    let why = 'the connection was closed'
    socket.on('open', () => {
      this.#tries = 0
      if (this.#opened) this.#tell.again()
      this.#opened = true
      this.#heardMs = Date.now()
      for (const text of this.#unsent.splice(0)) socket.send(text)
    })
    socket.on('pong', () => (this.#heardMs = Date.now()))
    socket.on('message', (data: Buffer) => {
      this.#heardMs = Date.now()
      // Servers hold small messages back until the one before was acknowledged, for which our system takes 40 ms
      // unless there is something to send.
      socket.pong()
      try {
        this.#tell.message(JSON.parse(data.toString('utf8')) as JupyterMessage)
      } catch {
        // Not one of ours.
      }
    })
    socket.on('error', (error) => (why = error.message))
    socket.on('close', () => this.#again(why))
  }

  #again(why: string): void {
    if (this.#closed) return
    const wait = retryMs[this.#tries++]
    if (wait === undefined) return this.#giveUp(why)
    setTimeout(() => {
      // A server that was started anew leaves questions about its former kernels without an answer.
      this.#tell.exists().then(
        (isThere) => {
          if (this.#closed) return
          if (isThere) this.#connect()
          else this.#giveUp('the kernel is gone')
        },
        () => this.#again(why),
      )
    }, wait).unref()
  }

  #giveUp(why: string): void {
    this.close()
    this.#tell.lost(why)
  }

  #look(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return
    if (Date.now() - this.#heardMs > 45_000) this.#socket.terminate()
    else this.#socket.ping()
  }
}
