import { Problem } from '../../base/problem.ts'
import type { RunningWorker } from './worker_host.ts'

/** How often the head is asked how the job does. */
const lookMs = 2000

/** After this long without an answer of the head, a job that is not heard of otherwise counts as lost. */
const patienceMs = 60_000

/** Begins the line in which a worker says why it could not reach the daemon. */
const probeMark = 'DAYBOOK_PROBE '

interface Job {
  status: string
  message?: string | null
}

/** A job of a Ray cluster that is a worker. */
export class RayWorker implements RunningWorker {
  readonly id: string
  readonly #name: string
  readonly #ask: (method: string, path: string) => Promise<unknown>
  #listener: (why: string) => void = () => undefined
  #timer: NodeJS.Timeout | null = null
  #answeredMs = Date.now()
  #closed = false

  constructor(id: string, name: string, ask: (method: string, path: string) => Promise<unknown>) {
    this.id = id
    this.#name = name
    this.#ask = ask
    this.#later()
  }

  onEnd(listener: (why: string) => void): void {
    this.#listener = listener
  }

  async stop(): Promise<void> {
    this.close()
    await this.#ask('POST', `/api/jobs/${this.id}/stop`)
  }

  close(): void {
    this.#closed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #later(): void {
    if (!this.#closed) this.#timer = setTimeout(() => void this.#look(), lookMs)
    this.#timer?.unref()
  }

  async #look(): Promise<void> {
    try {
      const { status, message } = (await this.#ask('GET', `/api/jobs/${this.id}`)) as Job
      this.#answeredMs = Date.now()
      if (status !== 'PENDING' && status !== 'RUNNING') return await this.#ended(status, message ?? '')
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found') {
        return this.#end(`${this.#name} does not know the worker's job any more`)
      }
      if (Date.now() - this.#answeredMs > patienceMs) return this.#end((error as Error).message)
    }
    this.#later()
  }

  async #ended(status: string, message: string): Promise<void> {
    const told = (await this.#ask('GET', `/api/jobs/${this.id}/logs`).catch(() => null)) as {
      logs?: string
    } | null
    const lines = (told?.logs ?? '').split('\n').filter((line) => line.trim() !== '')
    const probe = lines.find((line) => line.startsWith(probeMark))
    if (probe !== undefined) return this.#end(probeText(probe.slice(probeMark.length), this.#name))
    const words = lines.slice(-3).join(' / ') || message
    this.#end(`A worker's job on ${this.#name} ended as ${status}${words === '' ? '' : `: ${words}`}`)
  }

  #end(why: string): void {
    if (this.#closed) return
    this.close()
    this.#listener(why)
  }
}

function probeText(line: string, name: string): string {
  try {
    const { address, host, why } = JSON.parse(line) as Record<string, string>
    return `A worker on ${host} (${name}) cannot reach this machine at ${address}: ${why}. Say in daybook.yaml where it can: workers: {listen: 0.0.0.0:7443, advertise: HOST:7443}`
  } catch {
    return `A worker on ${name} cannot reach this machine`
  }
}
