import { Problem } from '../base/problem.ts'
import { openClient, type Client, type LogSubscription } from './client.ts'
import type { MethodName, ParamsOf, ResultOf } from './contract.ts'
import type { LogTopics, StateTopics } from './topics.ts'
import type { Wire } from './wire.ts'

/** How long to wait before the next try, in milliseconds; the last one for all further tries. */
const pausesMs = [50, 200, 500, 1_000, 2_000]

interface Standing {
  /** Subscribes on a line; returns what unsubscribes. */
  start(client: Client): () => void
  stop: (() => void) | null
}

/** A client that comes back. */
export interface LastingClient extends Client {
  /** Told at once and on every change whether there is a line. */
  onLine(listener: (isOpen: boolean) => void): () => void
}

/**
 * A client over a line that is opened again whenever it is lost, until the client is closed. State topics tell
 * their version again then, logs go on after the last entry seen; a question that was under way fails with
 * `daemon_unreachable`, and one that is asked while there is no line waits for the next one.
 */
export function openLastingClient(connect: () => Promise<Wire>): LastingClient {
  const standing = new Set<Standing>()
  const closers = new Set<(why: string) => void>()
  const watchers = new Set<(isOpen: boolean) => void>()
  let client: Client | null = null
  let closed = false
  let tries = 0
  let waiting: ((next: Client) => void)[] = []

  const tell = (isOpen: boolean): void => {
    for (const watcher of watchers) watcher(isOpen)
  }

  const open = async (): Promise<void> => {
    let wire: Wire
    try {
      wire = await connect()
    } catch {
      const pauseMs = pausesMs[Math.min(tries++, pausesMs.length - 1)]
      if (!closed) setTimeout(() => void open(), pauseMs)
      return
    }
    if (closed) return wire.close()
    tries = 0
    const opened = openClient(wire)
    client = opened
    opened.onClose(() => {
      client = null
      if (closed) return
      tell(false)
      setTimeout(() => void open(), pausesMs[0])
    })
    for (const each of standing) each.stop = each.start(opened)
    const asked = waiting
    waiting = []
    for (const go of asked) go(opened)
    tell(true)
  }
  void open()

  const stand = (start: Standing['start']): (() => void) => {
    const each: Standing = { start, stop: client === null ? null : start(client) }
    standing.add(each)
    return () => {
      standing.delete(each)
      if (client !== null) each.stop?.()
    }
  }

  return {
    async call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
      if (closed) throw new Problem('cancelled', 'Cannot ask the daemon: this page is closed')
      const line = client ?? (await new Promise<Client>((resolve) => waiting.push(resolve)))
      return line.call(method, params)
    },
    onChange: (topic: keyof StateTopics, listener) => stand((line) => line.onChange(topic, listener)),
    onLog<T extends keyof LogTopics>(topic: T, subscription: LogSubscription<LogTopics[T]>) {
      let { cursor } = subscription
      return stand((line) =>
        line.onLog(topic, {
          ...subscription,
          cursor,
          onEntry: (data, at) => {
            cursor = at
            subscription.onEntry(data, at)
          },
        }),
      )
    },
    onClose: (listener) => {
      closers.add(listener)
      return () => closers.delete(listener)
    },
    onLine: (listener) => {
      watchers.add(listener)
      listener(client !== null)
      return () => watchers.delete(listener)
    },
    close: () => {
      closed = true
      client?.close()
      for (const listener of closers) listener('closed')
    },
  }
}
