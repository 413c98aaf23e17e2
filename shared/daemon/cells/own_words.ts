import type { NotebookOutput } from '../../notebook/output.ts'

/** An execution that was not taken by an editor by then is kept in a file, for the time without a journal. */
export const keepAfterMs = 3_000

/** So many characters of outputs are held in memory for one kernel; beyond, what is saved longest ago is let go. */
export const heldChars = 200_000_000

/** What stands behind the outputs of a cell whose kernel died. */
export function deathOf(reason: string): NotebookOutput {
  return { output_type: 'error', ename: 'DeadKernel', evalue: `The kernel died: ${reason}`, traceback: [] }
}

/** A word of ours among the outputs of a cell. */
export function ourWord(says: string): NotebookOutput {
  return { output_type: 'stream', name: 'stderr', text: `[Daybook: ${says}]\n` }
}

/** How much outputs hold in memory, in characters, roughly. */
export function lengthOf(outputs: readonly NotebookOutput[]): number {
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
