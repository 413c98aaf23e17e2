import { parentPort, workerData } from 'node:worker_threads'
import { toWireProblem, type WireProblem } from '../base/problem.ts'
import { openStore, type Store } from '../store/store.ts'
import { groupRuns, type GroupSearch, type RunGroup } from './group.ts'
import { readCurves, type Curve, type CurveQuestion } from './curve.ts'
import { RunTable } from './run_table.ts'
import { countRuns, searchRuns, type RunPage, type RunSearch } from './search.ts'
import { standingOf, type Siblings, type Standing } from './standing.ts'
import type { ExperimentRuns, TableColumns, TablePart, TableQuery, TableWindow } from './table_row.ts'

/** What can be asked of the worker: what each question gives, and what comes back. */
export interface Questions {
  search: { ask: RunSearch; answer: RunPage }
  count: { ask: RunSearch; answer: number }
  group: { ask: GroupSearch; answer: RunGroup[] }
  window: { ask: { query: TableQuery; part: TablePart }; answer: TableWindow }
  ids: { ask: { query: TableQuery; limit: number }; answer: string[] }
  columns: { ask: { experimentIds: readonly string[] | null }; answer: TableColumns }
  experiments: { ask: null; answer: ExperimentRuns[] }
  standing: { ask: string; answer: Standing }
  siblings: { ask: readonly string[]; answer: Siblings[] }
  curves: { ask: CurveQuestion; answer: Curve[] }
}

/** A question under its number. */
export type SearchRequest = {
  [K in keyof Questions]: { id: number; kind: K; ask: Questions[K]['ask'] }
}[keyof Questions]

/** What it answers. */
export type SearchAnswer = { id: number; answer: unknown } | { id: number; problem: WireProblem }

// A thread of its own with its own connection, which only reads: however long a search takes, nothing waits for it.
if (parentPort !== null) {
  const port = parentPort
  const store = openStore((workerData as { path: string }).path, { readOnly: true })
  const table = new RunTable(store)
  port.on('message', (request: SearchRequest) => {
    let answer: SearchAnswer
    try {
      answer = { id: request.id, answer: answerTo(request, store, table) }
    } catch (error) {
      answer = { id: request.id, problem: toWireProblem(error) }
    }
    port.postMessage(answer)
  })
}

function answerTo(request: SearchRequest, store: Store, table: RunTable): unknown {
  switch (request.kind) {
    case 'search':
      return searchRuns(store, request.ask)
    case 'count':
      return countRuns(store, request.ask)
    case 'group':
      return groupRuns(store, request.ask)
    case 'window':
      return table.window(request.ask.query, request.ask.part)
    case 'ids':
      return table.ids(request.ask.query, request.ask.limit)
    case 'columns':
      return table.columns(request.ask.experimentIds)
    case 'experiments':
      return table.experiments()
    case 'standing':
      return standingOf(store, request.ask)
    case 'siblings':
      return table.siblings(request.ask)
    case 'curves':
      return readCurves(store, request.ask)
  }
}
