import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { StatePaths } from '../base/project.ts'
import type { Spare } from '../runs/retention.ts'

/** Journals and spools of processes that are gone are kept so long: somebody may still come back for them. */
const keepDays = 7
const dayMs = 86_400_000

/**
 * Journals of kernels that are gone, and spool files that nobody will take in any more. A kernel that was not
 * stopped on purpose has its record in the kernels folder: its supervisor looks after its journal itself.
 */
export function planLeftovers(paths: StatePaths, nowMs: number): Spare[] {
  const before = nowMs - keepDays * dayMs
  const journals = names(paths.journal).filter((id) => !names(paths.kernels).includes(`${id}.record`))
  const told = spoolTexts(paths.spool, before)
  const spooled = names(paths.spool).filter((name) => !told.some((text) => text.includes(name)))
  return [
    ...old(paths.journal, journals, before).map((path) => spare(path, `journal of a kernel that is gone`)),
    ...old(paths.spool, spooled, before).map((path) => spare(path, 'spooled by an unknown process')),
  ]
}

/** Texts of the spools that may still be taken in: what they name must stay. */
function spoolTexts(folder: string, before: number): string[] {
  const spools = names(folder).filter((name) => name.endsWith('.jsonl'))
  const young = spools.filter((name) => newest(join(folder, name)) >= before)
  return young.map((name) => readFileSync(join(folder, name), 'utf8'))
}

function spare(path: string, why: string): Spare {
  return {
    what: path,
    why: `${why}, older than ${keepDays} days`,
    sizeBytes: sizeOf(path),
    remove: async () => rmSync(path, { recursive: true, force: true }),
  }
}

function old(folder: string, entries: readonly string[], before: number): string[] {
  return entries.map((name) => join(folder, name)).filter((path) => newest(path) < before)
}

/** When the newest file in it was changed; a file that vanishes meanwhile counts as new. */
function newest(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return Infinity
  if (!stat.isDirectory()) return stat.mtimeMs
  return Math.max(stat.mtimeMs, ...names(path).map((name) => newest(join(path, name))))
}

function sizeOf(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() !== true) return stat?.size ?? 0
  return names(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0)
}

function names(folder: string): string[] {
  return readdirSync(folder).sort()
}
