import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import { composeMessage, messageParts, parseHeader, parseMessage, parseParent } from '../compose.ts'
import type { ConnectionInfo } from '../connection.ts'
import { type Channel, decodeFrame, encodeText, prefixBytes, readPrefix } from '../frame.ts'
import type { KernelState, MarkType } from '../kernel.ts'
import type { KernelMessage, MessageHeader } from '../message.ts'
import { openSigner } from '../wire.ts'
import { type Activity, openActivity } from './activity.ts'
import { openChannels } from './channels.ts'
import { type Journal, openJournal } from './journal.ts'
import { isBulk, type Ledger, type LedgerSnapshot, openLedger } from './ledger.ts'
import type { SupervisorLimits } from './limits.ts'
import type { Segment } from './segment.ts'

/** What a line needs. */
export interface LineOptions {
  connection: ConnectionInfo
  /** Name of our sockets, the same for the kernel's whole life. */
  routingId: string
  /** Session of the supervisor's own messages to this kernel. */
  session: string
  journalFolder: string
  limits: SupervisorLimits
  clock: Clock
  log: Log
  /** Called when a journal goes on in a new file. */
  onSegment: () => void
  /** Whether the kernel is another program's, which asks it and gets its replies. */
  isForeign?: boolean
}

/** What a client may send on. */
export type RequestChannel = 'shell' | 'control' | 'stdin'

/**
 * All that is said between the supervisor's clients and one kernel: sockets, signatures, journal and what
 * follows from them. It knows nothing of the kernel's process.
 */
export interface Line {
  readonly journal: Journal
  readonly ledger: Ledger
  /** Called after new entries can be read. */
  onWritten(listener: () => void): () => void
  /** Called once when the kernel leaves the supervisor's care. */
  onClosed(listener: () => void): () => void
  /** Passes a client's request on, journalled first. Returns the reason if it is refused. */
  send(channel: RequestChannel, parts: readonly Uint8Array[]): string | null
  /** Asks something of our own, which is not journalled. @throws Error when no answer came in time */
  ask(channel: 'shell' | 'control', type: string, options?: AskOptions): Promise<KernelMessage>
  /** Puts a word of ours into the journal. */
  mark(type: MarkType, content: Record<string, unknown>, parent?: MessageHeader): void
  readonly activity: Activity
  readonly lastActivityMs: number
  /** When the last entry was written that an earlier supervisor has left; null for none. */
  readonly lastEntryMs: number | null
  /** Whether anything came on iopub since the sockets were opened last. */
  readonly heard: boolean
  /**
   * Why requests cannot be passed on; null while they can. Who sends one nevertheless finds `daybook_dead` in the
   * journal, with the request as its parent.
   */
  refusal: string | null
  /** The executions will not end by themselves any more. */
  dismiss(ids: readonly string[]): void
  /**
   * Connects anew: what still waits in the sockets was meant for a process that is gone.
   * @param connection where the new process is, if that changed
   */
  reconnect(connection?: ConnectionInfo): void
  /** Resolves when nothing has come for a moment: the last words of a process that ended are in. */
  settle(): Promise<void>
  /** The journal's files in which no open execution stands: they may be removed. */
  removableSegments(): readonly Segment[]
  /** Whether the kernel's heartbeat has stopped; asks it again, for the next time. */
  readonly isSilent: () => boolean
  close(): void
}

/** How a question of the supervisor's own is put. */
export interface AskOptions {
  content?: Record<string, unknown>
  /** Default 10 seconds; null to wait for as long as it takes. */
  timeoutMs?: number | null
}

/** The states of a kernel that follow from its process alone. */
export type Phase = Exclude<KernelState, 'idle' | 'busy'> | 'live'

/** How often the heart is felt, and after what silence it counts as stopped. */
const beatEveryMs = 5_000
const silentAfterMs = 20_000

/** Opens the line to a kernel; its sockets connect as soon as the kernel binds its own. */
export function openLine(options: LineOptions): Line {
  const { clock, log, limits } = options
  const isForeign = options.isForeign === true
  let signer = openSigner(options.connection.key, options.connection.signature_scheme)
  const listeners = new Set<() => void>()
  const closers = new Set<() => void>()
  const waiting = new Map<string, (message: KernelMessage) => void>()
  const activity = openActivity()
  let ledger = openLedger(limits, undefined, isForeign)
  let lastActivityMs = clock.nowMs()
  let lastFrameMs = 0
  let lastEntryMs: number | null = null
  let heard = false
  let closed = false
  let refused = 0
  let beatAskedMs = -Infinity
  let lastBeatMs = performance.now()
  let refusal: string | null = null

  const journal = openJournal(
    options.journalFolder,
    {
      clock,
      segmentBytes: limits.segmentBytes,
      snapshot: () => encodeText(JSON.stringify(ledger.snapshot())),
      onWritten: () => listeners.forEach((listener) => listener()),
      onFull(why) {
        log(`journal ${options.journalFolder} cannot be written: ${why}`)
        const content = { reason: 'disk_full', message: why, lasts: false }
        if (!activity.busy) mark('daybook_cut', content)
        for (const header of activity.requests()) mark('daybook_cut', content, header)
      },
      onSegment: options.onSegment,
    },
    replay,
  )
  let channels = openChannels(options.connection, options.routingId, receive)

  /** Rebuilds the books from the journal's last segment. */
  function replay(entry: Buffer): void {
    const { seq, atMs, direction } = readPrefix(entry)
    lastEntryMs = atMs
    const { channel, parts } = decodeFrame(entry.subarray(prefixBytes))
    if (seq === 0) {
      const snapshot = JSON.parse(Buffer.from(parts[0] ?? []).toString()) as LedgerSnapshot
      ledger = openLedger(limits, snapshot, isForeign)
      return
    }
    const [header, parent] = [parseHeader(parts[0]), parseParent(parts[1])]
    const status = statusOf(header, parts)
    ledger.observe({
      seq,
      direction,
      channel: channel as Channel,
      header,
      parent,
      bodyBytes: bodyOf(parts),
      status,
    })
    if (direction === 'mark') ledger.forget(endedBy(parseMessage(parts)))
  }

  function receive(channel: Channel, frames: Uint8Array[]): void {
    lastFrameMs = performance.now()
    const opened = signer.open(frames)
    if ('refused' in opened) {
      if (refused++ < 20) log(`message on ${channel} ignored: ${opened.refused}`)
      return
    }
    try {
      accept(channel, opened.parts)
    } catch (error) {
      // A kernel that sends no JSON must not end the supervisor of the others.
      if (refused++ < 20) log(`message on ${channel} ignored: ${String(error)}`)
    }
  }

  function accept(channel: Channel, parts: Uint8Array[]): void {
    const header = parseHeader(parts[0])
    const parent = parseParent(parts[1])
    if (channel === 'iopub') heard = true
    if (header.msg_type === 'iopub_welcome') return
    if (parent.session === options.session) {
      if (channel !== 'iopub') waiting.get(parent.msg_id ?? '')?.(parseMessage(parts))
      return
    }
    const status = statusOf(header, parts)
    activity.observe(header.msg_type, parent, status)
    if (status !== null) lastActivityMs = clock.nowMs()
    const verdict = ledger.observe({
      seq: journal.head + 1,
      direction: 'in',
      channel,
      header,
      parent,
      bodyBytes: bodyOf(parts),
      status,
    })
    if (verdict === 'cut') markCut(limits.executionBytes, false, parent)
    if (verdict === 'cut_for_good') markCut(limits.executionTotalBytes, true, parent)
    if (verdict !== 'record') return
    // A client waits for the end of its execution, or a person for a question; a reply's idle follows at once.
    const urgent = status === 'idle' || channel === 'stdin'
    journal.append({ direction: 'in', channel, parts, essential: !isBulk(header.msg_type), urgent })
  }

  function markCut(limit: number, lasts: boolean, parent: Partial<MessageHeader>): void {
    const content = { reason: 'limit', limit_bytes: limit, lasts }
    mark('daybook_cut', content, parent.msg_id === undefined ? undefined : (parent as MessageHeader))
  }

  function send(channel: RequestChannel, parts: readonly Uint8Array[]): string | null {
    const header = parseHeader(parts[0])
    const parent = parseParent(parts[1])
    if (header.msg_id === '' || header.msg_type === '') return 'a message needs msg_id and msg_type'
    const reply = header.msg_type === 'input_reply'
    // An answer that nobody asked for would be taken for the answer to a later question. After a gap the
    // question itself may be lost; then an open execution is reason enough.
    if (reply && ledger.pendingInput === null && ledger.open().length === 0) return 'no input was asked for'
    ledger.observe({
      seq: journal.head + 1,
      direction: 'out',
      channel,
      header,
      parent,
      bodyBytes: 0,
      status: null,
    })
    // Before it is written: a disk that proves full just then is told to this execution.
    if (refusal === null && header.msg_type === 'execute_request') activity.sent(header)
    // What a person types may be a password: it is never written down.
    const [head, parentPart, metadata] = parts
    const kept = reply
      ? [head, parentPart, metadata, encodeText('{}')].map((part) => part ?? encodeText('{}'))
      : parts
    journal.append({ direction: 'out', channel, parts: kept, essential: true, urgent: true })
    journal.flush()
    if (refusal === null) channels.send(channel, signer.seal(parts))
    else refuse(header, refusal)
    lastActivityMs = clock.nowMs()
    return null
  }

  function refuse(header: MessageHeader, reason: string): void {
    mark('daybook_dead', { reason, open: [header.msg_id] }, header)
    ledger.forget([header.msg_id])
  }

  function ask(channel: 'shell' | 'control', type: string, asked: AskOptions = {}): Promise<KernelMessage> {
    const message = composeMessage(type, asked.content ?? {}, { session: options.session })
    const id = message.header.msg_id
    return new Promise((resolve, reject) => {
      const expire = (): void => {
        waiting.delete(id)
        reject(new Error(`No answer to ${type} on ${channel}`))
      }
      const timer = asked.timeoutMs === null ? undefined : setTimeout(expire, asked.timeoutMs ?? 10_000)
      waiting.set(id, (answer) => {
        clearTimeout(timer)
        waiting.delete(id)
        resolve(answer)
      })
      channels.send(channel, signer.seal(messageParts(message)))
    })
  }

  function isSilent(): boolean {
    const now = performance.now()
    if (now - beatAskedMs > beatEveryMs) {
      beatAskedMs = now
      void channels.beat(beatEveryMs).then((echo) => echo && (lastBeatMs = performance.now()))
    }
    return now - lastBeatMs > silentAfterMs
  }

  function mark(type: MarkType, content: Record<string, unknown>, parent?: MessageHeader): void {
    const message = composeMessage(type, content, { session: options.session, ...(parent && { parent }) })
    journal.append({
      direction: 'mark',
      channel: 'iopub',
      parts: messageParts(message),
      essential: true,
      urgent: true,
    })
  }

  return {
    journal,
    get ledger() {
      return ledger
    },
    onWritten(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    onClosed(listener) {
      closers.add(listener)
      return () => closers.delete(listener)
    },
    send,
    ask,
    mark,
    activity,
    get lastActivityMs() {
      return lastActivityMs
    },
    get lastEntryMs() {
      return lastEntryMs
    },
    get heard() {
      return heard
    },
    get refusal() {
      return refusal
    },
    set refusal(reason) {
      refusal = reason
    },
    dismiss(ids) {
      ledger.forget(ids)
      activity.drop(ids)
    },
    reconnect(connection = options.connection) {
      channels.close()
      signer = openSigner(connection.key, connection.signature_scheme)
      channels = openChannels(connection, options.routingId, receive)
      activity.clear()
      heard = false
    },
    async settle() {
      // The last messages of a dead process are still on their way through ZeroMQ's thread.
      const began = performance.now()
      do await new Promise((resolve) => setTimeout(resolve, 10))
      while (performance.now() - lastFrameMs < 30 && performance.now() - began < 300)
    },
    removableSegments() {
      const oldest = ledger.oldestOpenSeq() ?? Infinity
      const all = journal.segments()
      // The following segment's first number tells where a segment ends; the last one is written to.
      return all.filter((_, i) => (all[i + 1]?.firstSeq ?? Infinity) <= oldest && i + 1 < all.length)
    },
    isSilent,
    close() {
      if (closed) return
      closed = true
      channels.close()
      journal.close()
      waiting.clear()
      closers.forEach((closer) => closer())
    },
  }
}

/** The executions that a mark of ours ended. */
function endedBy({ header, content }: KernelMessage): string[] {
  const name = header.msg_type === 'daybook_gap' ? 'lost' : 'open'
  return Array.isArray(content[name]) ? (content[name] as string[]) : []
}

function statusOf(header: MessageHeader, parts: readonly Uint8Array[]): string | null {
  if (header.msg_type !== 'status') return null
  const state = parseMessage(parts).content['execution_state']
  return typeof state === 'string' ? state : null
}

function bodyOf(parts: readonly Uint8Array[]): number {
  let bytes = 0
  for (let i = 3; i < parts.length; i++) bytes += parts[i]?.length ?? 0
  return bytes
}
