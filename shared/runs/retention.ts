import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { formatBytes } from '../base/quantity.ts'
import type { Store } from '../store/store.ts'
import { artifactsSizeBytes, removeArtifacts } from './artifact.ts'
import { artifactPathOfUri, parseArtifactPath, type ArtifactPath } from './artifact_path.ts'
import { spareCheckpoints } from './checkpoint.ts'
import { purgeExperiments, purgeRun } from './purge.ts'
import { listDataCopies, referredData, removeDataCopy } from './data_copy.ts'
import { loadRuns, type Run } from './run_data.ts'

/**
 * What is given back, and what never is.
 *
 * Invariants. (1) A run outside of the trash loses nothing, unless checkpoints that are neither its last nor its best
 * are asked for.
 * (2) What a registered model stands on stays. (3) What is planned is what is done: `planCleanUp` changes nothing.
 */
export interface RetentionRules {
  /** How long a deleted run can be brought back. */
  trashDays: number
  /** Files of no run must be as old as this: an upload may come before its run is known. */
  orphanDays: number
  /** From here on the user is told. */
  warnBytes: number
  /** From here on the trash does not wait for its days. */
  quotaBytes: number
}

/** The rules that hold unless others are given. */
export const defaultRules: RetentionRules = {
  trashDays: 30,
  orphanDays: 1,
  warnBytes: 10_000_000_000,
  quotaBytes: 20_000_000_000,
}

/** Something that can go. */
export interface Spare {
  what: string
  why: string
  sizeBytes: number
  remove(): Promise<void>
}

/** What can go, and what only the user can decide. */
export interface CleanUpPlan {
  spares: Spare[]
  notes: string[]
}

/** Where it is looked, and what must stay. */
export interface RetentionParts {
  store: Store
  artifactsDir: string
  /** Where copies of data files lie. */
  dataDir: string
  nowMs: number
  /** Runs and places that registered models stand on. */
  pinned: { runs: ReadonlySet<string>; paths: ReadonlySet<string> }
  rules?: RetentionRules
  /** Whether checkpoints go that are neither last nor best of their run; else they are only told of. */
  checkpoints?: boolean
}

const dayMs = 86_400_000

/** What of runs and artifacts can go by the rules. Looks only; in slices, so that others get their turn. */
export async function planCleanUp(parts: RetentionParts): Promise<CleanUpPlan> {
  const rules = parts.rules ?? defaultRules
  const copiesBytes = listDataCopies(parts.dataDir).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const usedBytes = artifactsSizeBytes(parts.artifactsDir, '' as ArtifactPath) + copiesBytes
  const trash = await planTrash(parts, rules)
  const checkpoints = await planCheckpoints(parts)
  const others = [...planOrphans(parts, rules), ...(parts.checkpoints === true ? checkpoints : [])]
  const old = trash.filter(({ due }) => due)
  const going = old.map(({ runId }) => runId)
  let leftBytes = usedBytes - sizeOf([...old, ...others])
  const spares: Spare[] = [...old, ...others]
  for (const young of trash.filter(({ due }) => !due)) {
    if (leftBytes <= rules.quotaBytes) break
    spares.push({ ...young, why: `${young.why}; artifacts pass ${gigabytes(rules.quotaBytes)}` })
    leftBytes -= young.sizeBytes
    going.push(young.runId)
  }
  const copies = planCopies(parts, rules, new Set(going))
  spares.push(...copies)
  leftBytes -= sizeOf(copies)
  const notes: string[] = []
  if (parts.checkpoints !== true && checkpoints.length > 0) {
    notes.push(
      `${checkpoints.length} checkpoint${checkpoints.length === 1 ? ' is' : 's are'} neither last nor best of` +
        ` their run (${formatBytes(sizeOf(checkpoints))}): "daybook gc --checkpoints" gives them back, too.`,
    )
  }
  if (leftBytes > rules.warnBytes) {
    notes.push(
      `Artifacts and copies of data of runs that are not in the trash take ${gigabytes(leftBytes)}` +
        ` (${gigabytes(rules.quotaBytes)} are meant for them). Delete runs that are not needed, then run this again.`,
    )
  }
  return { spares, notes }
}

/** Does what was planned, one after the other. What fails is left and told. */
export async function cleanUp(
  plan: CleanUpPlan,
  failed: (spare: Spare, why: string) => void,
): Promise<Spare[]> {
  const done: Spare[] = []
  for (const spare of plan.spares) {
    try {
      await spare.remove()
      done.push(spare)
    } catch (error) {
      failed(spare, (error as Error).message)
    }
    await new Promise(setImmediate)
  }
  return done
}

interface TrashedRun extends Spare {
  due: boolean
  runId: string
}

async function planTrash(parts: RetentionParts, rules: RetentionRules): Promise<TrashedRun[]> {
  const { store, artifactsDir, nowMs, pinned } = parts
  const before = nowMs - rules.trashDays * dayMs
  const rows = store.all('SELECT seq FROM run WHERE deleted_ms IS NOT NULL ORDER BY deleted_ms')
  const found: TrashedRun[] = []
  for (const seqs of slices(rows.map((row) => row['seq'] as number))) {
    for (const run of loadRuns(store, seqs)) {
      if (pinned.runs.has(run.id)) continue
      const path = ownPath(run)
      const kept = path === null || holdsPinned(path, pinned.paths)
      const deletedMs = run.deletedMs ?? nowMs
      found.push({
        what: `run ${run.id.slice(0, 8)} (${run.name})`,
        why: `deleted ${Math.floor((nowMs - deletedMs) / dayMs)} days ago`,
        sizeBytes: kept ? 0 : artifactsSizeBytes(artifactsDir, path),
        due: deletedMs < before,
        runId: run.id,
        remove: async () => {
          // The files first: a run that is still listed can be cleaned up again.
          if (!kept) removeArtifacts(store, artifactsDir, path)
          await purgeRun(store, run.id)
          purgeExperiments(store, before)
        },
      })
    }
    await new Promise(setImmediate)
  }
  return found
}

/** Folders that are laid out as a run's, while there is no such run. Other files are the user's own. */
function planOrphans(parts: RetentionParts, rules: RetentionRules): Spare[] {
  const { store, artifactsDir, nowMs, pinned } = parts
  const spares: Spare[] = []
  for (const experiment of foldersOf(artifactsDir).filter((name) => /^\d+$/.test(name))) {
    for (const name of foldersOf(join(artifactsDir, experiment))) {
      if (!/^[0-9a-f]{32}$/.test(name)) continue
      if (store.get('SELECT 1 FROM run WHERE id = ?', name) !== undefined) continue
      const path = parseArtifactPath(`${experiment}/${name}`)
      if (holdsPinned(path, pinned.paths) || pinned.runs.has(name)) continue
      if (nowMs - statSync(join(artifactsDir, path)).mtimeMs < rules.orphanDays * dayMs) continue
      spares.push({
        what: `artifacts ${path}`,
        why: 'there is no such run',
        sizeBytes: artifactsSizeBytes(artifactsDir, path),
        remove: async () => removeArtifacts(store, artifactsDir, path),
      })
    }
  }
  return spares
}

/** Copies of data that no run refers to, once the runs that go are gone. */
function planCopies(
  { store, dataDir, nowMs }: RetentionParts,
  rules: RetentionRules,
  going: ReadonlySet<string>,
): Spare[] {
  const referred = referredData(store, going)
  const spare = listDataCopies(dataDir).filter(
    ({ sha256, keptMs }) => !referred.has(sha256) && nowMs - keptMs >= rules.orphanDays * dayMs,
  )
  return spare.map(({ sha256, sizeBytes }) => ({
    what: `copy of data ${sha256.slice(0, 16)}`,
    why: 'no run refers to it',
    sizeBytes,
    remove: async () => removeDataCopy(store, dataDir, sha256),
  }))
}

async function planCheckpoints(parts: RetentionParts): Promise<Spare[]> {
  const { store, artifactsDir, pinned } = parts
  const rows = store.all("SELECT seq FROM run WHERE deleted_ms IS NULL AND status <> 'RUNNING' ORDER BY seq")
  const spares: Spare[] = []
  for (const seqs of slices(rows.map((row) => row['seq'] as number))) {
    for (const run of loadRuns(store, seqs)) {
      for (const path of spareCheckpoints({ store, artifactsDir, run })) {
        if (holdsPinned(path, pinned.paths)) continue
        spares.push({
          what: `checkpoint ${path}`,
          why: `neither last nor best of run ${run.id.slice(0, 8)}`,
          sizeBytes: artifactsSizeBytes(artifactsDir, path),
          remove: async () => removeArtifacts(store, artifactsDir, path),
        })
      }
    }
    await new Promise(setImmediate)
  }
  return spares
}

/** Where a run's artifacts are among ours, only if the place is its own; null if they are elsewhere. */
function ownPath(run: Run): ArtifactPath | null {
  const path = artifactPathOfUri(run.artifactUri)
  if (path === null || !path.split('/').includes(run.id)) return null
  return path.endsWith(`/${run.id}/artifacts`) ? parseArtifactPath(path.slice(0, -'/artifacts'.length)) : path
}

/** Whether something pinned lies in the path, or the path in something pinned. */
function holdsPinned(path: string, pinned: ReadonlySet<string>): boolean {
  for (const each of pinned) {
    if (each === path || each.startsWith(`${path}/`) || path.startsWith(`${each}/`)) return true
  }
  return false
}

function foldersOf(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

function* slices(seqs: readonly number[]): Generator<number[]> {
  for (let at = 0; at < seqs.length; at += 200) yield seqs.slice(at, at + 200)
}

function sizeOf(spares: readonly Spare[]): number {
  return spares.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
