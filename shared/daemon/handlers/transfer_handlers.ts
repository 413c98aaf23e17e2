import type { Handlers } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import { exportAll } from '../../runs/export.ts'
import { importModels, openModelSource } from '../../models/import_models.ts'
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
      const access = token === undefined ? {} : { token }
      const opened = openImportSource(source, access)
      const modelSource = openModelSource(source, access)
      const bump = (): void => {
        topics.bump('experiments.changed')
        topics.bump('runs.changed')
      }
      try {
        const wish = { artifactsDir, nowMs: clock.nowMs() }
        const runs = await importRuns(store, opened, { ...wish, onProgress: bump })
        const models = await importModels(store, modelSource, wish)
        return {
          ...runs,
          artifactFiles: runs.artifactFiles + models.artifactFiles,
          artifactBytes: runs.artifactBytes + models.artifactBytes,
          loggedModels: models.logged,
          registeredModels: models.registered,
          modelVersions: models.versions,
          problems: [...runs.problems, ...models.problems],
        }
      } finally {
        bump()
        topics.bump('models.changed')
        opened.close()
        modelSource.close()
      }
    },
  }
}
