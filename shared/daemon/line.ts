import type { WebSocket } from 'ws'
import { z } from 'zod'
import { methods, type Handlers, type MethodName } from '../api/contract.ts'
import type { DaemonMessage } from '../api/wire.ts'
import { Problem, toWireProblem } from '../base/problem.ts'
import { parseStateTopic, type TopicBoard } from './topics.ts'

/** What a line to a client needs of the daemon. */
export interface LineParts {
  handlers: Handlers
  topics: TopicBoard
  /** Follows one entry of a log topic after another; returns a function that stops. */
  followLog(request: LogRequest): Promise<() => void>
}

/** A subscription to a log topic. */
export interface LogRequest {
  topic: string
  of: string
  cursor: number
  onEntry(cursor: number, data: unknown): void
  onEnd(error: unknown): void
  /** Whether the client has taken what was sent; who can say less until then should. */
  isReady(): boolean
}

const clientMessage = z.union([
  z.object({ id: z.number(), method: z.string(), params: z.unknown() }),
  z.object({
    subscribe: z.number(),
    topic: z.string(),
    of: z.string().optional(),
    cursor: z.number().int().nonnegative().optional(),
  }),
  z.object({ unsubscribe: z.number() }),
])

type Subscribe = Extract<z.output<typeof clientMessage>, { subscribe: number }>

/** Above this many bytes waiting in the socket, a client of a log is too slow and is cut off; it resumes by cursor. */
const slowClientBytes = 64_000_000

/** Above this many bytes it has enough to do. */
const busyClientBytes = 1_000_000

/** Serves one client on one WebSocket until it closes. */
export function serveLine(socket: WebSocket, parts: LineParts): void {
  const stops = new Map<number, () => void>()
  const send = (message: DaemonMessage): void => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > slowClientBytes) socket.close(1013, 'too slow: reconnect with your cursor')
    else socket.send(JSON.stringify(message))
  }
  socket.on('message', (data) => {
    const parsed = clientMessage.safeParse(parseText(data))
    if (!parsed.success) return socket.close(1007, 'not a message of the Daybook API')
    const message = parsed.data
    if ('id' in message) {
      void answer(parts.handlers, message.method, message.params).then(
        (result) => send({ id: message.id, result }),
        (error: unknown) => send({ id: message.id, error: toWireProblem(error) }),
      )
    } else if ('unsubscribe' in message) {
      stops.get(message.unsubscribe)?.()
      stops.delete(message.unsubscribe)
    } else {
      void subscribe(message).catch((error: unknown) => {
        send({ subscription: message.subscribe, error: toWireProblem(error) })
      })
    }
  })
  socket.on('close', () => {
    for (const stop of stops.values()) stop()
    stops.clear()
  })
  socket.on('error', () => socket.terminate())

  async function subscribe(message: Subscribe) {
    const subscription = message.subscribe
    const state = parseStateTopic(message.topic)
    if (state !== null) {
      stops.set(
        subscription,
        parts.topics.listen(state, (version) => send({ subscription, version })),
      )
      return
    }
    const stop = await parts.followLog({
      topic: message.topic,
      of: message.of ?? '',
      cursor: message.cursor ?? 0,
      onEntry: (cursor, data) => send({ subscription, cursor, data }),
      onEnd: (error) => send({ subscription, error: toWireProblem(error) }),
      isReady: () => socket.bufferedAmount < busyClientBytes,
    })
    if (socket.readyState === socket.OPEN) stops.set(subscription, stop)
    else stop()
  }
}

/**
 * Parses the parameters and calls the handler.
 * @throws Problem `not_found` for an unknown method, `bad_request` for parameters that do not fit
 */
export async function answer(handlers: Handlers, name: string, params: unknown): Promise<unknown> {
  if (!Object.hasOwn(methods, name)) throw new Problem('not_found', `There is no method "${name}"`)
  const method = name as MethodName
  const parsed = methods[method].params.safeParse(params ?? {})
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const where = issue?.path.length ? ` in "${issue.path.join('.')}"` : ''
    throw new Problem('bad_request', `Cannot call ${name}${where}: ${issue?.message ?? 'wrong parameters'}`)
  }
  const handler = handlers[method] as (params: unknown) => unknown
  return handler(parsed.data)
}

function parseText(data: unknown): unknown {
  try {
    return JSON.parse(String(data))
  } catch {
    return null
  }
}
