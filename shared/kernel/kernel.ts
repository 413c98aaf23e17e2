import type { ProcessIdentity } from '../base/process.ts'
import type { KernelMessage } from './message.ts'

/** Id of a kernel for its whole life, over restarts: a ULID. */
export type KernelId = string & { readonly brand: 'KernelId' }

/** How a kernel is started, whatever found it (kernelspec or environment). */
export interface KernelLaunch {
  /** Kernelspec name or environment name, as shown to the user and given to `--kernel`. */
  name: string
  displayName: string
  language: string
  /** Command line with `{connection_file}` (and `{resource_dir}`) still in it. */
  argv: readonly string[]
  /** Added to the environment of the kernel; `${VAR}` is already expanded. */
  env: Readonly<Record<string, string>>
  /** Variables that the kernel must not inherit: PYTHONHOME, or what marks another environment as active. */
  unset?: readonly string[]
  interruptMode: 'signal' | 'message'
  /** Whether the kernelspec says that it understands CurveZMQ keys in its connection file. */
  curve: boolean
}

/** What a kernel does just now. */
export type KernelState = 'starting' | 'idle' | 'busy' | 'restarting' | 'dead'

/** A kernel as the supervisor lists it. */
export interface KernelInfo {
  id: KernelId
  name: string
  displayName: string
  language: string
  /** The notebook or script it was started for, relative to the project; null for none. */
  notebook: string | null
  cwd: string
  state: KernelState
  /** Why it died, for the user: exit code or signal and the last lines it wrote; null while it lives. */
  deathReason: string | null
  process: ProcessIdentity
  startedAtMs: number
  /** When its state last changed. */
  lastActivityMs: number
  /** Number of clients that follow it now. */
  clients: number
  /** msg_id of the execution that runs; null if none. */
  running: string | null
  /** Whether another supervisor found it running and took it over. */
  adopted: boolean
  /** Whether it answers on subshells while a cell runs (JEP 91). */
  subshells: boolean
  /** Protocol version and implementation from kernel_info; null before it answered. */
  implementation: string | null
  /** Whether it is another program's (a Jupyter server's) and only followed: that program starts and stops it. */
  attached: boolean
}

/** What to start. */
export interface StartKernel {
  launch: KernelLaunch
  cwd: string
  /** Further environment: DAYBOOK_URL, MLFLOW_TRACKING_URI, PYTHONSTARTUP… */
  env: Readonly<Record<string, string>>
  notebook: string | null
  /** The id to use: the caller may need it before the kernel runs (in its tokens). */
  id?: KernelId
}

/** A kernel that another program on this machine started, to be followed as one more client of it. */
export interface AttachKernel {
  id: KernelId
  /** Where its connection file lies: private, and naming this machine. */
  connectionFile: string
  pid: number
  name: string
  displayName: string
  language: string
  notebook: string | null
  cwd: string
}

/** A message with its place in the kernel's journal. */
export interface JournalEntry {
  /** 1, 2, 3… without a gap within one kernel's journal. */
  seq: number
  /** When the supervisor wrote it, UTC milliseconds. */
  atMs: number
  /** `in`: from the kernel; `out`: from a client to the kernel; `mark`: the supervisor's own word. */
  direction: 'in' | 'out' | 'mark'
  channel: 'shell' | 'control' | 'iopub' | 'stdin'
  message: KernelMessage
}

/**
 * The supervisor's own words in a journal (direction `mark`): message types beyond Jupyter's.
 * `daybook_gap`: a new supervisor took over, messages between the two may be missing;
 * `daybook_cut`: the recorded output of an execution reached its limit (or the disk is full), later bodies are
 * dropped; `lasts: false` in its content: until the output is cleared;
 * `daybook_dead`: the kernel's process ended; `daybook_restarted`: a new process under the same id.
 */
export type MarkType = 'daybook_gap' | 'daybook_cut' | 'daybook_dead' | 'daybook_restarted'

/** One client's line to one kernel. */
export interface KernelConnection {
  readonly kernel: KernelId
  /** Number of the journal's last entry when this line was opened: what comes up to it is the past. */
  readonly head: number
  /** msg_ids of the executions that had not ended then, in the order in which they were asked. */
  readonly open: readonly string[]
  /** Sends a request. It is journalled before it goes out. */
  send(channel: 'shell' | 'control' | 'stdin', message: KernelMessage): void
  /** Everything from the cursor on, in order, each entry once; then what comes. */
  onEntry(listener: (entry: JournalEntry) => void): () => void
  /** Called once when the line is lost (supervisor gone) or closed. */
  onClose(listener: (why: string) => void): () => void
  close(): void
}

/** The process that holds the kernels' sockets, as its clients see it. */
export interface Supervisor {
  list(): Promise<KernelInfo[]>
  /** @throws Problem `kernel_start_failed` with the last lines the kernel wrote */
  start(options: StartKernel): Promise<KernelInfo>
  /**
   * Follows a kernel of another program, or goes on with what changed of one that is followed: its notebook's name, or
   * a new process in the place of the old one. `stop` ends the following, not the kernel.
   * @throws Problem `bad_request` for a connection file that is not to be believed
   */
  follow(kernel: AttachKernel): Promise<KernelInfo>
  interrupt(id: KernelId): Promise<void>
  /** Same id, same sockets, new process. */
  restart(id: KernelId): Promise<KernelInfo>
  /** Asks, then insists. Resolves when the process is gone. */
  stop(id: KernelId): Promise<void>
  /** `cursor`: the last seq already seen; 0 for everything kept, 'now' for nothing of the past. */
  attach(id: KernelId, cursor: number | 'now'): Promise<KernelConnection>
  /** Ends the supervisor once its last kernel is gone. */
  close(): void
}
