import { parentPort, workerData } from 'node:worker_threads'
import { toWireProblem, type WireProblem } from '../base/problem.ts'
import { openStore } from '../store/store.ts'
import { countRuns, searchRuns, type RunPage, type RunSearch } from './search.ts'

/** What is asked of the worker. */
export interface SearchRequest {
  id: number
  kind: 'search' | 'count'
  search: RunSearch
}

/** What it answers. */
export type SearchAnswer =
  { id: number; page: RunPage } | { id: number; count: number } | { id: number; problem: WireProblem }

// A thread of its own with its own connection, which only reads: however long a search takes, nothing waits for it.
if (parentPort !== null) {
  const port = parentPort
  const store = openStore((workerData as { path: string }).path, { readOnly: true })
  port.on('message', ({ id, kind, search }: SearchRequest) => {
    let answer: SearchAnswer
    try {
      answer =
        kind === 'count' ? { id, count: countRuns(store, search) } : { id, page: searchRuns(store, search) }
    } catch (error) {
      answer = { id, problem: toWireProblem(error) }
    }
    port.postMessage(answer)
  })
}
