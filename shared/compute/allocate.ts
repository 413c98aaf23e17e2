import { trialsPerGpu, type Machine, type Share } from './device.ts'

/** What a trial of a study wants. */
export interface Wanted {
  /** Cores; may be a fraction. */
  readonly cores: number
  /** How much of a GPU, 0..1; 0 for none; null: as little as the memory measured so far allows. */
  readonly gpu: number | null
}

/** What is taken already, by this and other projects. */
export interface Taken {
  readonly cores: number
  /** Shares by the GPU's UUID. */
  readonly gpus: Readonly<Record<string, number>>
}

/** Nothing is taken. */
export const nothingTaken: Taken = { cores: 0, gpus: {} }

/**
 * Finds a place for one trial: on the GPU that is fullest and still has room, so that others stay whole. Null if
 * it must wait.
 * @param measured the most memory of a GPU that a trial of the study took, in bytes; null before that is known
 */
export function allocate(
  machine: Machine,
  taken: Taken,
  wanted: Wanted,
  measured: number | null = null,
): Share | null {
  // A trial that wants more than there is runs alone.
  const cores = Math.min(wanted.cores, machine.cores)
  if (taken.cores + cores > machine.cores + tolerance) return null
  if (wanted.gpu === 0 || machine.gpus.length === 0) return { cores, gpu: null }
  const places = machine.gpus
    .map((gpu) => ({
      uuid: gpu.uuid,
      share: Math.min(1, wanted.gpu ?? 1 / trialsPerGpu(gpu, measured)),
      used: taken.gpus[gpu.uuid] ?? 0,
    }))
    .filter(({ share, used }) => used + share <= 1 + tolerance)
    .sort((a, b) => b.used - a.used)
  const place = places[0]
  return place === undefined ? null : { cores, gpu: { uuid: place.uuid, share: place.share } }
}

/** What is taken once these shares are given out. */
export function sumShares(shares: readonly Share[]): Taken {
  const gpus: Record<string, number> = {}
  let cores = 0
  for (const share of shares) {
    cores += share.cores
    if (share.gpu !== null) gpus[share.gpu.uuid] = (gpus[share.gpu.uuid] ?? 0) + share.gpu.share
  }
  return { cores, gpus }
}

/**
 * How many trials run at a time if nobody says: one a core, as many as the GPUs hold where trials want one, and
 * never more than the memory holds.
 * @param trialBytes memory of one trial; null if unknown
 */
export function defaultParallel(machine: Machine, wanted: Wanted, trialBytes: number | null = null): number {
  const byCores = Math.floor(machine.cores / Math.max(wanted.cores, tolerance))
  const byMemory = trialBytes === null ? Infinity : Math.floor((machine.memoryBytes * 0.8) / trialBytes)
  const perGpu = wanted.gpu === null ? 1 : wanted.gpu === 0 ? Infinity : Math.floor(1 / wanted.gpu)
  const byGpus = machine.gpus.length === 0 ? Infinity : machine.gpus.length * perGpu
  return Math.max(1, Math.min(64, byCores, byMemory, byGpus))
}

/** Shares such as 1/3 add up to 1 only nearly. */
const tolerance = 1e-6
