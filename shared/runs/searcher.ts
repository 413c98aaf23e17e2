import { Worker } from 'node:worker_threads'
import { fromWireProblem, Problem } from '../base/problem.ts'
import type { GroupSearch, RunGroup } from './group.ts'
import type { RunPage, RunSearch } from './search.ts'
import type { Questions, SearchAnswer } from './search_worker.ts'

/**
 * Searches runs in a thread of its own.
 *
 * Invariants. (1) The writer never waits for a search. (2) Each question is answered or fails, also if the
 * thread dies: the next question starts another. (3) A search sees everything that was written before it was asked.
 */
export interface Searcher {
  /** As `searchRuns`. */
  search(search: RunSearch): Promise<RunPage>
  /** As `countRuns`. */
  count(search: RunSearch): Promise<number>
  /** As `groupRuns`. */
  group(search: GroupSearch): Promise<RunGroup[]>
  /** What the tables and pages of runs ask, as `RunTable` and its neighbours answer it. */
  ask<K extends Exclude<keyof Questions, 'search' | 'count' | 'group'>>(
    kind: K,
    ask: Questions[K]['ask'],
  ): Promise<Questions[K]['answer']>
  /** Starts the thread and brings what every table asks first into memory, for a page that is about to come. */
  warm(): void
  /** Ends the thread; open questions fail. */
  close(): Promise<void>
}

/**
 * Makes a searcher of a store's file. The thread starts with the first question.
 * @param options.timeoutMs after which a search is given up and its thread ended; default a minute
 */
export function openSearcher(path: string, options: { timeoutMs?: number } = {}): Searcher {
  const waiting = new Map<number, Waiting>()
  const timeoutMs = options.timeoutMs ?? 60_000
  let worker: Worker | null = null
  let closed = false
  let lastId = 0

  const drop = (from: Worker, problem: Problem): void => {
    if (worker === from) worker = null
    for (const [id, each] of waiting) {
      if (each.worker !== from) continue
      waiting.delete(id)
      clearTimeout(each.timer)
      each.reject(problem)
    }
  }

  const start = (): Worker => {
    const started = new Worker(workerFile(), {
      workerData: { path },
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    started.unref()
    started.on('message', (answer: SearchAnswer) => {
      const each = waiting.get(answer.id)
      if (each === undefined) return
      waiting.delete(answer.id)
      clearTimeout(each.timer)
      if ('problem' in answer) each.reject(fromWireProblem(answer.problem))
      else each.resolve(answer.answer)
    })
    started.on('error', (error) =>
      drop(started, new Problem('internal', `The search failed: ${String(error)}`)),
    )
    started.on('exit', () => drop(started, new Problem('internal', 'The search was ended')))
    return started
  }

  const ask = <K extends keyof Questions>(
    kind: K,
    question: Questions[K]['ask'],
  ): Promise<Questions[K]['answer']> =>
    new Promise<Questions[K]['answer']>((resolve, reject) => {
      if (closed) throw new Problem('cancelled', 'Cannot search: the store is closed')
      const asked = (worker ??= start())
      const id = ++lastId
      const giveUp = (): void => {
        drop(
          asked,
          new Problem('cancelled', `The search took longer than ${timeoutMs / 1000} s and was given up`, {
            hint: 'Ask for fewer experiments, or for conditions that fewer runs meet.',
          }),
        )
        void asked.terminate()
      }
      waiting.set(id, { worker: asked, resolve, reject, timer: setTimeout(giveUp, timeoutMs) })
      asked.postMessage({ id, kind, ask: question })
    })

  return {
    search: (search) => ask('search', search),
    count: (search) => ask('count', search),
    group: (search) => ask('group', search),
    ask,
    warm: () => {
      // Whoever asks in earnest is told what is wrong.
      ask('columns', { experimentIds: null }).catch(() => {})
      ask('experiments', null).catch(() => {})
    },
    close: async () => {
      closed = true
      const last = worker
      if (last === null) return
      drop(last, new Problem('cancelled', 'The search was ended'))
      await last.terminate()
    },
  }
}

interface Waiting {
  worker: Worker
  resolve(answer: unknown): void
  reject: (problem: Problem) => void
  timer: NodeJS.Timeout
}

/** The thread's code: beside this module as it was written, or beside the bundle this module is in. */
function workerFile(): URL {
  const bundled = !import.meta.url.endsWith('.ts')
  return new URL(bundled ? './search_worker.mjs' : './search_worker.ts', import.meta.url)
}
