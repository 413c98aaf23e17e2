import { z } from 'zod'
import type { AddedLabels, Coverage, JoinedReport } from '../monitor/monitor_process.ts'
import { method } from './method.ts'

const name = z.string().min(1)

/** Whether a deployed model still holds. */
export const monitorMethods = {
  /**
   * Takes labels from a file (absolute path). `on`: columns that requests hold as well; without it the file names
   * each request by `requestId` and `row`.
   */
  'labels.add': method(
    z.object({
      name,
      path: z.string().min(1),
      label: z.string().min(1).default('label'),
      on: z.array(z.string().min(1)).min(1).nullable().default(null),
    }),
  )<AddedLabels>(),
  /** Takes labels of requests by their ids. */
  'labels.tell': method(
    z.object({
      name,
      labels: z
        .array(
          z.object({
            requestId: z.string().min(1),
            row: z.number().int().min(0).default(0),
            label: z.union([z.string(), z.number(), z.boolean()]),
          }),
        )
        .max(100_000),
    }),
  )<{ taken: number }>(),
  /** How much of what was predicted is known to be right or wrong. */
  'labels.coverage': method(z.object({ name }))<Coverage>(),
  /** Champion and shadow on the requests that both answered. `revision`: of the shadow; the newest without it. */
  'shadow.report': method(
    z.object({
      name,
      revision: z.number().int().positive().nullable().default(null),
      labels: z.boolean().default(true),
    }),
  )<JoinedReport>(),
  /** The same as one HTML page that needs nothing else. */
  'shadow.page': method(z.object({ name, revision: z.number().int().positive().nullable().default(null) }))<{
    html: string
  }>(),
}
