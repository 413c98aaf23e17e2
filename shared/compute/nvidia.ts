import type { Gpu } from './device.ts'

/** The questions that `nvidia-smi` is asked, as its arguments; the answers are what `readGpus` reads. */
export const nvidiaQueries = {
  gpus: [
    '--query-gpu=index,uuid,name,memory.total,memory.used,utilization.gpu,compute_mode,mig.mode.current',
    '--format=csv,noheader,nounits',
  ],
  processes: ['--query-compute-apps=gpu_uuid,pid,used_memory', '--format=csv,noheader,nounits'],
  list: ['-L'],
} as const

/** Answers of `nvidia-smi` to the three questions; an empty text where it did not answer. */
export type NvidiaAnswers = Readonly<Record<keyof typeof nvidiaQueries, string>>

/**
 * The GPUs of a machine from the answers of `nvidia-smi`; none where it found no GPU or no driver. Of a GPU that is
 * cut into parts (MIG) the parts are the devices; their memory is in their names (`1g.10gb`).
 */
export function readGpus(answers: NvidiaAnswers): Gpu[] {
  const processes = rows(answers.processes)
  return rows(answers.gpus).flatMap((cells) => {
    const [index, uuid = '', name = '', total, used, busy, mode = '', mig = ''] = cells
    if (!/^\d+$/.test(index ?? '') || !uuid.startsWith('GPU-')) return []
    const running = processes.filter(([of]) => of === uuid)
    const gpu: Gpu = {
      uuid,
      index: Number(index),
      name,
      memoryBytes: mebibytes(total) ?? 0,
      usedBytes: mebibytes(used) ?? 0,
      busy: /^\d+$/.test(busy ?? '') ? Number(busy) / 100 : null,
      processes: running.map(([, pid, memory]) => ({ pid: Number(pid), usedBytes: mebibytes(memory) })),
      partOf: null,
      mode: /^exclusive/i.test(mode) ? 'exclusive' : /^prohibited/i.test(mode) ? 'prohibited' : 'shared',
    }
    if (!/^enabled$/i.test(mig)) return [gpu]
    return partsOf(gpu, answers.list, processes)
  })
}

/**
 * The devices that CUDA_VISIBLE_DEVICES leaves: UUIDs (or beginnings of them) or numbers, in its order; all where
 * it is not set. Like CUDA, it takes nothing behind a word that names no device.
 */
export function visibleGpus(gpus: readonly Gpu[], setting: string | undefined): Gpu[] {
  if (setting === undefined) return [...gpus]
  const visible: Gpu[] = []
  for (const word of setting.split(',').map((one) => one.trim())) {
    const gpu = /^\d+$/.test(word)
      ? gpus.find((one) => one.index === Number(word) && one.partOf === null)
      : gpus.find((one) => word !== '' && one.uuid.startsWith(word))
    if (gpu === undefined) break
    if (!visible.includes(gpu)) visible.push(gpu)
  }
  return visible
}

/**
 * The parts of a GPU as `nvidia-smi -L` lists them under it:
 * `  MIG 1g.10gb     Device  0: (UUID: MIG-…)`. What runs on which part is not told by UUID everywhere: a process
 * that is told of the whole GPU counts for each part.
 */
function partsOf(whole: Gpu, list: string, processes: readonly string[][]): Gpu[] {
  const lines = list.split('\n')
  const at = lines.findIndex((line) => line.includes(whole.uuid))
  const parts: Gpu[] = []
  for (const line of lines.slice(at + 1)) {
    const found = /^\s+MIG\s+(\S+)\s+Device\s+(\d+):\s+\(UUID:\s+(MIG-[^)]+)\)/.exec(line)
    if (found === null) break
    const [, profile = '', index = '0', uuid = ''] = found
    const own = processes.filter(([of]) => of === uuid)
    parts.push({
      ...whole,
      uuid,
      index: Number(index),
      name: `${whole.name} MIG ${profile}`,
      memoryBytes: Number(/(\d+)gb/i.exec(profile)?.[1] ?? 0) * 2 ** 30,
      usedBytes: own.reduce((sum, [, , memory]) => sum + (mebibytes(memory) ?? 0), 0),
      busy: null,
      processes: [
        ...whole.processes,
        ...own.map(([, pid, memory]) => ({ pid: Number(pid), usedBytes: mebibytes(memory) })),
      ],
      partOf: whole.uuid,
    })
  }
  return at === -1 ? [] : parts
}

function rows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.includes(','))
    .map((line) => line.split(',').map((cell) => cell.trim()))
}

/** Mebibytes as bytes; null for `[N/A]`, `[Not Supported]`, `[Insufficient Permissions]`. */
function mebibytes(cell: string | undefined): number | null {
  return cell !== undefined && /^\d+$/.test(cell) ? Number(cell) * 2 ** 20 : null
}
