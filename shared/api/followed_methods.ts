import { z } from 'zod'
import type { KernelInfo } from '../kernel/kernel.ts'
import { method } from './method.ts'

const id = z.string().regex(/^[0-9A-Za-z-]{1,50}$/)
const notebook = z.string().min(1)
const nothing = <Params extends z.ZodType>(params: Params) => method(params)<Record<string, never>>()

/**
 * About kernels that a Jupyter server owns: the supervisor follows them as one more client, so that what they write
 * while no page is open is kept. Kernels are named by the server's own ids, notebooks by their paths in the project.
 */
export const followedMethods = {
  /** Told by the Jupyter server: this kernel runs, for this notebook, as this process. May be told again. */
  'followed.attach': method(
    z.object({
      id,
      /** Its connection file, on this machine. */
      connectionFile: z.string(),
      pid: z.number().int().positive(),
      notebook,
      name: z.string(),
      displayName: z.string(),
      language: z.string().default(''),
    }),
  )<KernelInfo>(),
  /** Told by the Jupyter server: it has stopped this kernel, or it is not to be followed any more. */
  'followed.detach': nothing(z.object({ id })),
  /** Told by a page: it sent these executions, for these cells. May be told again. */
  'followed.sent': nothing(
    z.object({
      /** The kernel's id. */
      kernel: id,
      notebook,
      /** Names the page: what it asked for itself it is not told of. */
      page: z.string().min(1),
      executions: z.array(z.object({ id: z.string(), cell: z.string() })).max(10_000),
    }),
  ),
  /** Told by a page: what these executions gave is saved, or not wanted; it is not told again. */
  'followed.confirm': nothing(z.object({ notebook, executions: z.array(z.string()) })),
  /** Told by a page: the notebook has another name from now on. */
  'followed.rename': nothing(z.object({ notebook, to: notebook })),
}
