import { composeMessage } from '../compose.ts'
import type { MessageHeader } from '../message.ts'

/** What a kernel is doing, by what it says of itself. */
export interface Activity {
  /** Takes note of a message from the kernel. `status`: execution_state, if it is a status message. */
  observe(type: string, parent: Partial<MessageHeader>, status: string | null): void
  /** Whether anything is being handled, be it on a subshell. */
  readonly busy: boolean
  /** msg_id of the execution that runs; null for none. One on a subshell counts only if there is no other. */
  readonly running: string | null
  /** The requests that are being handled. */
  requests(): MessageHeader[]
  /**
   * Whether an interrupt reaches the code that runs. A kernel says that it is busy a moment before it is ready to be
   * interrupted; an interrupt in between is lost. After the code's echo, or some time, it is ready.
   */
  readonly interruptible: boolean
  /** Takes for granted that an execution runs, of which an earlier supervisor has heard. */
  presume(id: string): void
  /** These requests will not say that they ended. */
  drop(ids: readonly string[]): void
  clear(): void
}

interface Handling {
  header: MessageHeader
  sinceMs: number
  /** Whether its code was echoed. */
  begun: boolean
}

/** After so long without an echo (silent code has none) an interrupt is sent all the same. */
const echoWithinMs = 500

/** Begins with a kernel that does nothing. */
export function openActivity(): Activity {
  const handled = new Map<string, Handling>()

  function runningNow(): Handling | null {
    let found: Handling | null = null
    for (const one of handled.values()) {
      if (one.header.msg_type !== 'execute_request') continue
      if (found === null || found.header.subshell_id !== undefined) found = one
    }
    return found
  }

  return {
    observe(type, parent, status) {
      const id = parent.msg_id
      if (id === undefined) return
      if (status === 'busy') {
        handled.set(id, { header: parent as MessageHeader, sinceMs: performance.now(), begun: false })
      }
      if (status === 'idle') handled.delete(id)
      if (type !== 'execute_input') return
      const one = handled.get(id)
      if (one !== undefined) one.begun = true
    },
    get busy() {
      return handled.size > 0
    },
    get running() {
      return runningNow()?.header.msg_id ?? null
    },
    requests: () => [...handled.values()].map(({ header }) => header),
    get interruptible() {
      const one = runningNow()
      return one === null || one.begun || performance.now() - one.sinceMs > echoWithinMs
    },
    presume(id) {
      const { header } = composeMessage('execute_request', {}, { session: '', msgId: id })
      handled.set(id, { header, sinceMs: performance.now(), begun: true })
    },
    drop(ids) {
      for (const id of ids) handled.delete(id)
    },
    clear: () => handled.clear(),
  }
}
