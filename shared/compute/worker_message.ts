import { z } from 'zod'
import type { HostPlan } from './trial_host.ts'

/** The first thing that a worker on another machine says. */
export const workerHello = z.object({
  /** Its machine. */
  host: z.string().max(300),
  pid: z.number().int(),
  cores: z.number().positive(),
  gpus: z.number().int().nonnegative(),
})

/** The greeting, parsed. */
export type WorkerHello = z.output<typeof workerHello>

/** What a worker is told when it joins. */
export interface WorkerJoined {
  /** How addresses begin that are to be the worker's own. */
  daemon: string
  /** How many trials at a time. */
  slots: number
  /** Part of a GPU for one trial, 0 for none, null for any. */
  gpu: number | null
  plan: HostPlan
}

/** How many trials of a study fit on a worker's machine at a time. */
export function slotsOf(hello: WorkerHello, wanted: { cores: number; gpu: number | null }): number {
  const byCores = Math.floor(hello.cores / wanted.cores)
  const perGpu = wanted.gpu === null ? 1 : Math.floor(1 / wanted.gpu)
  const byGpus = hello.gpus === 0 || wanted.gpu === 0 ? Infinity : hello.gpus * perGpu
  return Math.max(1, Math.min(1024, byCores, byGpus))
}
