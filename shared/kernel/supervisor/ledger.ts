import type { Channel } from '../frame.ts'
import type { JournalEntry } from '../kernel.ts'
import type { MessageHeader } from '../message.ts'

/** How much of an execution's output is recorded. */
export interface OutputLimits {
  /** Bytes of streams and displays of one execution recorded since it last cleared its output. */
  executionBytes: number
  /** Bytes recorded of one execution in all, with updates of displays, comm messages and what was cleared. */
  executionTotalBytes: number
}

/** What is known about an execution whose end has not come, or whose outputs may still come. */
interface Account {
  /** Number of the journal entry that asked for it. */
  askedSeq: number
  shownBytes: number
  totalBytes: number
  /** What is not recorded any more: what it shows, until it clears that, or its updates and comms too. */
  cut: 'shown' | 'for_good' | null
  replied: boolean
  idled: boolean
}

/** As much as the ledger looks at. */
export interface Observed {
  /** Number that the message has or gets in the journal. */
  seq: number
  direction: JournalEntry['direction']
  channel: Channel
  header: MessageHeader
  parent: Partial<MessageHeader>
  bodyBytes: number
  /** execution_state of a status message. */
  status: string | null
}

/** The state of a ledger as JSON, for the start of a segment. */
export interface LedgerSnapshot {
  open: [string, Account][]
  pendingInput: MessageHeader | null
}

/** What to do with an observed message: `cut` and `cut_for_good` mean to put the mark in its place and drop it. */
export type Verdict = 'record' | 'drop' | 'cut' | 'cut_for_good'

/**
 * Books on what a kernel was asked and how much it has said: which executions are open (asked, but not ended
 * by both reply and idle), whether one waits for input, and where an output reaches its limit. Pure: it can be
 * rebuilt by observing a journal.
 */
export interface Ledger {
  /** Judges a message from the kernel or to it, and takes it into the books. */
  observe(message: Observed): Verdict
  /** Ids of open executions in the order in which they were asked. */
  open(): string[]
  /** Number of the entry that asked for the oldest open execution; null if none is open. */
  oldestOpenSeq(): number | null
  /** Header of the input request that waits for its answer; null for none. */
  readonly pendingInput: MessageHeader | null
  /** The executions were lost: their kernel died, or ended them while nobody listened. */
  forget(ids: readonly string[]): void
  snapshot(): LedgerSnapshot
}

/** So many ended executions are remembered, as their threads may go on writing. */
const rememberedEnded = 256

const shown = new Set(['stream', 'display_data', 'execute_result'])
const traffic = new Set(['update_display_data', 'comm_open', 'comm_msg'])

/** Whether messages of this type can be many and large, so that they are bounded and the first to go. */
export function isBulk(type: string): boolean {
  return shown.has(type) || traffic.has(type)
}

/**
 * Opens a ledger, empty or as a snapshot had it.
 * @param isForeign whether others ask the kernel: neither requests nor replies are seen then, and an execution is open
 *   from the kernel's word that it is busy with it to its word that it is idle
 */
export function openLedger(limits: OutputLimits, from?: LedgerSnapshot, isForeign = false): Ledger {
  const open = new Map<string, Account>(from?.open)
  const ended = new Map<string, Account>()
  let pendingInput = from?.pendingInput ?? null

  function accountOf(id: string): Account {
    const known = open.get(id) ?? ended.get(id)
    if (known !== undefined) return known
    const account = newAccount(0)
    remember(id, account)
    return account
  }

  function remember(id: string, account: Account): void {
    ended.set(id, account)
    if (ended.size <= rememberedEnded) return
    const oldest = ended.keys().next()
    if (oldest.done !== true) ended.delete(oldest.value)
  }

  function judge(type: string, id: string, bytes: number): Verdict {
    if (!isBulk(type)) {
      // What was shown is gone, so there is room again.
      if (type === 'clear_output') clear(accountOf(id))
      return 'record'
    }
    const account = accountOf(id)
    const isShown = shown.has(type)
    if (account.cut === 'for_good' || (account.cut === 'shown' && isShown)) return 'drop'
    if (account.totalBytes + bytes > limits.executionTotalBytes) {
      account.cut = 'for_good'
      return 'cut_for_good'
    }
    if (isShown && account.shownBytes + bytes > limits.executionBytes) {
      account.cut = 'shown'
      return 'cut'
    }
    account.totalBytes += bytes
    if (isShown) account.shownBytes += bytes
    return 'record'
  }

  function clear(account: Account): void {
    account.shownBytes = 0
    if (account.cut === 'shown') account.cut = null
  }

  function progress(id: string, change: Partial<Account>): void {
    const account = open.get(id)
    if (account === undefined) return
    Object.assign(account, change)
    if (!account.replied || !account.idled) return
    open.delete(id)
    remember(id, account)
  }

  return {
    get pendingInput() {
      return pendingInput
    },
    observe({ seq, direction, channel, header, parent, bodyBytes, status }) {
      const id = parent.msg_id ?? ''
      const type = header.msg_type
      if (direction === 'out') {
        if (type === 'execute_request' && channel === 'shell') open.set(header.msg_id, newAccount(seq))
        if (type === 'input_reply') pendingInput = null
        return 'record'
      }
      if (direction === 'mark') return 'record'
      if (isForeign && status === 'busy' && parent.msg_type === 'execute_request')
        open.set(id, newAccount(seq))
      if (status === 'idle') progress(id, isForeign ? { idled: true, replied: true } : { idled: true })
      if (channel === 'iopub') return judge(type, id, bodyBytes)
      if (type === 'input_request') pendingInput = header
      if (type === 'execute_reply') {
        // Who has replied does not wait for input any more.
        pendingInput = null
        progress(id, { replied: true })
      }
      return 'record'
    },
    open: () => [...open.keys()],
    oldestOpenSeq() {
      const oldest = open.values().next()
      return oldest.done === true ? null : oldest.value.askedSeq
    },
    forget(ids) {
      for (const id of ids) {
        const account = open.get(id)
        open.delete(id)
        if (account !== undefined) remember(id, account)
      }
      if (open.size === 0) pendingInput = null
    },
    snapshot: () => ({ open: [...open], pendingInput }),
  }
}

function newAccount(askedSeq: number): Account {
  return { askedSeq, shownBytes: 0, totalBytes: 0, cut: null, replied: false, idled: false }
}
