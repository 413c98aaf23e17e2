import type { Clock } from '../base/clock.ts'
import { logBatch } from '../runs/logging.ts'
import { changeRun } from '../runs/run.ts'
import { findRunInfo, type RunId, type RunInfo } from '../runs/run_data.ts'
import { linkRunArtifact, writeRunArtifact, type WrittenArtifact } from '../runs/run_artifact.ts'
import type { Store } from '../store/store.ts'
import { getCapability, type Capability } from './capability.ts'
import { cellOfExecution, executedCells, runningExecution } from './execution.ts'
import { readGitState, type GitState } from './git.ts'

/** What capture needs. */
export interface CaptureParts {
  store: Store
  clock: Clock
  artifactsDir: string
  /** The project folder: what git is asked about. */
  root: string
  log(message: string): void
}

/** How long a look at git counts for further runs. */
const gitFreshMs = 2_000

/** The same for trials: their cells are those that their study began with. */
const trialGitFreshMs = 30_000

/**
 * Ties every run to where it came from, without a change of the user's code: notebook and cell when it is made;
 * the code of the cells in the order in which they ran, the environment and the git state as its artifacts.
 */
export class Capture {
  readonly #parts: CaptureParts
  /** Runs that were made through a capability and have not ended, by what is known of them. */
  #open = new Map<RunId, string>()
  #git: { atMs: number; state: Promise<GitState | null> } | null = null
  #pending = new Set<Promise<void>>()
  /** Where an environment was last written, by its hash: many runs share one. */
  #environments = new Map<string, WrittenArtifact>()

  constructor(parts: CaptureParts) {
    this.#parts = parts
    const rows = parts.store.all(
      `SELECT r.id, t.value FROM run r
       JOIN tag t ON t.run = r.seq JOIN key_name k ON k.id = t.key AND k.name = 'daybook.capability'
       WHERE r.status = 'RUNNING'`,
    )
    for (const row of rows) this.#open.set(row['id'] as RunId, row['value'] as string)
  }

  /** A run was made through this capability, by our module (which names the execution) or by an mlflow client. */
  runCreated(runId: RunId, capability: Capability, execution: string | null): void {
    const { store } = this.#parts
    const running = runningExecution(store, capability.id)
    const ran = execution ?? running?.id ?? null
    const cell = ran === null ? null : cellOfExecution(store, ran)
    const tags: Record<string, string | null> = {
      'daybook.capability': capability.id,
      'daybook.execution': ran,
      'daybook.cell': cell,
      'daybook.notebook': capability.notebook,
    }
    if (capability.notebook !== null) {
      tags['mlflow.source.name'] = capability.notebook
      tags['mlflow.source.type'] = 'NOTEBOOK'
    }
    const nests = capability.kind === 'kernel' || capability.kind === 'trial'
    const nested = nests && capability.runId !== null && capability.runId !== runId
    if (nested && findRunInfo(store, runId)?.parentId === null) tags['mlflow.parentRunId'] = capability.runId
    this.#tag(runId, tags)
    this.#open.set(runId, capability.id)
    this.#track(this.#captureGit(runId, capability.kind === 'trial' ? trialGitFreshMs : gitFreshMs))
  }

  /** Something of these runs changed; those that have ended now get what only the end can tell. */
  runsTouched(ids: readonly RunId[]): void {
    for (const id of ids) {
      const capability = this.#open.get(id)
      if (capability === undefined) continue
      const run = findRunInfo(this.#parts.store, id)
      if (run?.status === 'RUNNING' || run?.status === 'SCHEDULED') continue
      this.#open.delete(id)
      if (run !== undefined) this.#captureEnd(run, capability)
    }
  }

  /**
   * Ends the runs of processes that are gone without having said so, as KILLED. Parameters, metrics and
   * artifacts stay as they are.
   * @param gone whether the holder of a capability is gone
   * @returns the runs that were ended
   */
  endOrphans(gone: (capability: Capability) => boolean): RunId[] {
    const { store, clock } = this.#parts
    const orphans = [...this.#open].filter(([runId, id]) => {
      const capability = getCapability(store, id)
      // A notebook run or a trial ends when its runner says so, which knows how.
      const isRunners = capability?.kind === 'kernel' || capability?.kind === 'trial'
      if (isRunners && capability.runId === runId) return false
      return capability === null || gone(capability)
    })
    const ids = orphans.map(([id]) => id)
    for (const id of ids) {
      const run = findRunInfo(store, id)
      if (run?.status === 'RUNNING') changeRun(store, id, { status: 'KILLED', endMs: clock.nowMs() })
    }
    this.runsTouched(ids)
    return ids
  }

  /** Waits for what is being captured. */
  async settle(): Promise<void> {
    await Promise.all(this.#pending)
  }

  #captureEnd(run: RunInfo, capabilityId: string): void {
    const capability = getCapability(this.#parts.store, capabilityId)
    if (capability === null) return
    const cells = executedCells(this.#parts.store, capabilityId, run.endMs ?? this.#parts.clock.nowMs())
    if (cells.length > 0) this.#write(run, 'daybook/cells.json', JSON.stringify(cells, null, 1))
    this.#keepEnvironment(run, capabilityId)
  }

  /** The same file for all runs of one environment, where the file system can do that. */
  #keepEnvironment(run: RunInfo, capabilityId: string): void {
    const { store, artifactsDir } = this.#parts
    const row = store.get('SELECT environment_hash AS hash FROM capability WHERE id = ?', capabilityId)
    const hash = row?.['hash'] as string | null | undefined
    if (hash == null) return
    const path = 'daybook/environment.json'
    const known = this.#environments.get(hash)
    if (known !== undefined && linkRunArtifact({ store, artifactsDir, run }, path, known)) return
    const text = store.get('SELECT text FROM text_blob WHERE hash = ?', hash)?.['text']
    const written = text === undefined ? null : this.#write(run, path, text as string)
    if (written !== null) this.#environments.set(hash, written)
  }

  async #captureGit(runId: RunId, freshMs: number): Promise<void> {
    const nowMs = this.#parts.clock.nowMs()
    if (this.#git === null || nowMs - this.#git.atMs > freshMs) {
      this.#git = { atMs: nowMs, state: readGitState(this.#parts.root) }
    }
    const git = await this.#git.state
    const run = git === null ? undefined : findRunInfo(this.#parts.store, runId)
    if (git === null || run === undefined) return
    this.#tag(runId, {
      'mlflow.source.git.commit': git.commit,
      'daybook.git.branch': git.branch,
      'daybook.git.changed': git.diff === '' ? 'no' : git.diffCut ? 'yes, more than is kept' : 'yes',
    })
    if (git.diff !== '') this.#write(run, 'daybook/uncommitted.diff', git.diff)
  }

  #tag(runId: RunId, tags: Record<string, string | null>): void {
    const known = Object.entries(tags).filter((entry): entry is [string, string] => entry[1] !== null)
    logBatch(this.#parts.store, runId, { tags: Object.fromEntries(known) })
  }

  #write(run: RunInfo, path: string, text: string): WrittenArtifact | null {
    const { store, artifactsDir } = this.#parts
    try {
      return writeRunArtifact({ store, artifactsDir, run }, path, text)
    } catch (error) {
      // What a run logged is worth more than its surroundings: a full disk must not make it fail.
      this.#parts.log(`cannot keep ${path} of run ${run.id}: ${(error as Error).message}`)
      return null
    }
  }

  #track(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.#parts.log(`capture: ${String(error)}`))
      .finally(() => this.#pending.delete(watched))
    this.#pending.add(watched)
  }
}
