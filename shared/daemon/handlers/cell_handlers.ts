import type { Handlers } from '../../api/contract.ts'
import { Problem } from '../../base/problem.ts'
import { widgetTarget } from '../../kernel/widget_states.ts'
import type { Cells } from '../cells/cells.ts'
import { completeCode, inspectCode, listVariables } from '../cells/tooling.ts'
import type { Kernels } from '../kernels.ts'
import type { TopicBoard } from '../topics.ts'

/** What the handlers about cells need. */
export interface CellHandlerParts {
  cells: Cells
  kernels: Kernels
  topics: TopicBoard
}

type CellHandlers = Pick<Handlers, Extract<keyof Handlers, `cells.${string}` | `comms.${string}`>>

/** Answers everything about the cells that an editor shows. */
export function cellHandlers({ cells, kernels, topics }: CellHandlerParts): CellHandlers {
  const live = (notebook: string) => cells.live(cells.nameOf(notebook))
  return {
    'cells.kernel': ({ notebook }) => cells.kernelOf(cells.nameOf(notebook)),
    'cells.start': (wanted) => cells.start(wanted),
    'cells.execute': (wanted) => cells.execute(wanted),
    'cells.cancel': async ({ notebook, executions }) => {
      ;(await cells.liveOrNull(cells.nameOf(notebook)))?.cancel(executions)
      return {}
    },
    'cells.interrupt': async ({ notebook }) => {
      const kernel = await live(notebook)
      kernel.cancel(null)
      await (await kernels.supervisor()).interrupt(kernel.kernel.id)
      return {}
    },
    'cells.restart': async ({ notebook }) => {
      const kernel = await live(notebook)
      kernel.cancel(null)
      const restarted = await kernels.restart(kernel.kernel.id)
      topics.bump('kernels.changed')
      return restarted
    },
    'cells.stop': async ({ notebook }) => {
      const kernel = await cells.liveOrNull(cells.nameOf(notebook))
      kernel?.cancel(null)
      if (kernel !== null) await kernels.stop(kernel.kernel.id)
      topics.bump('kernels.changed')
      return {}
    },
    'cells.answer': async ({ notebook, execution, value }) => {
      if ((await live(notebook)).answer(execution, value)) return {}
      throw new Problem('conflict', 'The cell does not wait for an answer any more')
    },
    'comms.send': async ({ notebook, message, type, comm, data, metadata, buffers }) => {
      const target = type === 'comm_open' ? { target_name: widgetTarget } : {}
      ;(await live(notebook)).session.comm(
        type,
        { comm_id: comm, data, ...target },
        { msgId: message, metadata, buffers: buffers.map((one) => Buffer.from(one, 'base64')) },
      )
      return {}
    },
    'cells.complete': async ({ notebook, code, cursor }) => {
      const kernel = await cells.liveOrNull(cells.nameOf(notebook))
      if (kernel === null) return { matches: [], start: cursor, end: cursor }
      return completeCode(kernel.session, code, cursor)
    },
    'cells.inspect': async ({ notebook, code, cursor }) => {
      const kernel = await cells.liveOrNull(cells.nameOf(notebook))
      return kernel === null ? {} : inspectCode(kernel.session, code, cursor)
    },
    'cells.variables': async ({ notebook }) => {
      const kernel = await cells.liveOrNull(cells.nameOf(notebook))
      return kernel === null ? { state: 'none', variables: [], more: 0 } : listVariables(kernel.session)
    },
    'cells.applied': async ({ notebook, executions }) => {
      await cells.applied(cells.nameOf(notebook), executions)
      return {}
    },
    'cells.confirm': async ({ notebook, executions }) => {
      await cells.confirm(cells.nameOf(notebook), executions)
      return {}
    },
    'cells.rename': async ({ notebook, to }) => {
      await cells.rename(cells.nameOf(notebook), cells.nameOf(to))
      return {}
    },
  }
}
