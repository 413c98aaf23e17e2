import { Problem } from '../base/problem.ts'
import { composeMessage, type ComposeOptions, parentId } from './compose.ts'
import type { JournalEntry, KernelConnection } from './kernel.ts'
import type { KernelMessage } from './message.ts'
import { openSubshell } from './subshell.ts'

/** How a session introduces itself. */
export interface SessionOptions {
  /** Session id of all its messages; default: a random one. */
  session?: string
  /** Whether the kernel has subshells (KernelInfo.subshells): tooling then answers while a cell runs. */
  subshells?: boolean
}

/** What a cell asks of its user. */
export interface InputRequest {
  prompt: string
  password: boolean
}

/** How somebody follows an execution. */
export interface FollowOptions {
  /** Everything the kernel says about it in the journal's order, reply included; late outputs too. */
  onMessage?: (entry: JournalEntry) => void
  /** Answers `input()`. Without it the kernel is told that nobody can be asked. */
  onInput?: (request: InputRequest) => Promise<string> | string
}

/** How code is executed. */
export interface ExecuteOptions extends FollowOptions {
  /** The execution's id, where it is needed before. Default: a random one. */
  id?: string
  /** Id of the cell, for the kernel module, the debugger and other clients. */
  cellId?: string
  /** Neither output count nor execute_input. Default false. */
  silent?: boolean
  /** Default: not `silent`. */
  storeHistory?: boolean
  /** Default: whether `onInput` is given. */
  allowStdin?: boolean
  /** Whether an error aborts what is queued behind. Default true. */
  stopOnError?: boolean
  /** On a subshell if the kernel is busy and has some: for tooling, never for a user's cell. */
  tooling?: boolean
  metadata?: Record<string, unknown>
}

/**
 * How an execution ended. `lost`: it ended, or never began, while no supervisor listened; how is not known.
 */
export interface Outcome {
  status: 'ok' | 'error' | 'aborted' | 'lost'
  /** The kernel's reply; null for `lost`. */
  reply: KernelMessage | null
}

/** An execution under way. */
export interface Execution {
  /** The msg_id of its request: the execution's id everywhere. */
  readonly id: string
  /**
   * Settles when the reply and the idle status both have come.
   * Rejects with Problem `kernel_dead` as soon as the kernel dies or is restarted.
   */
  readonly done: Promise<Outcome>
  /** Late outputs are of no interest any more. */
  forget(): void
}

/** A conversation with one kernel, over whatever connection. */
export interface Session {
  readonly id: string
  execute(code: string, options?: ExecuteOptions): Execution
  /**
   * Picks up an execution that another client, or an earlier life of this one, has sent. Call it in the same turn
   * as openSession(), on a connection whose cursor lies before that execution: its entries are then all seen. If
   * it had ended and the journal does not hold its end any more, it is `lost`.
   */
  follow(msgId: string, options?: FollowOptions): Execution
  /** Any request with a reply. @returns the reply's content */
  request(type: string, content: Record<string, unknown>, options?: RequestOptions): Promise<Reply>
  complete(code: string, cursor: number): Promise<Reply>
  inspect(code: string, cursor: number, detail?: 0 | 1): Promise<Reply>
  isComplete(code: string): Promise<Reply>
  history(options?: { tail?: number; pattern?: string }): Promise<Reply>
  kernelInfo(): Promise<Reply>
  commInfo(target?: string): Promise<Reply>
  /** Sends a comm message. */
  comm(
    type: 'comm_open' | 'comm_msg' | 'comm_close',
    content: Record<string, unknown>,
    options?: CommOptions,
  ): void
  /** Everything in the journal, whatever it belongs to: comm messages, statuses, other clients' cells. */
  onEntry(listener: (entry: JournalEntry) => void): () => void
  /** By what the kernel said last. */
  readonly busy: boolean
  close(): void
}

/** Content of a reply. */
export type Reply = Record<string, unknown>

/** How a request is sent. */
export interface RequestOptions {
  channel?: 'shell' | 'control'
  /** May use a subshell while the kernel is busy. */
  tooling?: boolean
  timeoutMs?: number
}

/** What a comm message carries beside its content. */
export type CommOptions = Pick<ComposeOptions, 'metadata' | 'buffers' | 'msgId'>

interface Pending {
  take(entry: JournalEntry): void
  fail(problem: Problem): void
  lose(): void
  /** Whether it may have ended before this line was opened. */
  past: boolean
  /** Whether its end has come. */
  ended: boolean
  /** Executions stay known after their end, for late outputs. */
  lasting: boolean
}

/** So many ended executions go on receiving late outputs. */
const rememberedEnded = 1000

/** Begins a conversation; it listens from the connection's cursor on. */
export function openSession(connection: KernelConnection, options: SessionOptions = {}): Session {
  const session = options.session ?? globalThis.crypto.randomUUID()
  const pending = new Map<string, Pending>()
  /** What keeps the main shell: executions that had not ended when the line was opened, then by status. */
  const busyWith = new Set<string>(connection.open)
  const listeners = new Set<(entry: JournalEntry) => void>()
  let broken: Problem | null = null
  let caughtUp = false
  const subshell = openSubshell((type, content) =>
    request(type, content, { channel: 'control', timeoutMs: 5000 }),
  )

  function take(entry: JournalEntry): void {
    const { message, direction } = entry
    if (direction === 'mark') heed(entry)
    if (direction === 'in') {
      followStatus(message)
      pending.get(parentId(message))?.take(entry)
    }
    if (!caughtUp && entry.seq >= connection.head) catchUp()
    for (const listener of listeners) listener(entry)
  }

  /** The past was read: of what had ended before, nothing more will come. */
  function catchUp(): void {
    caughtUp = true
    for (const [id, one] of pending) if (one.past && !connection.open.includes(id)) one.lose()
  }

  function heed(entry: JournalEntry): void {
    const { header, content } = entry.message
    const ids = (name: string): string[] => (Array.isArray(content[name]) ? (content[name] as string[]) : [])
    if (header.msg_type === 'daybook_dead' || header.msg_type === 'daybook_restarted') {
      subshell.forget()
      busyWith.clear()
      const problem = deathOf(entry.message)
      for (const id of ids('open')) pending.get(id)?.fail(problem)
      // What is older than this line was answered, or is of no interest to those who asked on it.
      if (entry.seq > connection.head) for (const one of pending.values()) if (!one.lasting) one.fail(problem)
    } else if (header.msg_type === 'daybook_gap') {
      busyWith.clear()
      for (const id of ids('open')) pending.get(id)?.take(entry)
      for (const id of ids('lost')) pending.get(id)?.lose()
    } else {
      pending.get(parentId(entry.message))?.take(entry)
    }
  }

  function followStatus({ header, content, parent_header: parent }: KernelMessage): void {
    // What runs on a subshell does not keep the main shell.
    if (parent.msg_id === undefined || parent.subshell_id !== undefined) return
    if (header.msg_type === 'execute_reply') busyWith.delete(parent.msg_id)
    if (header.msg_type !== 'status') return
    if (content['execution_state'] === 'busy') busyWith.add(parent.msg_id)
    if (content['execution_state'] === 'idle') busyWith.delete(parent.msg_id)
  }

  function send(channel: 'shell' | 'control' | 'stdin', message: KernelMessage): void {
    if (broken !== null) throw broken
    connection.send(channel, message)
  }

  /** The subshell that tooling uses now; undefined for the main shell. */
  async function toolingShell(): Promise<string | undefined> {
    return options.subshells === true && busyWith.size > 0 ? subshell.get() : undefined
  }

  function execute(code: string, how: ExecuteOptions = {}): Execution {
    const content = {
      code,
      silent: how.silent ?? false,
      store_history: how.storeHistory ?? !(how.silent ?? false),
      user_expressions: {},
      allow_stdin: how.allowStdin ?? how.onInput !== undefined,
      stop_on_error: how.stopOnError ?? true,
    }
    const metadata = { ...how.metadata, ...(how.cellId !== undefined && { cellId: how.cellId }) }
    const named = how.id === undefined ? {} : { msgId: how.id }
    const message = composeMessage('execute_request', content, { session, metadata, ...named })
    const execution = watch(message.header.msg_id, how, true)
    const post = (subshellId: string | undefined): void => {
      if (subshellId !== undefined) message.header.subshell_id = subshellId
      else busyWith.add(message.header.msg_id)
      send('shell', message)
    }
    if (how.tooling !== true) post(undefined)
    else {
      toolingShell()
        .then(post)
        .catch((error: unknown) => pending.get(execution.id)?.fail(asProblem(error)))
    }
    return execution
  }

  function watch(id: string, how: FollowOptions, isOwn: boolean): Execution {
    let replied: KernelMessage | null = null
    let idled = false
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    // Who does not await `done` must not be ended by a kernel that dies.
    promise.catch(() => undefined)
    const finish = (): void => {
      if (one.ended || replied === null || !idled) return
      one.ended = true
      resolve({ status: statusOf(replied), reply: replied })
      prune()
    }
    const one: Pending = {
      past: !isOwn,
      ended: false,
      lasting: true,
      take(entry) {
        const { header, content } = entry.message
        how.onMessage?.(entry)
        if (header.msg_type === 'execute_reply') replied = entry.message
        if (header.msg_type === 'status' && content['execution_state'] === 'idle') idled = true
        if (header.msg_type === 'input_request' && how.onInput !== undefined)
          void answer(entry.message, how.onInput)
        finish()
      },
      fail(problem) {
        one.ended = true
        reject(problem)
      },
      lose() {
        if (one.ended) return
        one.ended = true
        resolve(
          replied === null ? { status: 'lost', reply: null } : { status: statusOf(replied), reply: replied },
        )
      },
    }
    pending.set(id, one)
    return { id, done: promise, forget: () => pending.delete(id) }
  }

  async function answer(asked: KernelMessage, onInput: NonNullable<FollowOptions['onInput']>): Promise<void> {
    const { prompt, password } = asked.content
    const value = await onInput({
      prompt: typeof prompt === 'string' ? prompt : '',
      password: password === true,
    })
    send('stdin', composeMessage('input_reply', { value, status: 'ok' }, { session, parent: asked.header }))
  }

  function prune(): void {
    if (pending.size <= rememberedEnded) return
    for (const [id, one] of pending) {
      if (one.ended) pending.delete(id)
      if (pending.size <= rememberedEnded) return
    }
  }

  async function request(type: string, content: Reply, how: RequestOptions = {}): Promise<Reply> {
    // Without a need to wait it is sent at once, so that requests keep their order.
    const id = how.tooling === true ? await toolingShell() : undefined
    const message = composeMessage(type, content, { session, ...(id !== undefined && { subshell: id }) })
    return new Promise((resolve, reject) => {
      const timer = how.timeoutMs === undefined ? undefined : setTimeout(expire, how.timeoutMs)
      const end = (): void => {
        clearTimeout(timer)
        pending.delete(message.header.msg_id)
      }
      function expire(): void {
        end()
        reject(
          new Problem('busy', `The kernel did not answer ${type} in time`, {
            hint: 'It is busy: try again later.',
          }),
        )
      }
      pending.set(message.header.msg_id, {
        past: false,
        ended: false,
        lasting: false,
        take(entry) {
          if (entry.channel === 'iopub') return
          end()
          resolve(entry.message.content)
        },
        fail(problem) {
          end()
          reject(problem)
        },
        lose: () => undefined,
      })
      try {
        send(how.channel ?? 'shell', message)
      } catch (error) {
        end()
        reject(asProblem(error))
      }
    })
  }

  connection.onClose((why) => {
    broken = new Problem('kernel_dead', `The line to the kernel is closed: ${why}`)
    for (const one of pending.values()) if (!one.ended) one.fail(broken)
  })
  connection.onEntry(take)

  return {
    id: session,
    execute,
    follow: (id, how = {}) => watch(id, how, false),
    request,
    complete: (code, cursor) => request('complete_request', { code, cursor_pos: cursor }, { tooling: true }),
    inspect: (code, cursor, detail = 0) =>
      request('inspect_request', { code, cursor_pos: cursor, detail_level: detail }, { tooling: true }),
    isComplete: (code) => request('is_complete_request', { code }, { tooling: true }),
    history: ({ tail, pattern } = {}) =>
      request('history_request', {
        output: false,
        raw: true,
        hist_access_type: pattern === undefined ? 'tail' : 'search',
        n: tail ?? 100,
        ...(pattern !== undefined && { pattern, unique: true }),
      }),
    kernelInfo: () => request('kernel_info_request', {}, { tooling: true }),
    commInfo: (target) => request('comm_info_request', target === undefined ? {} : { target_name: target }),
    comm: (type, content, how = {}) => send('shell', composeMessage(type, content, { session, ...how })),
    onEntry(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    get busy() {
      return busyWith.size > 0
    },
    close() {
      subshell.close()
      connection.close()
    },
  }
}

function statusOf(reply: KernelMessage): Outcome['status'] {
  const status = reply.content['status']
  // "abort" is what the protocol said before version 5.1.
  return status === 'ok' ? 'ok' : status === 'aborted' || status === 'abort' ? 'aborted' : 'error'
}

function deathOf({ header, content }: KernelMessage): Problem {
  if (header.msg_type === 'daybook_restarted') return new Problem('kernel_dead', 'The kernel was restarted')
  const reason = typeof content['reason'] === 'string' ? content['reason'] : 'it ended'
  return new Problem('kernel_dead', `The kernel died: ${reason}`, {
    hint: 'Restart it and run the cells above again.',
    details: { code: content['code'], signal: content['signal'] },
  })
}

function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('internal', String(error), { cause: error })
}
