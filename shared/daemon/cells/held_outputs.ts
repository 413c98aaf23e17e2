import type { NotebookOutput } from '../../notebook/output.ts'

/** So many characters of outputs are held in memory for one kernel; beyond, what is saved longest ago is let go. */
const heldChars = 200_000_000

/** The outputs of one execution, as they are held. */
export interface Held {
  outputs: readonly NotebookOutput[]
  /** Whether nobody needs them any more. */
  isSaved: boolean
}

/** Holds memory within bounds. @returns of the executions, the oldest first, those to be let go */
export function toLetGo<C>(executions: readonly C[], heldBy: (execution: C) => Held): C[] {
  const held = executions.map((execution) => ({ execution, ...heldBy(execution) }))
  let chars = held.reduce((sum, { outputs }) => sum + lengthOf(outputs), 0)
  const gone: C[] = []
  for (const { execution, outputs, isSaved } of held) {
    if (chars <= heldChars) break
    if (!isSaved) continue
    chars -= lengthOf(outputs)
    gone.push(execution)
  }
  return gone
}

/** How much outputs hold in memory, in characters, roughly. */
function lengthOf(outputs: readonly NotebookOutput[]): number {
  return outputs.reduce((sum, output) => {
    if (output.output_type === 'stream') return sum + output.text.length
    if (output.output_type === 'error') return sum + 1000
    return (
      sum +
      Object.values(output.data).reduce<number>(
        (all, one) => all + (typeof one === 'string' ? one.length : 1000),
        0,
      )
    )
  }, 0)
}
