import { composeMessage } from '../../shared/kernel/compose.ts'
import type { JournalEntry, KernelConnection, KernelId } from '../../shared/kernel/kernel.ts'
import type { KernelMessage } from '../../shared/kernel/message.ts'

/** A connection whose other side is the test. */
export interface FakeConnection extends KernelConnection {
  /** What was sent. */
  readonly sent: { channel: string; message: KernelMessage }[]
  /** The last message sent of this type. */
  last(type: string): KernelMessage
  /** The kernel says something. */
  say(type: string, content: Record<string, unknown>, parent?: KernelMessage): void
  /** The supervisor puts a mark. */
  mark(type: string, content: Record<string, unknown>, parent?: KernelMessage): void
  /** The line breaks. */
  break(why: string): void
}

const channels: Record<string, JournalEntry['channel']> = { input_request: 'stdin' }

/** Opens a line to nobody. */
export function fakeConnection(head = 0, open: string[] = []): FakeConnection {
  const listeners = new Set<(entry: JournalEntry) => void>()
  const closers = new Set<(why: string) => void>()
  const sent: FakeConnection['sent'] = []
  let seq = head

  function emit(
    direction: JournalEntry['direction'],
    channel: JournalEntry['channel'],
    message: KernelMessage,
  ): void {
    const entry = { seq: ++seq, atMs: seq, direction, channel, message }
    for (const listener of listeners) listener(entry)
  }
  const compose = (type: string, content: Record<string, unknown>, parent?: KernelMessage): KernelMessage =>
    composeMessage(type, content, { session: 'kernel', ...(parent && { parent: parent.header }) })

  return {
    kernel: 'k' as KernelId,
    head,
    open,
    sent,
    send(channel, message) {
      sent.push({ channel, message })
      emit('out', channel, message)
    },
    onEntry(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onClose(listener) {
      closers.add(listener)
      return () => closers.delete(listener)
    },
    close: () => undefined,
    last(type) {
      const found = sent.findLast(({ message }) => message.header.msg_type === type)
      if (found === undefined) throw new Error(`No ${type} was sent`)
      return found.message
    },
    say(type, content, parent) {
      const channel = channels[type] ?? (type.endsWith('_reply') ? 'shell' : 'iopub')
      emit('in', channel, compose(type, content, parent))
    },
    mark: (type, content, parent) => emit('mark', 'iopub', compose(type, content, parent)),
    break: (why) => closers.forEach((closer) => closer(why)),
  }
}
