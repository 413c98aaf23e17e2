import type { ModelInput } from './frame.ts'
import type { ModelOutput } from './model_output.ts'

/** What holds a model and answers one batch at a time. */
export interface ServingWorker {
  /** Number of its process; 0 for one that has none of its own. */
  readonly pid: number
  /** Why it is dead; null while it lives. */
  readonly dead: string | null
  /** Told once when it dies. */
  onDeath(listener: (why: string) => void): void
  /** Asks the model. One question at a time. @throws ModelError in the model's words, WorkerDiedError */
  predict(input: ModelInput, wanted: { chances: boolean }): Promise<ModelOutput>
  /** Ends it. */
  kill(why: string): void
}
