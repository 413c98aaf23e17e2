import { inputRecord, type ModelInput } from './frame.ts'
import { chancesOfRow, outputOfRow, type ModelOutput } from './model_output.ts'
import type { Prediction, Slot } from './prediction.ts'
import type { RevisionSpec } from './revision_spec.ts'

/** What is known of a request when it is recorded. */
export interface Asked {
  requestId: string
  timeMs: number
  input: ModelInput
  revision: RevisionSpec
  slot: Slot
  latencyMs: number
}

/** The records of a request's rows: with the answer, or with why there is none. */
export function recordsOf(asked: Asked, answer: ModelOutput | string): Prediction[] {
  const { requestId, timeMs, input, revision, slot } = asked
  const latencyMs = Math.round(asked.latencyMs * 1000) / 1000
  return Array.from({ length: input.rows }, (_, row) => {
    const chances = typeof answer === 'string' ? null : chancesOfRow(answer, row)
    return {
      ...{
        requestId,
        row,
        timeMs,
        revision: revision.revision,
        slot,
        modelUri: revision.modelUri,
        latencyMs,
      },
      inputs: inputRecord(input, row),
      output: typeof answer === 'string' ? null : outputOfRow(answer, row),
      ...(chances === null ? {} : { chances }),
      ...(typeof answer === 'string' ? { error: answer } : {}),
    }
  })
}
