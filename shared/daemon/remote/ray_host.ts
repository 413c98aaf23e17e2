import { createHash } from 'node:crypto'
import { Problem } from '../../base/problem.ts'
import { parseAnswer } from './host_answer.ts'
import type { OnAddress } from './on_address.ts'
import { askRayHead, type RayAnswer } from './ray_request.ts'
import { RayWorker } from './ray_worker.ts'
import type { KnownRay, RunningWorker, WorkerHost, WorkerStart } from './worker_host.ts'
import type { WorkerListener } from './worker_listener.ts'

/** What a study asks of a cluster. */
export interface RayWish {
  cores: number
  gpu: number | null
  /** How many trials at a time; null: as many as it has room for. */
  parallel: number | null
}

/**
 * A Ray cluster: each worker is one long job with the resources of one trial, submitted to the Jobs REST API of its
 * head, and asks the daemon for trials over HTTPS.
 */
export class RayHost implements WorkerHost {
  readonly name: string
  readonly describes: string
  readonly workers: number
  readonly oneEach = true
  readonly asks: string
  readonly #address: OnAddress
  readonly #listener: WorkerListener
  readonly #wish: RayWish
  #opened = false
  #closed = false

  constructor(
    address: OnAddress,
    known: KnownRay,
    { wish, listener }: { wish: RayWish; listener: WorkerListener },
  ) {
    this.#address = address
    this.#listener = listener
    this.#wish = wish
    this.name = address.name
    const { cpus, gpus, nodes } = known
    const room = `${cpus} CPUs and ${gpus} GPUs on ${nodes} ${nodes === 1 ? 'node' : 'nodes'}`
    this.describes = `Ray ${known.version} at ${address.name}, ${room}`
    const byGpu = wish.gpu === null || wish.gpu === 0 ? Infinity : Math.floor(gpus / wish.gpu + 1e-9)
    const fit = Math.max(1, Math.min(Math.floor(cpus / wish.cores + 1e-9), byGpu))
    this.workers = Math.min(256, wish.parallel ?? fit)
    const each = `${wish.cores} CPU${wish.gpu === null || wish.gpu === 0 ? '' : ` and ${wish.gpu} GPU`}`
    this.asks = `each asks for ${each}, and ${address.name} has ${room}`
  }

  async start(start: WorkerStart): Promise<RunningWorker> {
    const { address, fingerprint } = await this.#open()
    const digest = createHash('sha1').update(start.zip).digest('hex').slice(0, 16)
    const name = `_ray_pkg_${digest}.zip`
    await this.#upload(name, start.zip)
    const id = `daybook-${createHash('sha256').update(start.path).digest('hex').slice(0, 20)}`
    await this.#ask('POST', '/api/jobs/', {
      // The shell fills in what is not to stand in the list of jobs.
      entrypoint: 'python python/daybook/trial/start.py worker "$DAYBOOK_INVITATION" --folder files',
      submission_id: id,
      entrypoint_num_cpus: this.#wish.cores,
      entrypoint_num_gpus: this.#wish.gpu ?? 0,
      metadata: { daybook: 'worker' },
      runtime_env: {
        working_dir: `gcs://${name}`,
        env_vars: { DAYBOOK_INVITATION: `${address}${start.path}#sha256=${fingerprint}` },
      },
    })
    return this.#follow(id)
  }

  async adopt(id: string): Promise<RunningWorker | null> {
    await this.#open()
    let job: { status?: string } | null
    try {
      job = (await this.#ask('GET', `/api/jobs/${id}`)) as { status?: string } | null
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') return null
      // The head is away; its jobs may go on, and come by.
      return this.#follow(id)
    }
    return job?.status === 'RUNNING' || job?.status === 'PENDING' ? this.#follow(id) : null
  }

  close(): void {
    this.#closed = true
    if (this.#opened) this.#listener.leave()
    this.#opened = false
  }

  async #open(): ReturnType<WorkerListener['open']> {
    const { host, port, protocol } = new URL(this.#address.url)
    const invitation = await this.#listener.open(
      port === '' ? `${host}:${protocol === 'https:' ? 443 : 80}` : host,
    )
    if (this.#opened || this.#closed) this.#listener.leave()
    if (this.#closed) throw new Problem('cancelled', `No more workers are started on ${this.name}`)
    this.#opened = true
    return invitation
  }

  #follow(id: string): RayWorker {
    return new RayWorker(id, this.name, (method, path) => this.#ask(method, path))
  }

  async #upload(name: string, zip: Buffer): Promise<void> {
    const path = `/api/packages/gcs/${name}`
    if (isGood(await askRayHead(this.#address, { method: 'GET', path }))) return
    const put = await askRayHead(this.#address, { method: 'PUT', path, body: zip })
    if (isGood(put)) return
    throw new Problem('host_unreachable', `${this.name} does not take the worker's files: ${lastLine(put)}`)
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await askRayHead(this.#address, { method, path, ...content })
    if (isGood(answer)) return parseAnswer(answer.text, `${this.name} answers ${method} ${path}`)
    const { status } = answer
    if (status === 404) throw new Problem('not_found', `${this.name} has nothing at ${path}`)
    throw new Problem(
      'host_unreachable',
      `${this.name} answers ${status} to ${method} ${path}: ${lastLine(answer)}`,
    )
  }
}

function isGood({ status }: RayAnswer): boolean {
  return status >= 200 && status < 300
}

/** Ray answers with whole tracebacks. */
function lastLine({ text }: RayAnswer): string {
  return text.trim().split('\n').at(-1) ?? ''
}
