import { composeMessage } from '../compose.ts'
import type { MessageHeader } from '../message.ts'

/** What a kernel is doing, by what was sent to it and what it says of itself. */
export interface Activity {
  /** Takes note of a message from the kernel. `status`: execution_state, if it is a status message. */
  observe(type: string, parent: Partial<MessageHeader>, status: string | null): void
  /**
   * Takes note of an execution that goes out to the kernel. It counts from here on: code that never lets go of
   * Python's lock keeps the kernel from saying that it is busy.
   */
  sent(header: MessageHeader): void
  /** Whether anything is being handled, be it on a subshell, or waits to be. */
  readonly busy: boolean
  /** msg_id of the execution that runs; null for none. One on a subshell counts only if there is no other. */
  readonly running: string | null
  /** The requests that are being handled, and the executions that wait. */
  requests(): MessageHeader[]
  /**
   * Whether an interrupt reaches the code that runs. A kernel says that it is busy, and echoes the code, a moment
   * before it is ready to be interrupted; in between an interrupt is lost (ipykernel) or ends the kernel (R).
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
  /** From when on it may be interrupted. */
  readyAtMs: number
}

/** After so long without an echo (silent code has none) a kernel counts as ready, and so long after one. */
const afterBusyMs = 500
const afterEchoMs = 100

/** Begins with a kernel that does nothing. */
export function openActivity(): Activity {
  const handled = new Map<string, Handling>()
  /** Executions that went out and that the kernel has not begun, as far as it has told. */
  const waiting = new Map<string, Handling>()

  function runningNow(): Handling | null {
    let found: Handling | null = null
    for (const one of handled.values()) {
      if (one.header.msg_type !== 'execute_request') continue
      if (found === null || found.header.subshell_id !== undefined) found = one
    }
    return found ?? waiting.values().next().value ?? null
  }

  /** What waits longest is begun next; an interrupt must not come before it. */
  function expectNext(): void {
    const next = waiting.values().next().value
    if (next !== undefined) next.readyAtMs = performance.now() + afterBusyMs
  }

  return {
    observe(type, parent, status) {
      const id = parent.msg_id
      if (id === undefined) return
      if (status === 'busy') {
        waiting.delete(id)
        handled.set(id, { header: parent as MessageHeader, readyAtMs: performance.now() + afterBusyMs })
      }
      if (status === 'idle' || type === 'execute_reply') {
        const wasKnown = status === 'idle' && handled.delete(id)
        if (waiting.delete(id) || wasKnown) expectNext()
      }
      if (type !== 'execute_input') return
      const one = handled.get(id)
      if (one !== undefined) one.readyAtMs = performance.now() + afterEchoMs
    },
    sent(header) {
      waiting.set(header.msg_id, { header, readyAtMs: performance.now() + afterBusyMs })
    },
    get busy() {
      return handled.size > 0 || waiting.size > 0
    },
    get running() {
      return runningNow()?.header.msg_id ?? null
    },
    requests: () => [...handled.values(), ...waiting.values()].map(({ header }) => header),
    get interruptible() {
      const one = runningNow()
      return one === null || performance.now() >= one.readyAtMs
    },
    presume(id) {
      const { header } = composeMessage('execute_request', {}, { session: '', msgId: id })
      handled.set(id, { header, readyAtMs: 0 })
    },
    drop(ids) {
      for (const id of ids) {
        handled.delete(id)
        waiting.delete(id)
      }
    },
    clear() {
      handled.clear()
      waiting.clear()
    },
  }
}
