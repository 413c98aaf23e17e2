import type { MethodName, ParamsOf } from '../../shared/api/contract.ts'
import { stateTopics } from '../../shared/api/topics.ts'
import type { ClientMessage, DaemonMessage } from '../../shared/api/wire.ts'
import { Problem, toWireProblem } from '../../shared/base/problem.ts'
import type { Daemon } from '../daemon.ts'

/**
 * Answers a page's client in place of the daemon, through the window's one line to it: the page never notices
 * that the line broke, its topics are subscribed again, and no token ever gets into a page.
 */
export class Bridge {
  readonly #daemon: Daemon
  readonly #send: (text: string) => void
  readonly #stops = new Map<number, () => void>()

  constructor(daemon: Daemon, send: (text: string) => void) {
    this.#daemon = daemon
    this.#send = send
  }

  /** Takes one message of the page's client. */
  take(text: string): void {
    const message = JSON.parse(text) as ClientMessage
    if ('unsubscribe' in message) this.#unsubscribe(message.unsubscribe)
    else if ('subscribe' in message) this.#subscribe(message.subscribe, message)
    else void this.#ask(message)
  }

  /** Forgets what was subscribed: the page is gone or begins anew. */
  reset(): void {
    for (const id of [...this.#stops.keys()]) this.#unsubscribe(id)
  }

  async #ask({ id, method, params }: Extract<ClientMessage, { method: string }>): Promise<void> {
    try {
      // Both only pass through: the daemon knows its methods and parses what they get.
      const name = method as MethodName
      const result = await this.#daemon.call(name, params as ParamsOf<typeof name>)
      this.#tell({ id, result })
    } catch (error) {
      this.#tell({ id, error: toWireProblem(error) })
    }
  }

  #subscribe(id: number, { topic, of, cursor }: { topic: string; of?: string; cursor?: number }): void {
    const state = stateTopics.find((name) => name === topic)
    if (state !== undefined) {
      this.#stops.set(
        id,
        this.#daemon.onChange(state, (version) => this.#tell({ subscription: id, version })),
      )
    } else {
      const error = new Problem(
        'not_found',
        `A page cannot follow "${topic}"${of === undefined ? '' : ` of ${of}`}`,
        {
          details: { cursor },
        },
      )
      this.#tell({ subscription: id, error: toWireProblem(error) })
    }
  }

  #unsubscribe(id: number): void {
    this.#stops.get(id)?.()
    this.#stops.delete(id)
  }

  #tell(message: DaemonMessage): void {
    this.#send(JSON.stringify(message))
  }
}
