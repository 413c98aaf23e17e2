import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { Problem } from '../base/problem.ts'
import { parseMessage } from './compose.ts'
import { type Channel, decodeFrame, prefixBytes, readPrefix, subprotocol } from './frame.ts'
import type { JournalEntry, KernelId } from './kernel.ts'
import type { SupervisorFile } from './supervisor_file.ts'
import { UnreachableError } from './supervisor_request.ts'

/** A line to one kernel through one supervisor; lost when that supervisor dies. */
export interface SingleConnection {
  head: number
  open: readonly string[]
  /** Sends a frame; false if the line is closed. */
  send(frame: Uint8Array): boolean
  /** Begins to read. Nothing is read from the supervisor before, so that the past does not pile up here. */
  listen(onEntry: (entry: JournalEntry) => void): void
  /** `gone`: the kernel was stopped; `lost`: the supervisor went. */
  onClose(listener: (kind: 'gone' | 'lost') => void): void
  pause(): void
  resume(): void
  close(): void
}

/**
 * Opens such a line; what comes is everything after the cursor.
 * @throws Problem `kernel_not_found`
 * @throws UnreachableError if the supervisor is gone
 */
export async function connectOnce(
  file: SupervisorFile,
  id: KernelId,
  cursor: number | 'now',
): Promise<SingleConnection> {
  const socket = new WebSocket(`ws://supervisor/api/kernels/${id}/channels?cursor=${cursor}`, subprotocol, {
    createConnection: () => connect(file.socket),
    headers: { authorization: `Bearer ${file.token}` },
    perMessageDeflate: false,
    maxPayload: 0,
    skipUTF8Validation: true,
  })
  /** What came in one piece with the greeting, before anybody listened. */
  let early: Buffer[] = []
  let onEntry: ((entry: JournalEntry) => void) | null = null
  const greeted = greeting(socket, id)
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (!isBinary) return
    if (onEntry === null || early.length > 0) early.push(data)
    else onEntry(parseEntry(data))
  })
  socket.on('error', () => undefined)
  const { head, open } = await greeted

  return {
    head,
    open,
    send(frame) {
      if (socket.readyState !== socket.OPEN) return false
      socket.send(frame)
      return true
    },
    listen(listener) {
      onEntry = listener
      setImmediate(() => {
        while (early.length > 0) {
          const waiting = early
          early = []
          for (const data of waiting) listener(parseEntry(data))
        }
        socket.resume()
      })
    },
    onClose(listener) {
      const tell = (code: number): void => listener(code === 1000 ? 'gone' : 'lost')
      if (socket.readyState === socket.CLOSED) queueMicrotask(() => tell(1006))
      else socket.once('close', tell)
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close() {
      // A paused socket would never see the other side's goodbye.
      socket.resume()
      onEntry = () => undefined
      socket.close(1001)
    },
  }
}

function greeting(socket: WebSocket, id: KernelId): Promise<{ head: number; open: string[] }> {
  return new Promise((resolve, reject) => {
    socket.once('unexpected-response', (_, response) => {
      socket.terminate()
      const missing = response.statusCode === 404
      reject(
        missing
          ? new Problem('kernel_not_found', `No kernel with the id "${id}" runs`, {
              hint: '"daybook kernels" lists those that do.',
            })
          : new UnreachableError(`The supervisor refused with ${response.statusCode ?? 0}`),
      )
    })
    socket.once('error', (error) => reject(new UnreachableError(error.message, { cause: error })))
    socket.once('close', () => reject(new UnreachableError('The supervisor closed the line')))
    socket.once('message', (data: Buffer) => {
      socket.pause()
      resolve(JSON.parse(data.toString()) as { head: number; open: string[] })
    })
  })
}

function parseEntry(data: Buffer): JournalEntry {
  const { channel, parts } = decodeFrame(data.subarray(prefixBytes))
  return { ...readPrefix(data), channel: channel as Channel, message: parseMessage(parts) }
}
