import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toWireProblem } from '../base/problem.ts'
import type { DataMessage, DataRequest } from './data_process.ts'
import { Database } from './database.ts'

/** What work on data has at hand in its process. */
export interface DataTools {
  /** An empty database with the limits of the request. */
  open(): Promise<Database>
  progress(says: string): void
}

/** What the process does with its request, which comes from our own other end of the line. */
export type DataWork<Result> = (request: never, tools: DataTools) => Promise<Result>

/** Makes this process one that can be asked (data_process.ts), one request after another, until it is let go. */
export function serveDataRequests<Result>(work: DataWork<Result>): void {
  process.on('message', (request: DataRequest) => void answer(request))
  // Who asked lets go when the answer has come, or when nobody wants it any more.
  process.once('disconnect', () => process.exit(0))

  async function answer(request: DataRequest): Promise<void> {
    const { memoryBytes, threads } = request
    const spillFolder = mkdtempSync(join(tmpdir(), 'daybook-data-'))
    process.once('exit', () => rmSync(spillFolder, { recursive: true, force: true }))
    const say = (message: DataMessage<Result>): void => void process.send?.(message)
    const tools: DataTools = {
      open: () => Database.open({ memoryBytes, threads, spillFolder }),
      progress: (says) => say({ kind: 'progress', says }),
    }
    try {
      say({ kind: 'result', result: await work(request as never, tools) })
    } catch (error) {
      say({ kind: 'problem', problem: toWireProblem(error) })
    }
  }
}
