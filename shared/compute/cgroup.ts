/** Reads a small file of the system; null if it is not there. */
export type ReadFile = (path: string) => string | null

/** What control groups leave of a machine; null where they set no limit. */
export interface GroupLimits {
  readonly cores: number | null
  readonly memoryBytes: number | null
}

/**
 * The tightest limits of this process's control group and all groups above it, of both versions.
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max, memory.max)
 */
export function readGroupLimits(read: ReadFile): GroupLimits {
  let cores: number | null = null
  let memoryBytes: number | null = null
  for (const line of (read('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers = '', place = ''] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    const version2 = /^0::/.test(line)
    const isCpu = version2 || controllers.split(',').includes('cpu')
    const isMemory = version2 || controllers.split(',').includes('memory')
    if (place === '' || (!isCpu && !isMemory)) continue
    const base = version2 ? '/sys/fs/cgroup' : `/sys/fs/cgroup/${controllers}`
    for (const folder of upwards(base, place)) {
      if (isCpu) cores = least(cores, version2 ? quota2(read, folder) : quota1(read, folder))
      if (isMemory) {
        const file = version2 ? 'memory.max' : 'memory.limit_in_bytes'
        memoryBytes = least(memoryBytes, limit(read(`${folder}/${file}`)))
      }
    }
  }
  return { cores, memoryBytes }
}

/** The folder of a group and those above it; in a container the group itself is often mounted at the base. */
function upwards(base: string, place: string): string[] {
  const parts = place.split('/').filter((part) => part !== '' && part !== '..')
  return Array.from({ length: parts.length + 1 }, (_, depth) =>
    [base, ...parts.slice(0, parts.length - depth)].join('/'),
  )
}

function quota2(read: ReadFile, folder: string): number | null {
  const [quota, period] = (read(`${folder}/cpu.max`) ?? '').trim().split(' ').map(Number)
  return quota !== undefined && period !== undefined && quota > 0 && period > 0 ? quota / period : null
}

function quota1(read: ReadFile, folder: string): number | null {
  const quota = Number(read(`${folder}/cpu.cfs_quota_us`) ?? -1)
  const period = Number(read(`${folder}/cpu.cfs_period_us`) ?? 0)
  return quota > 0 && period > 0 ? quota / period : null
}

/** Version 1 writes "no limit" as a number near 2^63. */
function limit(text: string | null): number | null {
  const bytes = Number(text?.trim() ?? NaN)
  return Number.isFinite(bytes) && bytes > 0 && bytes < 2 ** 60 ? bytes : null
}

function least(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}
