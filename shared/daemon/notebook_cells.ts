import type { CellProgress, NotebookRun } from '../api/notebook_methods.ts'
import type { Clock } from '../base/clock.ts'
import { openFold, type Fold } from '../kernel/fold.ts'
import type { KernelId, Supervisor } from '../kernel/kernel.ts'
import { openSession, type Execution, type Outcome, type Session } from '../kernel/session.ts'
import type { NotebookDocument } from '../notebook/document.ts'
import { editNotebook } from '../notebook/edit.ts'

/** How a cell of a notebook run ended. */
export interface CellEnd {
  /** The notebook with the cell's outputs in it. */
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
}

/** Executes the cells that wait, one after another, until one fails. The one that runs already is picked up. */
export async function executeCells(options: ExecuteCells): Promise<void> {
  const { supervisor, kernelId, active } = options
  const pickUp = active.running
  const connection = await supervisor.attach(kernelId, pickUp === null ? 'now' : 0)
  const session = openSession(connection)
  try {
    for (const cell of active.progress.cells) {
      if (cell.state === 'done') continue
      if (cell.state === 'waiting' && options.stop()) return
      const fold = openFold()
      const execution =
        cell.state === 'running' && pickUp !== null
          ? follow(session, pickUp, fold)
          : begin(options, session, { cell, fold })
      const end = await finish(options, { cell, fold, execution })
      await options.ended(end)
      if (end.failure !== null) return
    }
  } finally {
    session.close()
    connection.close()
  }
}

function begin(
  options: ExecuteCells,
  session: Session,
  { cell, fold }: { cell: CellProgress; fold: Fold },
): Execution {
  const { active, clock } = options
  const source = active.document.cells[cell.index]
  const execution = session.execute(source?.source ?? '', {
    ...(source?.id == null ? {} : { cellId: source.id }),
    onMessage: (entry) => fold.take(entry.message),
  })
  cell.state = 'running'
  cell.startedAtMs = clock.nowMs()
  active.running = execution.id
  options.begun()
  return execution
}

function follow(session: Session, id: string, fold: Fold): Execution {
  return session.follow(id, { onMessage: (entry) => fold.take(entry.message) })
}

interface Running {
  cell: CellProgress
  fold: Fold
  execution: Execution
}

async function finish({ active, clock }: ExecuteCells, { cell, fold, execution }: Running): Promise<CellEnd> {
  const outcome = await execution.done
  execution.forget()
  cell.wallMs = clock.nowMs() - (cell.startedAtMs ?? clock.nowMs())
  const document = editNotebook(active.document, [
    { kind: 'outputs', cell: cell.index, outputs: fold.outputs, executionCount: fold.executionCount },
  ])
  const failure = failureOf(outcome, cell.index)
  cell.state = failure === null ? 'done' : 'failed'
  return { document, failure }
}

function failureOf({ status, reply }: Outcome, cell: number): NotebookRun['failure'] {
  if (status === 'ok') return null
  if (status === 'lost') {
    const message = 'it ended while nothing listened to the kernel, and how is not known'
    return { cell, name: 'Lost', message, traceback: [] }
  }
  const content = reply?.content ?? {}
  const traceback = Array.isArray(content['traceback']) ? content['traceback'].map(String) : []
  return {
    cell,
    name: String(content['ename'] ?? status),
    message: String(content['evalue'] ?? ''),
    traceback,
  }
}
