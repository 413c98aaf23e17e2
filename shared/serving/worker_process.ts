import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { randomHex } from '../base/id.ts'
import { Problem } from '../base/problem.ts'
import type { ModelPackage } from '../models/model_package.ts'
import type { ModelInput } from './frame.ts'
import type { ModelOutput } from './model_output.ts'
import type { ServingWorker } from './serving_worker.ts'
import type { WorkerDoor } from './worker_door.ts'
import { packInput, unpackOutput, writeFrame, type WorkerFrame } from './worker_wire.ts'

/**
 * Who gets the processor where there is not enough: `first` as everybody; `later` behind others while it loads, since
 * somebody waits for that, then as `last`; `last` only what nobody else wants.
 */
export type WorkerRank = 'first' | 'later' | 'last'

/** How a worker is started. */
export interface WorkerOptions {
  python: string
  /** The program: `serve/start.py` of the Python module. */
  program: string
  /** Where its own words go. */
  logFile: string
  model: ModelPackage
  rank: WorkerRank
  loadTimeoutMs: number
}

/** What a model tells of itself when it is loaded. */
export interface LoadedModel {
  /** Classes in the order of the chances; null where the model has none. */
  classes: readonly unknown[] | null
  kind: string
  loadMs: number
}

/** The model's own words for why it cannot answer a request. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
}

/** The worker died while it was asked. */
export class WorkerDiedError extends Error {
  override readonly name = 'WorkerDiedError'
}

/** A Python process that holds one model and answers one batch at a time. */
export class ModelWorker implements ServingWorker {
  readonly #child: ChildProcess
  readonly #options: WorkerOptions
  #socket: Socket | null = null
  #answer: { resolve: (frame: WorkerFrame) => void; reject: (error: Error) => void } | null = null
  #dead: string | null = null
  #onDeath: (why: string) => void = () => undefined

  private constructor(child: ChildProcess, options: WorkerOptions) {
    this.#child = child
    this.#options = options
  }

  /**
   * Starts one and loads its model.
   * @throws Problem that says what is missing, and the command that helps
   */
  static async start(
    door: WorkerDoor,
    options: WorkerOptions,
  ): Promise<{ worker: ModelWorker; loaded: LoadedModel }> {
    const word = randomHex(16)
    const log = openSync(options.logFile, 'a', 0o600)
    const child = spawn(options.python, [options.program, 'worker', door.address], {
      cwd: options.model.folder,
      stdio: ['ignore', log, log],
      env: workerEnvironment(process.env, word, options.rank),
      windowsHide: true,
    })
    closeSync(log)
    const worker = new ModelWorker(child, options)
    const connected = new Promise<void>((resolve, reject) => {
      const stop = door.expect(word, (socket) => {
        worker.#socket = socket
        socket.on('close', () => worker.#die('closed its line'))
        resolve()
        return (frame) => worker.#take(frame)
      })
      worker.#onDeath = (why) => {
        stop()
        reject(worker.#startProblem(why))
      }
    })
    child.once('error', (error) => worker.#die(error.message))
    child.once('exit', (code, by) => worker.#die(by === null ? `ended with ${code}` : `was ended by ${by}`))
    const timer = setTimeout(() => worker.kill('took too long to load'), options.loadTimeoutMs)
    try {
      await connected
      const { folder, flavors, code } = options.model
      const { head } = await worker.#ask({ op: 'load', folder, flavors, code }, [])
      const classes = Array.isArray(head['classes']) ? (head['classes'] as unknown[]) : null
      return { worker, loaded: { classes, kind: String(head['kind']), loadMs: Number(head['ms']) } }
    } catch (error) {
      worker.kill('could not load')
      throw error instanceof WorkerDiedError ? worker.#startProblem(error.message) : error
    } finally {
      clearTimeout(timer)
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** Why it is dead; null while it lives. */
  get dead(): string | null {
    return this.#dead
  }

  /** Told once when it dies. */
  onDeath(listener: (why: string) => void): void {
    this.#onDeath = listener
    if (this.#dead !== null) listener(this.#dead)
  }

  /**
   * Asks the model. One question at a time.
   * @throws ModelError in the model's words, WorkerDiedError
   */
  async predict(input: ModelInput, { chances }: { chances: boolean }): Promise<ModelOutput> {
    const { form, parts, bytes } = packInput(input)
    const frame = await this.#ask({ op: 'predict', form, parts, chances }, bytes)
    return unpackOutput(frame)
  }

  /** Ends it. */
  kill(why: string): void {
    this.#die(why)
    this.#socket?.destroy()
    this.#child.kill('SIGKILL')
  }

  #take(frame: WorkerFrame): void {
    const answer = this.#answer
    this.#answer = null
    answer?.resolve(frame)
  }

  async #ask(head: unknown, bytes: readonly Uint8Array[]): Promise<WorkerFrame> {
    const socket = this.#socket
    if (this.#dead !== null || socket === null) throw new WorkerDiedError(this.#dead ?? 'is not connected')
    const frame = await new Promise<WorkerFrame>((resolve, reject) => {
      this.#answer = { resolve, reject }
      writeFrame(socket, head, bytes)
    })
    const error = frame.head['error'] as ToldError | undefined
    if (error === undefined) return frame
    if ((head as { op?: string }).op === 'load') throw loadProblem(error, this.#options)
    throw new ModelError(`${error.type}: ${error.message}`)
  }

  #die(why: string): void {
    if (this.#dead !== null) return
    this.#dead = why
    const answer = this.#answer
    this.#answer = null
    answer?.reject(new WorkerDiedError(why))
    this.#onDeath(why)
  }

  #startProblem(why: string): Problem {
    const words = lastLines(this.#options.logFile)
    return new Problem(
      'kernel_start_failed',
      `The model's process ${why}${words === '' ? '' : `: ${words}`}`,
      {
        hint: `It was started with ${this.#options.python}.`,
      },
    )
  }
}

interface ToldError {
  type: string
  message: string
  module?: string
  main?: boolean
}

function loadProblem(error: ToldError, { python }: WorkerOptions): Problem {
  if (error.module !== undefined) {
    const name = error.module.split('.')[0] ?? error.module
    const packageName = packageNames[name] ?? name
    return new Problem(
      'not_found',
      `The model needs the package "${packageName}", which ${python} does not have`,
      {
        hint: `${python} -m pip install ${packageName}`,
        details: { module: error.module },
      },
    )
  }
  if (error.main === true) {
    return new Problem('bad_request', `The model needs a class of its notebook: ${error.message}`, {
      hint: 'Put the class into a .py file beside the notebook and import it, then train again.',
    })
  }
  return new Problem('bad_request', `The model cannot be loaded: ${error.type}: ${error.message}`, {
    hint: 'Another version of a package than it was made with is a frequent cause.',
  })
}

/** Packages that are installed under another name than they are imported. */
const packageNames: Readonly<Record<string, string>> = {
  sklearn: 'scikit-learn',
  yaml: 'PyYAML',
  cv2: 'opencv-python',
  PIL: 'pillow',
}

function workerEnvironment(own: NodeJS.ProcessEnv, word: string, rank: WorkerRank): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(own))
    if (!/^(VSCODE_|ELECTRON_|NODE_|JPY_|DAYBOOK_|MLFLOW_)/.test(name)) env[name] = value
  return {
    ...env,
    DAYBOOK_WORKER: word,
    DAYBOOK_WORKER_RANK: rank,
    DAYBOOK_DISABLED: '1',
    MLFLOW_DISABLE_TELEMETRY: 'true',
    PYTHONDONTWRITEBYTECODE: '1',
    // Rows come few at a time: threads that wait for each other cost more than they bring.
    OMP_NUM_THREADS: own['OMP_NUM_THREADS'] ?? '1',
    OMP_WAIT_POLICY: 'passive',
    OPENBLAS_NUM_THREADS: own['OPENBLAS_NUM_THREADS'] ?? '1',
    MKL_NUM_THREADS: own['MKL_NUM_THREADS'] ?? '1',
  }
}

function lastLines(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').slice(-3).join(' / ').slice(-500)
  } catch {
    return ''
  }
}
