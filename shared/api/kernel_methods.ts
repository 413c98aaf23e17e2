import { z } from 'zod'
import type { KernelInfo } from '../kernel/kernel.ts'
import { method } from './method.ts'

/** A way to start a kernel, as found on this machine. */
export interface FoundKernel {
  name: string
  displayName: string
  language: string
  /** `kernelspec`, `venv`, `conda`, `pyenv`… */
  source: string
  path: string
  /** The program of its Python; absent where it is none, or is started by something else. */
  python?: string
  usable: boolean
  /** What is missing, and the command that mends it; null when usable. */
  problem: string | null
  remedy: string | null
}

/** About kernels: what could be started, what runs. */
export const kernelMethods = {
  'kernels.find': method(z.object({ folder: z.string().optional() }))<FoundKernel[]>(),
  'kernels.list': method(z.object({}))<KernelInfo[]>(),
  /** Memory that running kernels hold, with the workers they started. Without those of which the system tells nothing. */
  'kernels.memory': method(z.object({}))<{ id: string; rssBytes: number }[]>(),
  'kernels.start': method(
    z.object({
      name: z.string().optional(),
      notebook: z.string().nullable().default(null),
      cwd: z.string().optional(),
    }),
  )<KernelInfo>(),
  'kernels.interrupt': method(z.object({ id: z.string() }))<Record<string, never>>(),
  'kernels.restart': method(z.object({ id: z.string() }))<KernelInfo>(),
  'kernels.stop': method(z.object({ id: z.string() }))<Record<string, never>>(),
  /** Runs code on a running kernel; its messages come through the topic `kernel.journal`. */
  'kernels.execute': method(
    z.object({ id: z.string(), code: z.string(), cellId: z.string().nullable().default(null) }),
  )<{ execution: string }>(),
}
