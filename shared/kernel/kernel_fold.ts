import { DisplayBoard, openFold } from './fold.ts'
import type { Fold, FoldOptions } from './fold.ts'
import type { KernelMessage } from './message.ts'

/** The outputs of all executions of one kernel, folded from its whole journal. */
export interface KernelFold {
  /**
   * Takes the kernel's next message or the supervisor's next mark.
   * @returns the msg_ids of the executions whose outputs it changed
   */
  take(message: KernelMessage): readonly string[]
  /** One execution; null if nothing of it has come, or it was forgotten. */
  execution(msgId: string): Fold | null
  /** Lets go of an execution: what comes of it later begins anew. */
  forget(msgId: string): void
  readonly board: DisplayBoard
}

/** Begins to fold a kernel's messages. */
export function openKernelFold(options: Omit<FoldOptions, 'board'> = {}): KernelFold {
  let board = new DisplayBoard(options.limitBytes)
  const folds = new Map<string, Fold>()
  const open = () => openFold({ ...options, board })
  let strays = open()

  function take(message: KernelMessage): readonly string[] {
    const { header, parent_header: parent, content } = message
    if (header.msg_type === 'daybook_restarted') {
      // A new process knows none of the old one's displays and widgets.
      board = new DisplayBoard(options.limitBytes)
      strays = open()
      return []
    }
    if (header.msg_type === 'daybook_gap')
      return idsIn(content['open']).flatMap((id) => foldOf(id).take(message))
    const id = parent.msg_type === 'execute_request' ? parent.msg_id : undefined
    return (id === undefined ? strays : foldOf(id)).take(message)
  }

  function foldOf(msgId: string): Fold {
    const fold = folds.get(msgId) ?? open()
    folds.set(msgId, fold)
    return fold
  }

  return {
    take,
    execution: (msgId) => folds.get(msgId) ?? null,
    forget(msgId) {
      folds.get(msgId)?.close()
      folds.delete(msgId)
    },
    get board() {
      return board
    },
  }
}

function idsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []
}
