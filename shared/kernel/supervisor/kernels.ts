import { ulid } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import type { AttachKernel, KernelId, KernelInfo, StartKernel } from '../kernel.ts'
import { adoptAttached, attachKernel, type AttachedKernel } from './attached_kernel.ts'
import { adoptKernel, type HostedKernel, type House, startKernel } from './hosted_kernel.ts'
import { loadRecords, removeKernelFiles } from './kernel_record.ts'

/** All kernels of a supervisor. */
export interface Kernels {
  list(): KernelInfo[]
  find(id: string): HostedKernel | undefined
  /** @throws Problem `kernel_not_found` */
  get(id: string): HostedKernel
  start(options: StartKernel): Promise<KernelInfo>
  /** Follows another program's kernel, or goes on with what changed of it. */
  follow(wanted: AttachKernel): Promise<KernelInfo>
  stop(id: KernelId): Promise<void>
  /** Number of kernels, the dead ones too. */
  readonly size: number
  /** Number of those that live, start or have clients: a supervisor with none has nothing to do. */
  readonly inUse: number
  /** Keeps the kernels' own logs within bounds. */
  tidy(): void
  /** Lets go of all; they live on. */
  release(): void
}

const dayMs = 86_400_000

/** A followed kernel that ended may come back under the same id; after so long it will not. */
const forgetAfterMs = 600_000

/** Takes over what an earlier supervisor left, and cares for what comes. */
export function openKernels(house: House): Kernels {
  const hosted = new Map<string, HostedKernel>()
  const attached = new Map<string, AttachedKernel>()
  const starting = new Set<string>()

  for (const record of loadRecords(house.paths.kernels, (why) => house.log(`not taken over: ${why}`))) {
    if (record.death !== null && house.clock.nowMs() - record.startedAtMs > house.limits.keepDays * dayMs) {
      removeKernelFiles(house.paths.kernels, record.id)
      continue
    }
    try {
      if (record.attached === true) put(adoptAttached(house, record))
      else hosted.set(record.id, adoptKernel(house, record))
      house.log(`took over kernel ${record.id}, process ${record.process?.pid ?? 'unknown'}`)
    } catch (error) {
      house.log(`cannot take over kernel ${record.id}: ${(error as Error).message}`)
    }
  }

  function put(kernel: AttachedKernel): void {
    hosted.set(kernel.id, kernel)
    attached.set(kernel.id, kernel)
  }

  async function stop(id: KernelId): Promise<void> {
    await get(id).stop()
    hosted.delete(id)
    attached.delete(id)
  }

  function get(id: string): HostedKernel {
    const kernel = hosted.get(id)
    if (kernel !== undefined) return kernel
    throw new Problem('kernel_not_found', `No kernel with the id "${id}" runs`, {
      hint: '"daybook kernels" lists those that do.',
    })
  }

  return {
    list: () => [...hosted.values()].map((kernel) => kernel.info()),
    find: (id) => hosted.get(id),
    get,
    async start(options) {
      const id = options.id ?? (ulid(house.clock.nowMs()) as KernelId)
      if (hosted.has(id) || starting.has(id))
        throw new Problem('conflict', `A kernel with the id "${id}" exists`)
      starting.add(id)
      try {
        const kernel = await startKernel(house, { ...options, id }, (one) => hosted.set(id, one))
        return kernel.info()
      } catch (error) {
        hosted.delete(id)
        throw sayFull(error)
      } finally {
        starting.delete(id)
      }
    },
    async follow(wanted) {
      const known = attached.get(wanted.id)
      if (known === undefined && hosted.has(wanted.id))
        throw new Problem('conflict', `The kernel "${wanted.id}" is this project's own`)
      const kernel = known ?? attachKernel(house, wanted)
      if (known === undefined) put(kernel)
      else known.renew(wanted)
      await kernel.listening()
      return kernel.info()
    },
    stop,
    get size() {
      return hosted.size
    },
    get inUse() {
      const infos = [...hosted.values()].map((kernel) => kernel.info())
      return infos.filter(({ state, clients }) => state !== 'dead' || clients > 0).length + starting.size
    },
    tidy() {
      for (const kernel of hosted.values()) kernel.tidy()
      for (const { id, info } of attached.values()) {
        const { state, lastActivityMs } = info()
        if (state === 'dead' && house.clock.nowMs() - lastActivityMs > forgetAfterMs) void stop(id)
      }
    },
    release() {
      for (const kernel of hosted.values()) kernel.release()
    },
  }
}

/** A disk that takes nothing more, in words; anything else as it is. */
function sayFull(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new Problem('kernel_start_failed', 'Cannot start a kernel as the disk is full', {
    hint: 'Free some space where the project lies; "daybook gc" removes what is not needed any more.',
    cause: error,
  })
}
