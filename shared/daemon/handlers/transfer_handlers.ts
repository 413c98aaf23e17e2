import type { Handlers } from '../../api/contract.ts'
import type { Exported } from '../../api/transfer_methods.ts'
import type { Clock } from '../../base/clock.ts'
import { writeParquet, type ParquetRequest } from '../../data/parquet.ts'
import { exportAll, type CsvColumn, type ExportSummary } from '../../runs/export.ts'
import { importModels, openModelSource } from '../../models/import_models.ts'
import { importRuns, openImportSource } from '../../runs/import.ts'
import type { Store } from '../../store/store.ts'
import { importOptuna, isOptunaDatabase } from '../study/import_optuna.ts'
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
      const done = await exportAll(store, { folder, artifactsDir })
      const { experiments, runs, metricRows, artifactFiles, leftOut } = done
      const parquet = await exportParquet(done)
      return { folder, experiments, runs, metricRows, artifactFiles, leftOut, parquet }
    },
    'store.import': async ({ source, token }) => {
      if (isOptunaDatabase(source)) {
        try {
          return importOptuna(store, source, clock.nowMs())
        } finally {
          for (const topic of ['studies.changed', 'experiments.changed', 'runs.changed'] as const)
            topics.bump(topic)
        }
      }
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

const parquetTypes = { text: 'VARCHAR', number: 'DOUBLE', whole: 'BIGINT', time: 'TIMESTAMP' } as const

/** The CSV files once more, with types. What is written already counts, also if this cannot be done. */
async function exportParquet({ files, columns }: ExportSummary): Promise<Exported['parquet']> {
  const request = (csv: string, of: readonly CsvColumn[]): ParquetRequest => ({
    csv,
    parquet: csv.replace(/\.csv$/, '.parquet'),
    columns: of.map(([name, kind]) => [name, parquetTypes[kind]]),
  })
  try {
    await writeParquet([request(files.runs, columns.runs), request(files.metrics, columns.metrics)])
    return { written: true, why: null }
  } catch (error) {
    return { written: false, why: (error as Error).message }
  }
}
