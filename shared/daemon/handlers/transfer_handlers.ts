import type { Handlers } from '../../api/contract.ts'
import { exportAll } from '../../runs/export.ts'
import type { Store } from '../../store/store.ts'

/** What moving runs out and in needs. */
export interface TransferParts {
  store: Store
  artifactsDir: string
}

/** Answers what writes everything out, or takes runs over. */
export function transferHandlers({ store, artifactsDir }: TransferParts): Pick<Handlers, 'store.export'> {
  return {
    'store.export': async ({ folder }) => {
      const done = await exportAll(store, { folder, artifactsDir })
      return {
        folder,
        experiments: done.experiments,
        runs: done.runs,
        metricRows: done.metricRows,
        artifactFiles: done.artifactFiles,
      }
    },
  }
}
