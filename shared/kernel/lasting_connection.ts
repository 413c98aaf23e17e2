import { Problem } from '../base/problem.ts'
import { messageParts } from './compose.ts'
import { encodeFrame } from './frame.ts'
import type { JournalEntry, KernelConnection, KernelId } from './kernel.ts'
import type { SingleConnection } from './supervisor_connection.ts'

/** Opens a line through the supervisor that runs now, or through the next one. */
export type Connect = (cursor: number | 'now') => Promise<SingleConnection>

/** Pauses between attempts to reach a supervisor again, in milliseconds. */
const retriesMs = [0, 100, 500, 2000, 5000]

/**
 * A line to a kernel that outlasts the supervisor: when that dies, it goes on with the next one at the same
 * place. What was sent and does not stand in the journal then never left, and is sent again.
 */
export async function openLastingConnection(
  id: KernelId,
  cursor: number | 'now',
  connect: Connect,
): Promise<KernelConnection> {
  const first = await connect(cursor)
  const listeners = new Set<(entry: JournalEntry) => void>()
  const closers = new Set<(why: string) => void>()
  /** Frames that the journal has not shown yet, by their msg_id. */
  const unconfirmed = new Map<string, Uint8Array>()
  let line: SingleConnection | null = first
  let seen = cursor === 'now' ? first.head : cursor
  let catchUpTo = 0
  let listening = false
  let closed: string | null = null

  function take(entry: JournalEntry): void {
    if (entry.seq <= seen) return
    seen = entry.seq
    if (entry.direction === 'out') unconfirmed.delete(entry.message.header.msg_id)
    for (const listener of listeners) listener(entry)
    resend()
  }

  /** Once all that the earlier supervisor wrote has been read, what is missing in it was never sent. */
  function resend(): void {
    if (catchUpTo === 0 || seen < catchUpTo || line === null) return
    catchUpTo = 0
    for (const frame of unconfirmed.values()) line.send(frame)
  }

  function use(next: SingleConnection): void {
    line = next
    if (listening) next.listen(take)
    next.onClose((kind) => {
      if (line !== next || closed !== null) return
      line = null
      if (kind === 'gone') finish('the kernel was stopped')
      else void reconnect()
    })
  }

  async function reconnect(): Promise<void> {
    let last = 'the supervisor is gone'
    for (const pauseMs of retriesMs) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
      if (closed !== null) return
      try {
        const next = await connect(seen)
        // What a supervisor had in memory because the disk was full died with it: its numbers come again.
        seen = Math.min(seen, next.head)
        catchUpTo = next.head
        use(next)
        resend()
        return
      } catch (error) {
        last = (error as Error).message
        if (error instanceof Problem && error.code === 'kernel_not_found') break
      }
    }
    finish(last)
  }

  function finish(why: string): void {
    if (closed !== null) return
    closed = why
    for (const closer of closers) closer(why)
    closers.clear()
  }

  use(first)
  return {
    kernel: id,
    head: first.head,
    open: first.open,
    send(channel, message) {
      if (closed !== null) throw new Problem('kernel_dead', `The line to kernel ${id} is closed: ${closed}`)
      const frame = encodeFrame(channel, messageParts(message))
      unconfirmed.set(message.header.msg_id, frame)
      if (catchUpTo === 0) line?.send(frame)
    },
    onEntry(listener) {
      listeners.add(listener)
      if (!listening) {
        listening = true
        line?.listen(take)
      } else if (listeners.size === 1) {
        line?.resume()
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) line?.pause()
      }
    },
    onClose(listener) {
      if (closed === null) closers.add(listener)
      else queueMicrotask(() => listener(closed ?? 'closed'))
      return () => closers.delete(listener)
    },
    close() {
      if (closed !== null) return
      listeners.clear()
      const open = line
      finish('closed')
      open?.close()
    },
  }
}
