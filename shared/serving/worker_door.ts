import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { readFrames, type WorkerFrame } from './worker_wire.ts'

/** Where workers of this gateway come in. One socket for all of them. */
export class WorkerDoor {
  readonly #server: Server
  readonly #expected = new Map<string, (socket: Socket) => (frame: WorkerFrame) => void>()
  readonly #address: string

  private constructor(server: Server, address: string) {
    this.#server = server
    this.#address = address
  }

  /** Opens it. @param path of a Unix socket; Windows takes a port of this machine instead */
  static async open(path: string): Promise<WorkerDoor> {
    const server = createServer()
    const windows = process.platform === 'win32'
    if (!windows) rmSync(path, { force: true })
    const before = process.umask(0o177)
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(windows ? { port: 0, host: '127.0.0.1' } : { path }, resolve)
    }).finally(() => process.umask(before))
    const bound = server.address()
    const address = typeof bound === 'object' && bound !== null ? `127.0.0.1:${bound.port}` : path
    const door = new WorkerDoor(server, address)
    server.on('connection', (socket) => door.#welcome(socket))
    return door
  }

  get address(): string {
    return this.#address
  }

  /**
   * Waits for the worker that knows this word.
   * @param come takes its socket and gives what is to be told of its frames
   * @returns a function that stops waiting
   */
  expect(word: string, come: (socket: Socket) => (frame: WorkerFrame) => void): () => void {
    this.#expected.set(word, come)
    return () => this.#expected.delete(word)
  }

  close(): void {
    this.#server.close()
  }

  #welcome(socket: Socket): void {
    socket.on('error', () => socket.destroy())
    let tell: ((frame: WorkerFrame) => void) | null = null
    readFrames(socket, (frame) => {
      if (tell !== null) return tell(frame)
      const word = String(frame.head['hello'])
      const come = this.#expected.get(word)
      if (come === undefined) return void socket.destroy()
      this.#expected.delete(word)
      tell = come(socket)
    })
  }
}
