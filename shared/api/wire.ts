import type { WireProblem } from '../base/problem.ts'

/** The seam to a host: a line that carries whole messages both ways. */
export interface Wire {
  send(message: string | Uint8Array): void
  /** Returns a function that stops listening. */
  onMessage(listener: (message: string | Uint8Array) => void): () => void
  /** Told once when the line is gone. */
  onClose(listener: (why: string) => void): () => void
  close(): void
}

/** From a client to the daemon. */
export type ClientMessage =
  | { id: number; method: string; params: unknown }
  /** The same subscription id stops it again. `of` names the kernel of a log topic. */
  | { subscribe: number; topic: string; of?: string; cursor?: number }
  | { unsubscribe: number }

/** From the daemon to a client. */
export type DaemonMessage =
  | { id: number; result: unknown }
  | { id: number; error: WireProblem }
  | { subscription: number; version: number }
  | { subscription: number; cursor: number; data: unknown }
  | { subscription: number; error: WireProblem }
