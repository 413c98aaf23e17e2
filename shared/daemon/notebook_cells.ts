import type { CellProgress, NotebookRun } from '../api/notebook_methods.ts'
import type { Clock } from '../base/clock.ts'
import { DisplayBoard, openFold, type Fold } from '../kernel/fold.ts'
import type { KernelId, Supervisor } from '../kernel/kernel.ts'
import { openSession, type Execution, type Outcome, type Session } from '../kernel/session.ts'
import type { NotebookDocument } from '../notebook/document.ts'
import { editNotebook, type NotebookEdit } from '../notebook/edit.ts'

/** How a cell of a notebook run ended. */
export interface CellEnd {
  /** The notebook with the cell's outputs in it, and with displays of earlier cells that it updated. */
  document: NotebookDocument
  /** Null if it succeeded. */
  failure: NotebookRun['failure']
}

/** What executing the cells of a notebook needs. */
export interface ExecuteCells {
  supervisor: Supervisor
  kernelId: KernelId
  clock: Clock
  /** Changed as cells begin and end. `running` names an execution that an earlier daemon had begun. */
  active: { progress: NotebookRun; document: NotebookDocument; running: string | null }
  /** Whether to leave off before the next cell. */
  stop(): boolean
  begun(): void
  ended(end: CellEnd): Promise<void>
  /** Whether an execution succeeded that ended while nothing listened to the kernel; null if nobody knows. */
  succeeded(execution: string): Promise<boolean | null>
}

/** A cell that ran or runs, and what it has shown so far. */
interface Shown {
  cell: CellProgress
  fold: Fold
}

/** Executes the cells that wait, one after another, until one fails. The one that runs already is picked up. */
export async function executeCells(options: ExecuteCells): Promise<void> {
  const { supervisor, kernelId, active } = options
  const pickUp = active.running
  const connection = await supervisor.attach(kernelId, pickUp === null ? 'now' : 0)
  const session = openSession(connection)
  const board = new DisplayBoard()
  const shown = new Map<string, Shown>()
  const changed = new Set<string>()
  try {
    for (const cell of active.progress.cells) {
      if (cell.state === 'done') continue
      if (cell.state === 'waiting' && options.stop()) return
      const fold = openFold({ board })
      const onMessage = (entry: { message: Parameters<Fold['take']>[0] }): void => {
        for (const id of fold.take(entry.message)) changed.add(id)
      }
      const execution =
        cell.state === 'running' && pickUp !== null
          ? session.follow(pickUp, { onMessage })
          : begin(options, session, { cell, onMessage })
      shown.set(execution.id, { cell, fold })
      const outcome = await execution.done
      const told = outcome.status === 'lost' ? await options.succeeded(execution.id) : null
      execution.forget()
      changed.add(execution.id)
      const affected = [...changed].flatMap((id) => shown.get(id) ?? [])
      changed.clear()
      const end = finish(options, { cell, outcome, told, affected })
      await options.ended(end)
      if (end.failure !== null) return
    }
  } finally {
    session.close()
    connection.close()
  }
}

interface Beginning {
  cell: CellProgress
  onMessage(entry: { message: Parameters<Fold['take']>[0] }): void
}

function begin(options: ExecuteCells, session: Session, { cell, onMessage }: Beginning): Execution {
  const { active, clock } = options
  const source = active.document.cells[cell.index]
  const execution = session.execute(source?.source ?? '', {
    ...(source?.id == null ? {} : { cellId: source.id }),
    onMessage,
  })
  cell.state = 'running'
  cell.startedAtMs = clock.nowMs()
  active.running = execution.id
  options.begun()
  return execution
}

interface Ending {
  cell: CellProgress
  outcome: Outcome
  /** For a lost outcome: what the kernel module said. */
  told: boolean | null
  /** Cells whose outputs changed: this one, and earlier ones whose displays it updated. */
  affected: readonly Shown[]
}

function finish({ active, clock }: ExecuteCells, { cell, outcome, told, affected }: Ending): CellEnd {
  cell.wallMs = clock.nowMs() - (cell.startedAtMs ?? clock.nowMs())
  const edits = affected.map(({ cell: { index }, fold }): NotebookEdit => ({
    kind: 'outputs',
    cell: index,
    outputs: fold.outputs,
    executionCount: fold.executionCount,
  }))
  const failure = failureOf(outcome, told, cell.index)
  cell.state = failure === null ? 'done' : 'failed'
  return { document: editNotebook(active.document, edits), failure }
}

function failureOf({ status, reply }: Outcome, told: boolean | null, cell: number): NotebookRun['failure'] {
  if (status === 'ok') return null
  if (status === 'lost') {
    if (told === true) return null
    const how = told === false ? 'with an error that was missed' : 'and how is not known'
    const message = `it ended while nothing listened to the kernel, ${how}`
    return { cell, name: 'Lost', message, traceback: [] }
  }
  const content = reply?.content ?? {}
  const traceback = Array.isArray(content['traceback']) ? content['traceback'].map(String) : []
  return {
    cell,
    name: textOr(content['ename'], status),
    message: textOr(content['evalue'], ''),
    traceback,
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise
}
