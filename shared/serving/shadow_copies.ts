import type { DeploymentRequest } from './deployment_request.ts'
import type { GatewayMetrics } from './gateway_metrics.ts'
import type { ModelOutput } from './model_output.ts'
import type { ModelRevision } from './model_revision.ts'
import { recordsOf } from './prediction_record.ts'
import type { Prediction } from './prediction.ts'

/** What copies need. */
export interface ShadowCopyParts {
  deployment: string
  metrics: GatewayMetrics
  /** Takes what the shadow said. */
  record: (rows: Prediction[]) => void
}

/** Rows that the shadow holds at most; a copy beyond is dropped. */
const maxRows = 2_000

/** Copies are handed over together, so often: one batch costs little more than one request. */
const everyMs = 25

interface Copy {
  request: DeploymentRequest
  logged: boolean
}

/**
 * Copies of requests on their way to the shadow.
 *
 * 1. add() only notes: whoever waits for the champion's answer waits for nothing of this.
 * 2. A shadow that is behind, or has no process that lives, is not asked: the copy is dropped and counted.
 */
export class ShadowCopies {
  readonly #parts: ShadowCopyParts
  #waiting: Copy[] = []
  #rows = 0
  #dropped = 0
  #timer: NodeJS.Timeout | null = null

  constructor(parts: ShadowCopyParts) {
    this.#parts = parts
  }

  /** How many requests the shadow has not heard. */
  get dropped(): number {
    return this.#dropped
  }

  /** Notes a request for the shadow. @param logged whether its answer is recorded */
  add(shadow: ModelRevision, request: DeploymentRequest, logged: boolean): void {
    const { rows } = request.input
    if (!shadow.answers || this.#rows + rows > maxRows) {
      this.#dropped++
      return
    }
    this.#rows += rows
    this.#waiting.push({ request, logged })
    this.#timer ??= setTimeout(() => this.#handOver(shadow), everyMs)
  }

  /** Forgets what waits: another revision is the shadow now, or none. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    for (const { request } of this.#waiting.splice(0)) {
      this.#rows -= request.input.rows
      this.#dropped++
    }
  }

  #handOver(shadow: ModelRevision): void {
    this.#timer = null
    const copies = this.#waiting.splice(0)
    const beganMs = performance.now()
    const answers = shadow.askAll(copies.map(({ request }) => request.input))
    for (const [i, copy] of copies.entries()) {
      void answers[i]
        ?.then(
          ({ output }) => this.#came(shadow, copy, { beganMs, said: output }),
          (error: unknown) =>
            this.#came(shadow, copy, {
              beganMs,
              said: error instanceof Error ? error.message : String(error),
            }),
        )
        .finally(() => (this.#rows -= copy.request.input.rows))
    }
  }

  #came(
    { spec }: ModelRevision,
    { request, logged }: Copy,
    { beganMs, said }: { beganMs: number; said: ModelOutput | string },
  ): void {
    const { deployment, metrics, record } = this.#parts
    const label = { deployment, revision: spec.revision, slot: 'shadow' as const }
    const latencyMs = performance.now() - beganMs
    if (typeof said === 'string') metrics.failed(label)
    else metrics.answered(label, latencyMs)
    if (logged) record(recordsOf({ ...request, revision: spec, slot: 'shadow', latencyMs }, said))
  }
}
