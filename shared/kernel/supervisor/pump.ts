import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Log } from '../../base/log.ts'
import { parseHeader, parseParent } from '../compose.ts'
import { decodeFrame, prefixBytes, readPrefix } from '../frame.ts'
import type { HostedKernel } from './hosted_kernel.ts'

/** A client's WebSocket and what it asked for. */
export interface Attachment {
  socket: WebSocket
  /** The stream under the WebSocket. */
  stream: Duplex
  kernel: HostedKernel
  /**
   * `entries`: everything after the cursor with our prefix. `jupyter`: what a Jupyter client expects: frames
   * without prefix, from now on, replies only to those who asked.
   */
  mode: { kind: 'entries'; cursor: number } | { kind: 'jupyter' }
  /** Bytes that may wait in the socket; beyond, the client is served later from the journal. */
  clientBytes: number
  log: Log
}

/** Serves one client until it goes or the kernel does. */
export function pump({ socket, stream, kernel, mode, clientBytes, log }: Attachment): void {
  const { line } = kernel
  const { journal } = line
  const reader = journal.read(mode.kind === 'entries' ? mode.cursor : journal.head)
  const sessions = new Set<string>()
  const leave = kernel.join()
  let ending = false

  function run(): void {
    if (socket.readyState !== socket.OPEN) return
    // One system call for many frames.
    stream.cork()
    let entries: readonly Buffer[] = []
    try {
      while (socket.bufferedAmount < clientBytes) {
        entries = reader.next()
        if (entries.length === 0) break
        for (const entry of entries) pass(entry)
      }
    } finally {
      stream.uncork()
    }
    if (ending && entries.length === 0 && socket.bufferedAmount < clientBytes)
      socket.close(1000, 'kernel stopped')
  }

  function pass(entry: Buffer): void {
    if (mode.kind === 'entries') socket.send(entry)
    else if (isForJupyter(entry)) socket.send(entry.subarray(prefixBytes))
  }

  function isForJupyter(entry: Buffer): boolean {
    if (readPrefix(entry).direction !== 'in') return false
    const { channel, parts } = decodeFrame(entry.subarray(prefixBytes))
    return channel === 'iopub' || sessions.has(parseParent(parts[1]).session ?? '')
  }

  function receive(data: Buffer): void {
    try {
      const { channel, parts } = decodeFrame(data)
      if (channel !== 'shell' && channel !== 'control' && channel !== 'stdin')
        throw new RangeError(`no channel "${channel}"`)
      if (mode.kind === 'jupyter') sessions.add(parseHeader(parts[0]).session)
      const refused = line.send(channel, parts)
      if (refused !== null) log(`message for kernel ${kernel.id} not sent: ${refused}`)
    } catch (error) {
      log(`message for kernel ${kernel.id} not understood: ${String(error)}`)
      socket.close(1007, 'not a message')
    }
  }

  const stopWritten = line.onWritten(run)
  const stopClosed = line.onClosed(() => {
    ending = true
    run()
  })
  stream.on('drain', run)
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) receive(data)
    else if (mode.kind === 'entries') socket.close(1003, 'binary frames only')
  })
  socket.on('error', () => socket.terminate())
  socket.once('close', () => {
    stopWritten()
    stopClosed()
    stream.off('drain', run)
    reader.close()
    leave()
  })
  if (mode.kind === 'entries') socket.send(JSON.stringify({ head: journal.head, open: line.ledger.open() }))
  run()
}
