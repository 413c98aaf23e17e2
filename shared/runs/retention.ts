import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../store/store.ts'
import { artifactsSizeBytes, removeArtifacts } from './artifact.ts'
import { artifactPathOfUri, incomingFolder, type ArtifactPath } from './artifact_path.ts'
import { spareCheckpoints } from './checkpoint.ts'
import { loadRuns } from './run_data.ts'

/** What is kept, and how long. */
export interface RetentionRules {
  /** How long deleted runs and experiments stay in the trash. */
  trashDays: number
  /** Of the checkpoints of a finished run only the last and the best are kept. */
  thinCheckpoints: boolean
  /** Artifacts beyond this size are worth a warning. */
  warnBytes: number
  /** Artifacts beyond this size: nothing more is taken. */
  fullBytes: number
}

/** The rules where nobody set others. */
export const defaultRetention: RetentionRules = {
  trashDays: 30,
  thinCheckpoints: true,
  warnBytes: 10e9,
  fullBytes: 20e9,
}

/** Something that can go. */
export interface SpareItem {
  kind: 'run' | 'experiment' | 'checkpoint' | 'orphan'
  /** For a person: `run plucky-heron-417 (3f2a…)`. */
  what: string
  why: string
  sizeBytes: number
  /** Run or experiment that goes, else null. */
  id: string | null
  /** Files that go, below the folder of all artifacts. */
  paths: ArtifactPath[]
}

/** Where to look, and what must stay. */
export interface RetentionScope {
  artifactsDir: string
  rules: RetentionRules
  nowMs: number
  /** Runs that something else still needs, such as a registered model: neither they nor their files go. */
  keepRuns?: ReadonlySet<string>
}

/**
 * What would go: runs and experiments that lay in the trash for long, checkpoints that are neither the last nor
 * the best, artifacts of runs that are gone. Changes nothing.
 */
export function findSpare(store: Store, scope: RetentionScope): SpareItem[] {
  const purged = spareRuns(store, scope)
  const going = new Set(purged.map((item) => item.id))
  return [
    ...purged,
    ...spareExperiments(store, scope, going),
    ...(scope.rules.thinCheckpoints ? checkpointItems(store, scope) : []),
    ...orphans(store, scope),
  ]
}

/**
 * Removes what `findSpare` found. Files go first: when it is interrupted, what is left is found again.
 * @returns bytes of artifacts given back
 */
export function removeSpare(store: Store, artifactsDir: string, items: readonly SpareItem[]): number {
  let sizeBytes = 0
  for (const item of items) {
    for (const path of item.paths) removeArtifacts(store, artifactsDir, path)
    store.transaction(() => {
      if (item.kind === 'run' && item.id !== null) purgeRun(store, item.id)
      if (item.kind === 'experiment') store.run('DELETE FROM experiment WHERE id = ?', Number(item.id))
    })
    sizeBytes += item.sizeBytes
  }
  return sizeBytes
}

/** How full the folder of all artifacts is, by the rules. */
export function artifactQuota(
  artifactsDir: string,
  rules: RetentionRules,
): { sizeBytes: number; state: 'fine' | 'warn' | 'full' } {
  const sizeBytes = existsSync(artifactsDir) ? artifactsSizeBytes(artifactsDir, '' as ArtifactPath) : 0
  const state = sizeBytes >= rules.fullBytes ? 'full' : sizeBytes >= rules.warnBytes ? 'warn' : 'fine'
  return { sizeBytes, state }
}

function spareRuns(store: Store, scope: RetentionScope): SpareItem[] {
  const rows = store.all(
    'SELECT id, name, artifact_uri, deleted_ms FROM run WHERE deleted_ms <= ? ORDER BY deleted_ms, seq',
    scope.nowMs - scope.rules.trashDays * dayMs,
  )
  return rows
    .filter((row) => !isKept(scope, row['id'] as string))
    .map((row): SpareItem => {
      const id = row['id'] as string
      const folder = runFolder(row['artifact_uri'] as string)
      return {
        kind: 'run',
        what: `run ${row['name'] as string} (${id.slice(0, 8)})`,
        why: `in the trash for ${days(scope.nowMs - (row['deleted_ms'] as number))}`,
        sizeBytes: folder === null ? 0 : artifactsSizeBytes(scope.artifactsDir, folder),
        id,
        paths: folder === null ? [] : [folder],
      }
    })
}

/** Deleted experiments of which no run stays. */
function spareExperiments(
  store: Store,
  scope: RetentionScope,
  going: ReadonlySet<string | null>,
): SpareItem[] {
  const rows = store.all(
    'SELECT id, name, deleted_ms FROM experiment WHERE deleted_ms <= ? AND id <> 0 ORDER BY id',
    scope.nowMs - scope.rules.trashDays * dayMs,
  )
  return rows
    .filter((row) =>
      store
        .all('SELECT id FROM run WHERE experiment_id = ?', row['id'] as number)
        .every((run) => going.has(run['id'] as string)),
    )
    .map((row): SpareItem => ({
      kind: 'experiment',
      what: `experiment ${row['name'] as string}`,
      why: `in the trash for ${days(scope.nowMs - (row['deleted_ms'] as number))}`,
      sizeBytes: 0,
      id: String(row['id']),
      paths: [],
    }))
}

function checkpointItems(store: Store, scope: RetentionScope): SpareItem[] {
  const items: SpareItem[] = []
  const ended = store.all(
    "SELECT seq FROM run WHERE deleted_ms IS NULL AND status NOT IN ('RUNNING', 'SCHEDULED') ORDER BY seq",
  )
  for (const row of ended) {
    const [run] = loadRuns(store, [row['seq'] as number])
    if (run === undefined || isKept(scope, run.id)) continue
    const root = artifactPathOfUri(run.artifactUri)
    if (root === null) continue
    const paths = spareCheckpoints(store, scope.artifactsDir, { run, root })
    if (paths.length === 0) continue
    items.push({
      kind: 'checkpoint',
      what: `${paths.length} checkpoint${paths.length === 1 ? '' : 's'} of run ${run.name} (${run.id.slice(0, 8)})`,
      why: 'neither the last nor the best',
      sizeBytes: paths.reduce((sum, path) => sum + artifactsSizeBytes(scope.artifactsDir, path), 0),
      id: run.id,
      paths,
    })
  }
  return items
}

/** Folders `<experiment>/<run>` whose run is not there any more: a purge was interrupted, or a store was replaced. */
function orphans(store: Store, scope: RetentionScope): SpareItem[] {
  const items: SpareItem[] = []
  for (const experiment of folders(scope.artifactsDir).filter((name) => /^\d+$/.test(name))) {
    for (const name of folders(join(scope.artifactsDir, experiment))) {
      if (!/^[0-9a-f]{32}$/.test(name) || isKept(scope, name)) continue
      if (store.get('SELECT 1 FROM run WHERE id = ?', name) !== undefined) continue
      const path = `${experiment}/${name}` as ArtifactPath
      items.push({
        kind: 'orphan',
        what: `artifacts of run ${name.slice(0, 8)}`,
        why: 'their run is gone',
        sizeBytes: artifactsSizeBytes(scope.artifactsDir, path),
        id: null,
        paths: [path],
      })
    }
  }
  return items
}

/** Takes a run out of the store for ever. */
function purgeRun(store: Store, runId: string): void {
  const seq = store.get('SELECT seq FROM run WHERE id = ?', runId)?.['seq']
  if (seq === undefined) return
  const tables = [
    'param',
    'tag',
    'metric',
    'latest_metric',
    'run_dataset',
    'run_model_input',
    'run_model_output',
  ]
  for (const table of tables) store.run(`DELETE FROM ${table} WHERE run = ?`, seq)
  store.run('DELETE FROM run WHERE seq = ?', seq)
  store.run('DELETE FROM dataset WHERE NOT EXISTS (SELECT 1 FROM run_dataset i WHERE i.dataset = dataset.id)')
}

const dayMs = 86_400_000

function days(ms: number): string {
  const count = Math.floor(ms / dayMs)
  return count === 1 ? '1 day' : `${count} days`
}

function isKept(scope: RetentionScope, runId: string): boolean {
  return scope.keepRuns?.has(runId) ?? false
}

/** The folder of all a run's files: the one that holds `artifacts`. Null if they lie elsewhere. */
function runFolder(artifactUri: string): ArtifactPath | null {
  const path = artifactPathOfUri(artifactUri)
  return path === null ? null : (path.replace(/\/artifacts$/, '') as ArtifactPath)
}

function folders(path: string): string[] {
  if (!existsSync(path)) return []
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== incomingFolder)
    .map((entry) => entry.name)
    .sort()
}
