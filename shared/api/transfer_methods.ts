import { z } from 'zod'
import { method } from './method.ts'

/** What was written out. */
export interface Exported {
  folder: string
  experiments: number
  runs: number
  metricRows: number
  artifactFiles: number
}

/** Everything out, and in, in formats that others read. */
export const transferMethods = {
  /** Writes all experiments to an absolute folder; may be repeated into the same one. */
  'store.export': method(z.object({ folder: z.string() }))<Exported>(),
}
