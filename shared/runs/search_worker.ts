import { parentPort, workerData } from 'node:worker_threads'
import { toWireProblem, type WireProblem } from '../base/problem.ts'
import { openStore, type Store } from '../store/store.ts'
import { groupRuns, type GroupSearch, type RunGroup } from './group.ts'
import { countRuns, searchRuns, type RunPage, type RunSearch } from './search.ts'

/** What is asked of the worker. */
export type SearchRequest = { id: number } & SearchQuestion

/** A question without its number. */
export type SearchQuestion =
  { kind: 'search' | 'count'; search: RunSearch } | { kind: 'group'; search: GroupSearch }

/** What it answers. */
export type SearchAnswer =
  | { id: number; page: RunPage }
  | { id: number; count: number }
  | { id: number; groups: RunGroup[] }
  | { id: number; problem: WireProblem }

// A thread of its own with its own connection, which only reads: however long a search takes, nothing waits for it.
if (parentPort !== null) {
  const port = parentPort
  const store = openStore((workerData as { path: string }).path, { readOnly: true })
  port.on('message', (request: SearchRequest) => {
    let answer: SearchAnswer
    try {
      answer = answerTo(store, request)
    } catch (error) {
      answer = { id: request.id, problem: toWireProblem(error) }
    }
    port.postMessage(answer)
  })
}

function answerTo(store: Store, { id, ...question }: SearchRequest): SearchAnswer {
  switch (question.kind) {
    case 'search':
      return { id, page: searchRuns(store, question.search) }
    case 'count':
      return { id, count: countRuns(store, question.search) }
    case 'group':
      return { id, groups: groupRuns(store, question.search) }
  }
}
