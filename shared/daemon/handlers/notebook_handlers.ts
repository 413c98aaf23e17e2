import type { Handlers } from '../../api/contract.ts'
import type { NotebookRunner } from '../notebook_runner.ts'

type NotebookHandlers = Pick<Handlers, Extract<keyof Handlers, `notebooks.${string}`>>

/** Answers everything about executing whole notebooks. */
export function notebookHandlers(runner: NotebookRunner): NotebookHandlers {
  return {
    'notebooks.run': (wanted) => runner.start(wanted),
    'notebooks.get': ({ id }) => runner.get(id),
    'notebooks.list': ({ limit }) => runner.list(limit),
    'notebooks.cancel': ({ id }) => runner.cancel(id),
  }
}
