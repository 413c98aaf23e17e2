import { joinLines } from '../notebook/output.ts'
import type { NotebookOutput } from '../notebook/output.ts'
import type { KernelMessage } from './message.ts'
import { OutputList, outputOf } from './output_list.ts'
import { OutputWidgets } from './output_widget.ts'

/** How outputs are folded. */
export interface FoldOptions {
  /** Characters of output kept for one execution. @default 10,000,000 */
  limitBytes?: number
  /** What the executions of one kernel know of each other; absent: this one knows itself only. */
  board?: DisplayBoard
}

/** The outputs of one execution, folded from its messages as they come. */
export interface Fold {
  /**
   * Takes a message of the kernel or a mark of the supervisor. Messages that are no output, and those that belong
   * to a comm and not to a cell, change nothing.
   * @returns the msg_ids of the executions whose outputs it changed: this one, or, for an update of a display_id,
   *   whichever show it
   */
  take(message: KernelMessage): readonly string[]
  /** As nbformat has them: text joined, overwritten lines folded, clear_output and updates done. */
  readonly outputs: readonly NotebookOutput[]
  readonly executionCount: number | null
  /** Whether something was not kept; `outputs` says so too. */
  readonly isCut: boolean
  /** Its displays are not updated any more by other executions. */
  close(): void
}

/** What the executions of one kernel share: which of them shows a display_id, and where Output widgets catch. */
export class DisplayBoard {
  readonly #lists = new Map<string, Set<OutputList>>()
  readonly widgets: OutputWidgets

  constructor(limitBytes = defaultLimitBytes) {
    this.widgets = new OutputWidgets(limitBytes)
  }

  /** Outputs caught by an Output widget; null if there is no such widget. */
  widgetOutputs(commId: string): readonly NotebookOutput[] | null {
    return this.widgets.outputs(commId)
  }

  /** From now on the list shows the display_id. */
  show(displayId: string, list: OutputList): void {
    const lists = this.#lists.get(displayId) ?? new Set()
    this.#lists.set(displayId, lists.add(list))
  }

  /** Updates every list that shows the display_id, and says which. */
  update(displayId: string, content: Readonly<Record<string, unknown>>): string[] {
    const lists = this.#lists.get(displayId) ?? new Set()
    const updated: string[] = []
    for (const list of lists) {
      // A list that was cleared meanwhile shows it no more.
      if (!list.update(displayId, content)) lists.delete(list)
      else if (list.owner !== null) updated.push(list.owner)
    }
    return updated
  }

  /** Forgets a list. */
  remove(list: OutputList): void {
    for (const displayId of list.displayIds()) {
      const lists = this.#lists.get(displayId)
      lists?.delete(list)
      if (lists?.size === 0) this.#lists.delete(displayId)
    }
  }
}

const defaultLimitBytes = 10_000_000

/** Begins to fold one execution. */
export function openFold(options: FoldOptions = {}): Fold {
  const limitBytes = options.limitBytes ?? defaultLimitBytes
  const board = options.board ?? new DisplayBoard(limitBytes)
  const list = new OutputList(null, limitBytes)
  let executionCount: number | null = null

  function take(message: KernelMessage): readonly string[] {
    const type = message.header.msg_type
    if (type.startsWith('comm_')) {
      board.widgets.take(message)
      return []
    }
    if (type.startsWith('daybook_')) return takeMark(type, message.content)
    const parent = message.parent_header
    // What a widget's callback prints has the comm message as its parent, and belongs to no cell.
    const isOurs = parent.msg_id !== undefined && (parent.msg_type ?? 'execute_request') === 'execute_request'
    if (isOurs) list.owner ??= parent.msg_id ?? null
    const target = board.widgets.catching(parent.msg_id) ?? (isOurs ? list : null)
    if (target === list) count(type, message.content)
    return target === null ? [] : show(target, type, message.content)
  }

  function takeMark(type: string, content: Record<string, unknown>): readonly string[] {
    if (type === 'daybook_cut') list.cut(sayCut(content), content['lasts'] !== false)
    else if (type === 'daybook_gap') list.note('what the kernel said while nobody listened is missing here')
    else return []
    return changed(list)
  }

  function count(type: string, content: Record<string, unknown>): void {
    const value = content['execution_count']
    if (type !== 'execute_input' && type !== 'execute_result' && type !== 'execute_reply') return
    if (typeof value === 'number' && Number.isInteger(value)) executionCount = value
  }

  function show(target: OutputList, type: string, content: Record<string, unknown>): readonly string[] {
    if (type === 'clear_output') {
      target.clear(content['wait'] === true)
      return changed(target)
    }
    if (type === 'stream') {
      target.addStream(streamName(content['name']), joinLines(content['text']))
      return changed(target)
    }
    const displayId = displayIdOf(content)
    const output = outputOf(type, content)
    if (output === null && type !== 'update_display_data') return []
    // Another display of the same id updates those that are there, as Jupyter's own pages do it.
    const updated = displayId === null ? [] : board.update(displayId, content)
    if (output === null) return updated
    target.add(output, displayId)
    if (displayId !== null) board.show(displayId, target)
    return [...new Set([...updated, ...changed(target)])]
  }

  return {
    take,
    get outputs() {
      return list.outputs
    },
    get executionCount() {
      return executionCount
    },
    get isCut() {
      return list.isCut
    },
    close: () => board.remove(list),
  }
}

function changed(list: OutputList): string[] {
  return list.owner === null ? [] : [list.owner]
}

function streamName(name: unknown): string {
  return typeof name === 'string' ? name : 'stdout'
}

function displayIdOf(content: Record<string, unknown>): string | null {
  const transient = content['transient'] as { display_id?: unknown } | null | undefined
  return typeof transient?.display_id === 'string' ? transient.display_id : null
}

function sayCut(content: Record<string, unknown>): string {
  const limit = content['limit_bytes']
  if (content['reason'] === 'disk_full') return 'output cut here, as the disk is full'
  const size = typeof limit === 'number' ? ` over ${limit / 1e6} MB` : ' too long'
  return `output cut here, as it is${size}`
}
