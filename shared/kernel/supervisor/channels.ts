import { context, curveKeyPair, Dealer, Request, Subscriber } from 'zeromq'
import { type ConnectionInfo, endpointOf } from '../connection.ts'
import type { Channel } from '../frame.ts'

/** A kernel's ZeroMQ sockets. This is the only file that knows ZeroMQ. */
export interface Channels {
  send(channel: 'shell' | 'control' | 'stdin', frames: Uint8Array[]): void
  /** Asks the heartbeat; resolves with whether an echo came in time. */
  beat(timeoutMs: number): Promise<boolean>
  close(): void
}

/** What arrives on the channels: the frames as they are, on the loop's fastest way. */
export type OnFrames = (channel: Channel, frames: Uint8Array[]) => void

// The process must be able to end although a kernel does not read.
context.blocky = false

const options = { receiveHighWaterMark: 0, maxMessageSize: -1, linger: 0 }

/**
 * Connects to a kernel.
 * @param routingId the same for the kernel's whole life: a kernel sends its replies to that name, so that a
 *   later process with the same name gets what the earlier one was owed
 */
export function openChannels(info: ConnectionInfo, routingId: string, onFrames: OnFrames): Channels {
  const curve = curveOptions(info)
  const reconnect = { reconnectInterval: 20, reconnectMaxInterval: 500 }
  const dealer = (): Dealer =>
    new Dealer({ ...options, sendHighWaterMark: 0, ...reconnect, ...curve, routingId })
  const sockets = { shell: dealer(), control: dealer(), stdin: dealer() }
  const iopub = new Subscriber({ ...options, ...reconnect, ...curve })
  const heart = new Request({ ...reconnect, ...curve, linger: 0, relaxed: true, correlate: true })
  let closed = false
  iopub.connect(endpointOf(info, 'iopub_port'))
  iopub.subscribe()
  sockets.shell.connect(endpointOf(info, 'shell_port'))
  sockets.control.connect(endpointOf(info, 'control_port'))
  sockets.stdin.connect(endpointOf(info, 'stdin_port'))
  heart.connect(endpointOf(info, 'hb_port'))

  async function read(channel: Channel, socket: Dealer | Subscriber): Promise<void> {
    try {
      for await (const frames of socket) onFrames(channel, frames)
    } catch (error) {
      // A socket that is closed while it is read from says so by an error.
      if (!closed) throw error
    }
  }
  void read('iopub', iopub)
  void read('shell', sockets.shell)
  void read('control', sockets.control)
  void read('stdin', sockets.stdin)

  return {
    send(channel, frames) {
      // Without a high-water mark a send never waits; it fails only on a closed socket.
      if (!closed) void sockets[channel].send(frames).catch(() => undefined)
    },
    async beat(timeoutMs) {
      try {
        heart.receiveTimeout = timeoutMs
        await heart.send('beat')
        await heart.receive()
        return true
      } catch {
        return false
      }
    },
    close() {
      closed = true
      for (const socket of [sockets.shell, sockets.control, sockets.stdin, iopub, heart]) socket.close()
    },
  }
}

/** A pair of CurveZMQ keys in Z85. */
export function newCurveKeys(): { publicKey: string; secretKey: string } {
  return curveKeyPair()
}

function curveOptions(info: ConnectionInfo): Record<string, string> {
  if (info.curve_publickey === undefined || info.curve_secretkey === undefined) return {}
  // Server and client share one pair: whoever can read the connection file may talk to the kernel.
  return {
    curveServerKey: info.curve_publickey,
    curvePublicKey: info.curve_publickey,
    curveSecretKey: info.curve_secretkey,
  }
}
