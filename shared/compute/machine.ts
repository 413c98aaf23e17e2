import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { readGroupLimits } from './cgroup.ts'
import { whyLeftAlone, type Gpu, type Machine } from './device.ts'
import { nvidiaQueries, readGpus, visibleGpus } from './nvidia.ts'

/** How long `nvidia-smi` may take: with a GPU that hangs it never answers. */
const answerLimitMs = 10_000

/**
 * What this machine has for trials: cores and memory that affinity and control groups leave, GPUs that nobody else
 * uses. Without a GPU it is just the processor.
 * @param own process numbers of our own trials, whose GPUs count as free
 */
export async function readMachine(own: ReadonlySet<number> = new Set()): Promise<Machine> {
  const limits = readGroupLimits(readText)
  const cores = Math.max(1, Math.min(availableParallelism(), limits.cores ?? Infinity))
  const memoryBytes = Math.min(totalmem(), limits.memoryBytes ?? Infinity)
  const found = await readAllGpus()
  const visible = visibleGpus(found, process.env['CUDA_VISIBLE_DEVICES'])
  const notes = visible.flatMap((gpu) => whyLeftAlone(gpu, own) ?? [])
  if (visible.length < found.length) {
    notes.push(`CUDA_VISIBLE_DEVICES leaves ${visible.length} of ${found.length} GPUs`)
  }
  return { cores, memoryBytes, gpus: visible.filter((gpu) => whyLeftAlone(gpu, own) === null), notes }
}

/** All of NVIDIA's GPUs with what runs on them, used or not; none where there is no `nvidia-smi`. */
export async function readAllGpus(): Promise<Gpu[]> {
  const gpus = await ask(nvidiaQueries.gpus)
  if (gpus === '') return []
  const [processes, list] = await Promise.all([ask(nvidiaQueries.processes), ask(nvidiaQueries.list)])
  return readGpus({ gpus, processes, list })
}

function ask(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('nvidia-smi', args, { timeout: answerLimitMs }, (error, stdout) => resolve(error ? '' : stdout))
  })
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
