import { fromWireProblem, Problem } from '../base/problem.ts'
import type { MethodName, ParamsOf, ResultOf } from './contract.ts'
import type { LogTopics, StateTopics } from './topics.ts'
import type { ClientMessage, DaemonMessage, Wire } from './wire.ts'

/** Listens to a log topic from a cursor on. */
export interface LogSubscription<T> {
  /** Which log: a kernel's id. */
  of: string
  /** Last entry already seen; 0 for all that is kept. */
  cursor: number
  onEntry(data: T, cursor: number): void
  onError?(problem: Problem): void
}

/** A client of the daemon over any wire. */
export interface Client {
  /** @throws Problem as the daemon answers it, `daemon_unreachable` if the line is lost meanwhile */
  call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>>
  /** Told at once and after every change that something has a new version: then query again. */
  onChange(topic: keyof StateTopics, listener: (version: number) => void): () => void
  onLog<T extends keyof LogTopics>(topic: T, subscription: LogSubscription<LogTopics[T]>): () => void
  onClose(listener: (why: string) => void): () => void
  close(): void
}

interface Waiting {
  resolve(result: unknown): void
  reject(problem: Problem): void
}

/** Speaks the API over a wire. One client a wire. */
export function openClient(wire: Wire): Client {
  const waiting = new Map<number, Waiting>()
  const subscriptions = new Map<number, (message: DaemonMessage) => void>()
  let lastId = 0
  let lost: string | null = null
  const send = (message: ClientMessage): void => wire.send(JSON.stringify(message))

  wire.onMessage((text) => {
    const message = JSON.parse(
      typeof text === 'string' ? text : new TextDecoder().decode(text),
    ) as DaemonMessage
    if ('subscription' in message) return subscriptions.get(message.subscription)?.(message)
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if ('error' in message) asked?.reject(fromWireProblem(message.error))
    else asked?.resolve(message.result)
  })
  wire.onClose((why) => {
    lost = why
    for (const asked of waiting.values()) asked.reject(unreachable(why))
    waiting.clear()
  })

  function subscribe(
    message: { topic: string; of?: string; cursor?: number },
    listener: (m: DaemonMessage) => void,
  ) {
    const id = ++lastId
    subscriptions.set(id, listener)
    send({ subscribe: id, ...message })
    return () => {
      if (subscriptions.delete(id) && lost === null) send({ unsubscribe: id })
    }
  }

  return {
    call<M extends MethodName>(method: M, params: ParamsOf<M>) {
      return new Promise<ResultOf<M>>((resolve, reject) => {
        if (lost !== null) return reject(unreachable(lost))
        const id = ++lastId
        waiting.set(id, { resolve: resolve, reject })
        send({ id, method, params })
      })
    },
    onChange: (topic, listener) =>
      subscribe({ topic }, (message) => {
        if ('version' in message) listener(message.version)
      }),
    onLog: (topic, { of, cursor, onEntry, onError }) =>
      subscribe({ topic, of, cursor }, (message) => {
        if ('data' in message) onEntry(message.data as LogTopics[typeof topic], message.cursor)
        else if ('error' in message) onError?.(fromWireProblem(message.error))
      }),
    onClose: (listener) => wire.onClose(listener),
    close: () => wire.close(),
  }
}

function unreachable(why: string): Problem {
  return new Problem('daemon_unreachable', `Lost the line to the Daybook daemon: ${why}`, {
    hint: 'It is started again by the next command; running kernels go on.',
  })
}
