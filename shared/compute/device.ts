/** A GPU, or a part of one that the system shows as a device (MIG). */
export interface Gpu {
  /** What CUDA_VISIBLE_DEVICES takes: the UUID, which does not change with the order of devices. */
  readonly uuid: string
  readonly index: number
  readonly name: string
  readonly memoryBytes: number
  /** Memory that is in use now, by whomever. */
  readonly usedBytes: number
  /** Share of time in which it computed, 0..1; null where that is not told. */
  readonly busy: number | null
  /** Processes on it, with their memory where that is told. */
  readonly processes: readonly { readonly pid: number; readonly usedBytes: number | null }[]
  /** The GPU that it is a part of; null for a whole one. */
  readonly partOf: string | null
  /** `exclusive` takes one process at a time, `prohibited` none. */
  readonly mode: 'shared' | 'exclusive' | 'prohibited'
}

/** What trials can run on. */
export interface Machine {
  /** What this process may use, by affinity and control group; at least 1, may be a fraction. */
  readonly cores: number
  readonly memoryBytes: number
  readonly gpus: readonly Gpu[]
  /** What was found out or could not be, one sentence each. */
  readonly notes: readonly string[]
}

/** What one trial gets. */
export interface Share {
  /** Cores; may be a fraction. */
  readonly cores: number
  /** The GPU and how much of it, 0..1; null for none. */
  readonly gpu: { readonly uuid: string; readonly share: number } | null
}

/** Of each GPU's memory this part stays free, for what frameworks take beside what they report. */
export const headRoom = 0.1

/** A GPU that holds more than this part of its memory for processes that it does not name is in use by others. */
const unnamedPart = 0.1

/**
 * Why a GPU is left alone; null if it can be used.
 * @param own process numbers of our own trials
 */
export function whyLeftAlone(gpu: Gpu, own: ReadonlySet<number>): string | null {
  if (gpu.mode === 'prohibited')
    return `${gpu.name} (${gpu.index}) takes no programs (compute mode Prohibited)`
  const others = gpu.processes.filter(({ pid }) => !own.has(pid))
  if (others.length > 0) {
    const numbers = others.map(({ pid }) => pid).slice(0, 3)
    return `${gpu.name} (${gpu.index}) is used by another program (process ${numbers.join(', ')})`
  }
  const named = gpu.processes.reduce((sum, { usedBytes }) => sum + (usedBytes ?? gpu.memoryBytes), 0)
  // In a container nvidia-smi sees memory in use, and not by whom.
  if (gpu.usedBytes - named > unnamedPart * gpu.memoryBytes) {
    return `${gpu.name} (${gpu.index}) has ${Math.round(gpu.usedBytes / 2 ** 20)} MiB in use by programs that it does not name`
  }
  return null
}

/**
 * How many trials fit on a GPU beside each other, by the most memory that one of them took; 1 while nothing was
 * measured.
 */
export function trialsPerGpu(gpu: Gpu, peakBytes: number | null): number {
  if (peakBytes === null || peakBytes <= 0 || gpu.mode === 'exclusive') return 1
  return Math.max(1, Math.min(16, Math.floor((gpu.memoryBytes * (1 - headRoom)) / peakBytes)))
}
