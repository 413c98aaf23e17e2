import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { writeZip } from '../../data/zip_write.ts'

/** So much of a notebook's folder is sent along, bytes; the small files first. */
const sentBytes = 32_000_000

/** What a worker elsewhere needs: our Python package in `python/`, the notebook's files in `files/`. */
export interface WorkerBundle {
  zip: Buffer
  /** Files that were too large to be sent, as paths beside the notebook. */
  left: { path: string; bytes: number }[]
}

/** Packs our package and the folder of a notebook. Hidden files and links stay here, as do notebooks. */
export function packWorker(packageFolder: string, cwd: string): WorkerBundle {
  const files = new Map<string, Buffer>()
  for (const name of ['daybook', 'exec']) {
    for (const { path } of filesIn(join(packageFolder, name), '')) {
      files.set(`python/${name}/${path}`, readFileSync(join(packageFolder, name, path)))
    }
  }
  // The folder is there in the archive even if nothing else lies in it.
  files.set('files/.daybook-worker', Buffer.alloc(0))
  const left: WorkerBundle['left'] = []
  let sum = 0
  const beside = [...filesIn(cwd, '')].filter(({ path }) => !path.endsWith('.ipynb'))
  for (const { path, bytes } of beside.sort((a, b) => a.bytes - b.bytes)) {
    sum += bytes
    if (sum > sentBytes || files.size > 20_000) left.push({ path, bytes })
    else files.set(`files/${path}`, readFileSync(join(cwd, path)))
  }
  return { zip: writeZip(files), left }
}

function* filesIn(folder: string, under: string): Generator<{ path: string; bytes: number }> {
  for (const entry of readdirSync(join(folder, under), { withFileTypes: true })) {
    if (entry.name.startsWith('.') || entry.name === '__pycache__' || entry.name === 'node_modules') continue
    const path = under === '' ? entry.name : `${under}/${entry.name}`
    if (entry.isDirectory()) yield* filesIn(folder, path)
    else if (entry.isFile()) yield { path, bytes: statSync(join(folder, path)).size }
  }
}
