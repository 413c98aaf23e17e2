import type { Handlers } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import { exportAll } from '../../runs/export.ts'
import { importRuns, openImportSource } from '../../runs/import.ts'
import type { Store } from '../../store/store.ts'
import type { TopicBoard } from '../topics.ts'

/** What moving runs out and in needs. */
export interface TransferParts {
  store: Store
  clock: Clock
  topics: TopicBoard
  artifactsDir: string
}

type TransferHandlers = Pick<Handlers, 'store.export' | 'store.import'>

/** Answers what writes everything out, or takes runs over. */
export function transferHandlers({ store, clock, topics, artifactsDir }: TransferParts): TransferHandlers {
  return {
    'store.export': async ({ folder }) => {
      const { experiments, runs, metricRows, artifactFiles, leftOut } = await exportAll(store, {
        folder,
        artifactsDir,
      })
      return { folder, experiments, runs, metricRows, artifactFiles, leftOut }
    },
    'store.import': async ({ source, token }) => {
      const opened = openImportSource(source, token === undefined ? {} : { token })
      const bump = (): void => {
        topics.bump('experiments.changed')
        topics.bump('runs.changed')
      }
      try {
        return await importRuns(store, opened, { artifactsDir, nowMs: clock.nowMs(), onProgress: bump })
      } finally {
        bump()
      }
    },
  }
}
