import type { KernelMessage } from '../../kernel/message.ts'
import type { NotebookOutput } from '../../notebook/output.ts'

/** What stands behind the outputs of a cell whose kernel died. */
function deathOf(reason: string): NotebookOutput {
  return { output_type: 'error', ename: 'DeadKernel', evalue: `The kernel died: ${reason}`, traceback: [] }
}

/** A word of ours among the outputs of a cell. */
export function ourWord(says: string): NotebookOutput {
  return { output_type: 'stream', name: 'stderr', text: `[Daybook: ${says}]\n` }
}

/** What a mark in the journal says of executions that were open: each with what is to stand behind its outputs. */
export function fatesIn({ header, content }: KernelMessage): { id: string; failure: NotebookOutput }[] {
  const each = (name: string, failure: NotebookOutput): { id: string; failure: NotebookOutput }[] =>
    Array.isArray(content[name]) ? (content[name] as string[]).map((id) => ({ id, failure })) : []
  switch (header.msg_type) {
    case 'daybook_gap':
      return each('lost', ourWord('it ended while nothing listened, and how is not known'))
    case 'daybook_dead':
      return each('open', deathOf(deathReason(content)))
    case 'daybook_restarted':
      return each('open', ourWord('the kernel was restarted'))
    default:
      return []
  }
}

/** Why a kernel died, as the mark of its death says. */
export function deathReason(content: KernelMessage['content']): string {
  return typeof content['reason'] === 'string' ? content['reason'] : 'it ended'
}
