import { z } from 'zod'
import type { HostPlan } from './trial_host.ts'

/** The first thing that a worker on another machine says. */
export const workerHello = z.object({
  /** Its machine. */
  host: z.string().max(300),
  pid: z.number().int(),
  cores: z.number().positive(),
  gpus: z.number().int().nonnegative(),
  /** How many trials at a time; null: as its machine holds. */
  slots: z.number().int().positive().max(1024).nullable(),
  name: z.string().max(100).nullable(),
  /** What started it: a job's or a kernel's name; null for one that a person started. */
  place: z.string().max(200).nullable(),
  /** Whether it runs in a folder of its own, where the notebook's files are. */
  folder: z.boolean(),
})

/** The greeting, parsed. */
export type WorkerHello = z.output<typeof workerHello>

/** What a worker is told when it joins. */
export interface WorkerJoined {
  name: string
  /** Path of its own token, `/k/<token>`. */
  path: string
  /** How addresses begin that are to be the worker's own. */
  daemon: string
  slots: number
  /** Part of a GPU for one trial, 0 for none, null for any. */
  gpu: number | null
  plan: HostPlan
}

/** How many trials of a study a worker runs at a time. */
export function slotsOf(hello: WorkerHello, wanted: { cores: number; gpu: number | null }): number {
  if (hello.slots !== null) return hello.slots
  const byCores = Math.floor(hello.cores / wanted.cores)
  const perGpu = wanted.gpu === null ? 1 : Math.floor(1 / wanted.gpu)
  const byGpus = hello.gpus === 0 || wanted.gpu === 0 ? Infinity : hello.gpus * perGpu
  return Math.max(1, Math.min(1024, byCores, byGpus))
}
