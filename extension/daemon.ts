import { spawn } from 'node:child_process'
import { openClient, type Client, type LogSubscription } from '../shared/api/client.ts'
import type { MethodName, ParamsOf, ResultOf } from '../shared/api/contract.ts'
import type { LogTopics, StateTopics } from '../shared/api/topics.ts'
import { openWebSocketWire } from '../shared/api/websocket_wire.ts'
import { fromWireProblem, Problem } from '../shared/base/problem.ts'

/** Where the line to a project's daemon stands. */
export type DaemonState =
  /** Nobody has asked it anything yet, or it was told to stop. */
  | { kind: 'idle' }
  | { kind: 'starting' }
  | { kind: 'ready'; url: string }
  /** The line broke; it is being made anew. */
  | { kind: 'lost'; why: string }
  /** It could not be started; the next question tries again. */
  | { kind: 'failed'; problem: Problem }

/** What a line to a daemon needs. */
export interface DaemonParts {
  /** The project folder. */
  root: string
  /** The bundled command line, `daybook.mjs`. */
  program: string
  /** Whether anything may be started here: not before the user trusts the folder. */
  mayStart(): boolean
  log(message: string): void
}

/** Pauses between attempts to reach a daemon that was lost; the last one repeats. */
const retryMs = [0, 200, 500, 1000, 2000, 5000]

/**
 * The editor's line to one project's daemon: starts it when it is first needed, and makes the line anew when it
 * broke, so that whoever listens hears on. (1) A listener added at any time hears of every later change.
 * (2) A log is heard without a gap or a double over any number of lost lines. (3) After stopAll() nothing is
 * started until somebody asks again.
 */
export class Daemon {
  readonly root: string
  readonly #parts: DaemonParts
  #state: DaemonState = { kind: 'idle' }
  #client: Client | null = null
  #connecting: Promise<Client> | null = null
  #retry: NodeJS.Timeout | null = null
  #attempts = 0
  #closed = false
  readonly #watchers = new Set<(state: DaemonState) => void>()
  /** What to subscribe on every new line. */
  readonly #subscriptions = new Set<Subscription>()

  constructor(parts: DaemonParts) {
    this.#parts = parts
    this.root = parts.root
  }

  get state(): DaemonState {
    return this.#state
  }

  /** Tells every change of the state. Returns a function that stops it. */
  onState(listener: (state: DaemonState) => void): () => void {
    this.#watchers.add(listener)
    return () => this.#watchers.delete(listener)
  }

  /**
   * A client of the daemon, which is started if need be. Good for one question: a lost line makes it useless.
   * @throws Problem as the starter tells it
   */
  client(): Promise<Client> {
    if (this.#closed) return Promise.reject(new Problem('cancelled', 'The window is being closed'))
    if (this.#client !== null) return Promise.resolve(this.#client)
    if (!this.#parts.mayStart()) return Promise.reject(untrusted(this.root))
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = null))
    return this.#connecting
  }

  /** Asks one thing. */
  async call<M extends MethodName>(method: M, params: ParamsOf<M>): Promise<ResultOf<M>> {
    return (await this.client()).call(method, params)
  }

  /** Told once the line stands and after every change, over lost lines. Does not start a daemon by itself. */
  onChange(topic: keyof StateTopics, listener: (version: number) => void): () => void {
    return this.#subscribe((client) => client.onChange(topic, listener))
  }

  /** Everything of a log after a cursor, each entry once, over lost lines. */
  onLog<T extends keyof LogTopics>(topic: T, subscription: LogSubscription<LogTopics[T]>): () => void {
    let cursor = subscription.cursor
    return this.#subscribe((client) =>
      client.onLog(topic, {
        ...subscription,
        cursor,
        onEntry: (data, at) => {
          cursor = at
          subscription.onEntry(data, at)
        },
      }),
    )
  }

  /** Ends every kernel of the project, and the daemon; the next question starts it again. */
  async stopAll(): Promise<void> {
    const client = this.#client
    // Not `lost`: nobody shall start it again by himself.
    this.#client = null
    if (this.#retry !== null) clearTimeout(this.#retry)
    await runProgram(this.#parts, ['stop', '--all'])
    client?.close()
    this.#tell({ kind: 'idle' })
  }

  /** Closes the line. The daemon goes on. */
  close(): void {
    this.#closed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#watchers.clear()
    this.#client?.close()
    this.#client = null
  }

  async #connect(): Promise<Client> {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
    if (this.#state.kind !== 'lost') this.#tell({ kind: 'starting' })
    try {
      const { url, token } = await runProgram<DaemonAddress>(this.#parts, ['daemon', 'ensure'])
      const client = openClient(await openWebSocketWire(url, token))
      if (this.#closed) client.close()
      this.#client = client
      client.onClose((why) => this.#lose(client, why))
      this.#attempts = 0
      this.#tell({ kind: 'ready', url })
      for (const subscription of this.#subscriptions) subscription.open(client)
      return client
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem('daemon_unreachable', String(error))
      this.#parts.log(`${problem.message}${problem.hint === undefined ? '' : ` ${problem.hint}`}`)
      if (this.#state.kind === 'lost') this.#tryAgain()
      else this.#tell({ kind: 'failed', problem })
      throw problem
    }
  }

  #lose(client: Client, why: string): void {
    if (this.#client !== client || this.#closed) return
    this.#client = null
    this.#parts.log(`lost the line to the daemon of ${this.root}: ${why}`)
    this.#tell({ kind: 'lost', why })
    this.#tryAgain()
  }

  #tryAgain(): void {
    if (this.#closed) return
    const pauseMs = retryMs[Math.min(this.#attempts++, retryMs.length - 1)]
    // A failure is told through the state and tried again.
    this.#retry = setTimeout(() => void this.client().catch(() => null), pauseMs)
  }

  #subscribe(start: (client: Client) => () => void): () => void {
    let stop: (() => void) | null = null
    const subscription = { open: (client: Client) => (stop = start(client)) }
    this.#subscriptions.add(subscription)
    if (this.#client !== null) subscription.open(this.#client)
    return () => {
      this.#subscriptions.delete(subscription)
      stop?.()
    }
  }

  #tell(state: DaemonState): void {
    this.#state = state
    for (const watcher of this.#watchers) watcher(state)
  }
}

function untrusted(root: string): Problem {
  return new Problem('forbidden', `"${root}" is not trusted, so Daybook starts nothing there`, {
    hint: 'Trust the workspace ("Workspaces: Manage Workspace Trust") and try again.',
  })
}

interface DaemonAddress {
  url: string
  token: string
}

interface Subscription {
  open(client: Client): void
}

/** Runs a command of the bundled command line on the Node that runs us, and reads what it says. */
function runProgram<T extends object>({ root, program }: DaemonParts, words: readonly string[]): Promise<T> {
  const args = ['--disable-warning=ExperimentalWarning', program, ...words, '--json', '--project', root]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => (stdout += String(chunk)))
    child.stderr.on('data', (chunk) => (stderr += String(chunk)))
    child.on('error', (error) => reject(new Problem('daemon_unreachable', error.message)))
    child.on('close', (code) => {
      const answer = parseAnswer(stdout)
      if (answer !== null && 'error' in answer) reject(fromWireProblem(answer.error))
      else if (answer !== null) resolve(answer as T)
      else
        reject(
          new Problem('daemon_unreachable', `The Daybook daemon did not start: ${lastLine(stderr, code)}`),
        )
    })
  })
}

/** The environment for the daemon: what belongs to the editor alone must not reach it, and through it kernels. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      !name.startsWith('VSCODE_') && !(name === 'NODE_OPTIONS' && value?.includes('bootloader') === true),
  )
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' }
}

function parseAnswer(text: string): object | null {
  try {
    return JSON.parse(text) as object
  } catch {
    return null
  }
}

function lastLine(stderr: string, code: number | null): string {
  return stderr.trim().split('\n').at(-1) ?? `it ended with code ${String(code)}`
}
