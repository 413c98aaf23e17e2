import { Problem } from '../base/problem.ts'
import type { Wire } from './wire.ts'

/** Name of our WebSocket subprotocol. The token stands beside it, since a browser cannot send headers. */
export const subprotocol = 'daybook.v1'

/** Prefix of the subprotocol that carries the token. */
export const tokenPrefix = 'token.'

/**
 * Opens a wire to a daemon. Runs in browsers and in Node.
 * @throws Problem `daemon_unreachable` if no line comes about
 */
export function openWebSocketWire(url: string, token: string): Promise<Wire> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/events`, [subprotocol, tokenPrefix + token])
  return wireOver(socket, `the Daybook daemon at ${url}`)
}

/**
 * A wire over a WebSocket that is being opened.
 * @param peer what is at the other end, for the message
 * @throws Problem `daemon_unreachable` if no line comes about
 */
export function wireOver(socket: WebSocket, peer: string): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const closers = new Set<(why: string) => void>()
    let opened = false
    let closedWhy: string | null = null
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      opened = true
      resolve(wire)
    }
    socket.onclose = (event) => {
      closedWhy = event.reason === '' ? 'the connection was closed' : event.reason
      if (!opened) reject(new Problem('daemon_unreachable', `Cannot reach ${peer}: ${closedWhy}`))
      for (const listener of closers) listener(closedWhy)
    }
    const wire: Wire = {
      send: (message) => {
        if (socket.readyState === WebSocket.OPEN)
          socket.send(typeof message === 'string' ? message : new Uint8Array(message))
      },
      onMessage: (listener) => {
        const hear = (event: MessageEvent): void =>
          listener(typeof event.data === 'string' ? event.data : new Uint8Array(event.data as ArrayBuffer))
        socket.addEventListener('message', hear)
        return () => socket.removeEventListener('message', hear)
      },
      onClose: (listener) => {
        if (closedWhy !== null) listener(closedWhy)
        closers.add(listener)
        return () => closers.delete(listener)
      },
      close: () => socket.close(),
    }
  })
}
