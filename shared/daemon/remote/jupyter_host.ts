import { createHash } from 'node:crypto'
import { Problem } from '../../base/problem.ts'
import { parseAnswer } from './host_answer.ts'
import { JupyterKernelLine, type JupyterMessage } from './jupyter_kernel.ts'
import type { OnAddress } from './on_address.ts'
import type { RunningWorker, WorkerHost, WorkerStart } from './worker_host.ts'

/** Code is sent to a kernel in pieces: servers take messages of 10 MB by default. */
const pieceLength = 1_000_000

/** How long a kernel may take to come up and unpack what it is sent. */
const startMs = 120_000

/** Passes a worker's request on to the daemon; `status` 0: there was no answer. */
export type Forward = (request: TunnelRequest) => Promise<TunnelAnswer>

/** A request that came through a kernel; `body` is in base64. */
export interface TunnelRequest {
  id: number
  method: string
  path: string
  headers: Record<string, string>
  body: string
}

/** Its answer; id 0: none comes to all that was asked so far. */
export interface TunnelAnswer {
  id: number
  status: number
  headers: Record<string, string>
  body: string
}

/**
 * Any Jupyter server: a kernel of it becomes a worker. Its requests come back over the connection that the daemon
 * holds to the server, so that the daemon need not be reachable from there.
 */
export class JupyterHost implements WorkerHost {
  readonly name: string
  readonly describes: string
  readonly workers = 1
  readonly oneEach = false
  readonly asks = ''
  readonly #address: OnAddress
  readonly #kernelName: string | null
  readonly #forward: Forward

  constructor(address: OnAddress, options: { version: string; kernel: string | null; forward: Forward }) {
    this.#address = address
    this.name = address.name
    this.describes = `Jupyter server ${options.version} at ${address.name}`
    this.#kernelName = options.kernel
    this.#forward = options.forward
  }

  async start(start: WorkerStart): Promise<RunningWorker> {
    const name = await this.#pythonKernel()
    const made = (await this.#ask('POST', '/api/kernels', { name })) as { id: string }
    const worker = this.#connect(made.id, start.path)
    try {
      const packed = start.zip.toString('base64')
      await worker.run('_daybook = []')
      for (let at = 0; at < packed.length; at += pieceLength) {
        await worker.run(`_daybook.append("${packed.slice(at, at + pieceLength)}")`)
      }
      await worker.run(beginCode(start.path))
      return worker
    } catch (error) {
      await worker.stop().catch(() => null)
      throw error
    }
  }

  async adopt(id: string, path: string): Promise<RunningWorker | null> {
    if (!(await this.#exists(id))) return null
    const worker = this.#connect(id, path)
    worker.forget()
    return worker
  }

  close(): void {
    // Nothing is held here: each worker has a connection of its own.
  }

  async #exists(id: string): Promise<boolean> {
    try {
      await this.#ask('GET', `/api/kernels/${id}`)
      return true
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') return false
      throw error
    }
  }

  #connect(id: string, path: string): KernelWorker {
    return new KernelWorker(id, {
      url: `${this.#address.url}/api/kernels/${id}/channels`,
      headers: this.#headers(),
      path,
      name: this.name,
      forward: this.#forward,
      exists: () => this.#exists(id),
      remove: () => this.#ask('DELETE', `/api/kernels/${id}`),
    })
  }

  /** The kernel that the study asks for, or the server's own default, if that is Python. */
  async #pythonKernel(): Promise<string> {
    const { default: own, kernelspecs } = (await this.#ask('GET', '/api/kernelspecs')) as {
      default: string
      kernelspecs: Record<string, { spec: { language: string } }>
    }
    const name = this.#kernelName ?? own
    const found = kernelspecs[name]
    if (found?.spec.language.toLowerCase() === 'python') return name
    const names = Object.keys(kernelspecs).filter((one) => kernelspecs[one]?.spec.language === 'python')
    throw new Problem('kernel_not_found', `${this.name} has no Python kernel "${name}"`, {
      hint: names.length === 0 ? 'It has no Python kernel at all.' : `--kernel ${names.join(' or ')}`,
    })
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#address.url + path, {
      method,
      headers: { ...this.#headers(), 'content-type': 'application/json' },
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      const cause = (error as Error).cause as Error | undefined
      throw new Problem(
        'host_unreachable',
        `${this.name} does not answer: ${cause?.message ?? String(error)}`,
      )
    })
    const text = await response.text()
    if (response.ok) return parseAnswer(text, `${this.name} answers ${method} ${path}`)
    if (response.status === 404) throw new Problem('not_found', `${this.name} has nothing at ${path}`)
    if (response.status === 401 || response.status === 403) {
      throw new Problem('unauthorized', `${this.name} does not accept the token`, {
        hint: 'Give the address as the server prints it, with "?token=…".',
      })
    }
    throw new Problem('host_unreachable', `${this.name} answers ${response.status} to ${method} ${path}`)
  }

  #headers(): Record<string, string> {
    return this.#address.token === null ? {} : { authorization: `token ${this.#address.token}` }
  }
}

interface KernelWorkerOptions {
  url: string
  headers: Record<string, string>
  path: string
  /** How the server is called. */
  name: string
  forward: Forward
  exists: () => Promise<boolean>
  remove: () => Promise<unknown>
}

/** A kernel whose only work is a worker. */
class KernelWorker implements RunningWorker {
  readonly id: string
  readonly #options: KernelWorkerOptions
  readonly #line: JupyterKernelLine
  #waiting = new Map<string, { resolve(): void; reject(error: Error): void }>()
  #listener: (why: string) => void = () => undefined
  #ended: string | null = null

  constructor(id: string, options: KernelWorkerOptions) {
    this.id = id
    this.#options = options
    this.#line = new JupyterKernelLine(options.url, options.headers, {
      message: (message) => this.#hear(message),
      exists: options.exists,
      again: () => this.forget(),
      lost: (why) => this.#end(`the connection to ${options.name} broke: ${why}`),
    })
  }

  onEnd(listener: (why: string) => void): void {
    this.#listener = listener
    if (this.#ended !== null) listener(this.#ended)
  }

  /** Runs code in the kernel. @throws Problem with the exception that it raised */
  run(code: string): Promise<void> {
    const content = { code, silent: true, store_history: false, user_expressions: {}, allow_stdin: false }
    return new Promise<void>((resolve, reject) => {
      const id = this.#line.send('execute_request', content)
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        reject(new Problem('kernel_start_failed', `A kernel of ${this.#options.name} does not come up`))
      }, startMs)
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(id)
      }
      this.#waiting.set(id, {
        resolve: () => (done(), resolve()),
        reject: (error) => (done(), reject(error)),
      })
    })
  }

  /** Has the worker ask again what it waits for: the answers went to a connection that is gone. */
  forget(): void {
    this.#answer({ id: 0, status: 0, headers: {}, body: '' })
  }

  async stop(): Promise<void> {
    this.close()
    await this.#options.remove()
  }

  close(): void {
    this.#ended ??= 'it was let go'
    this.#line.close()
  }

  #hear({ msg_type: type, parent_header: parent, content }: JupyterMessage): void {
    if (type === 'execute_reply') {
      const waiting = this.#waiting.get(parent.msg_id ?? '')
      if (content['status'] === 'ok') waiting?.resolve()
      else waiting?.reject(new Problem('kernel_start_failed', this.#failure(content)))
    } else if (
      type === 'status' &&
      /^(dead|restarting|autorestarting)$/.test(String(content['execution_state']))
    ) {
      this.#end(`its kernel on ${this.#options.name} died`)
    } else if (type === 'comm_msg' && content['comm_id'] === commName(this.#options.path)) {
      this.#tunnel(content['data'] as { request?: string; ended?: number; log?: string[] })
    }
  }

  #tunnel(data: { request?: string; ended?: number; log?: string[] }): void {
    if (data.request !== undefined) {
      const request = JSON.parse(data.request) as TunnelRequest
      void this.#options.forward(request).then((answer) => this.#answer(answer))
    } else if (data.ended !== undefined) {
      const words = (data.log ?? []).slice(-3).join(' / ')
      this.#end(
        `the worker on ${this.#options.name} ended with ${data.ended}${words === '' ? '' : `: ${words}`}`,
      )
    }
  }

  #answer(answer: TunnelAnswer): void {
    const data = { answer: JSON.stringify(answer) }
    this.#line.send('comm_msg', { comm_id: commName(this.#options.path), data })
  }

  #failure({ ename, evalue }: Record<string, unknown>): string {
    const said = [ename, evalue].filter((one) => typeof one === 'string').join(': ')
    return `A kernel of ${this.#options.name} cannot become a worker: ${said}`
  }

  #end(why: string): void {
    if (this.#ended !== null) return
    this.#ended = why
    this.#line.close()
    for (const { reject } of this.#waiting.values()) reject(new Problem('host_unreachable', why))
    this.#listener(why)
  }
}

/** Both ends name the comm by this; it must not give the token away. */
function commName(path: string): string {
  return `daybook-${createHash('sha256').update(path).digest('hex').slice(0, 16)}`
}

function beginCode(path: string): string {
  return `import base64, io, os, tempfile, zipfile
_daybook_folder = tempfile.mkdtemp(prefix="daybook-")
with zipfile.ZipFile(io.BytesIO(base64.b64decode("".join(_daybook)))) as _archive:
    _archive.extractall(_daybook_folder)
_daybook = {"__file__": os.path.join(_daybook_folder, "python", "daybook", "trial", "bridge.py")}
with open(_daybook["__file__"]) as _file:
    exec(compile(_file.read(), _daybook["__file__"], "exec"), _daybook)
_daybook_bridge = _daybook["Bridge"](_daybook_folder, "${path}", "${commName(path)}")`
}
