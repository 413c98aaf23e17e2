import { basename, extname, join, relative } from 'node:path'
import type { NotebookRun } from '../../api/notebook_methods.ts'
import type { StudySettings, StudySummary } from '../../api/study_methods.ts'
import { ulid } from '../../base/id.ts'
import { Problem } from '../../base/problem.ts'
import { defaultParallel } from '../../compute/allocate.ts'
import type { Machine } from '../../compute/device.ts'
import { hostMessage, type HostAnswer } from '../../compute/host_message.ts'
import { readMachine } from '../../compute/machine.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import { readNotebook } from '../../notebook/file.ts'
import { injectParameters } from '../../notebook/parameters.ts'
import { ensureExperiment } from '../../runs/experiment.ts'
import { createRun, getRun } from '../../runs/run.ts'
import { seedRandom } from '../../base/random.ts'
import { parseSpaceObject, formatSpaceObject } from '../../tuning/space_object.ts'
import type { Capability } from '../capability.ts'
import { fillIn } from '../remote/on_address.ts'
import type { KnownHost } from '../remote/worker_host.ts'
import { workerHello, type WorkerJoined } from '../../compute/worker_message.ts'
import { RemoteLine } from './remote_line.ts'
import { Study } from './study.ts'
import {
  findStudy,
  loadStudies,
  loadTrials,
  saveStudy,
  type StudyRecord,
  type TrialRecord,
} from './study_record.ts'
import { openSearch, spaceOf } from './study_search.ts'
import { summarize } from './study_summary.ts'
import { settleOutside } from './outside_study.ts'
import type { StudyParts } from './study_parts.ts'
import { attemptTag } from './trial_launch.ts'

/** Name of the notebook among a study's own files: as it was when the study began. */
const notebookCopy = 'notebook.ipynb'

/** Trials of studies that are over, kept in memory for those who look at them. */
const keptTrials = 30_000

/** What studies need of the daemon, and to keep their notebooks. */
export interface StudiesParts extends Omit<StudyParts, 'ended' | 'runParts'> {
  runParts: StudyParts['runParts']
  /** Asks the places that a study names what they are. @throws Problem for one that does not answer */
  askHosts(settings: StudySettings): Promise<KnownHost[]>
  saveCopy(path: string, document: NotebookDocument): Promise<void>
}

/** All studies of the project: begins them, finds them, and tells them what concerns them. */
export class Studies {
  readonly #parts: StudiesParts
  #live = new Map<string, Study>()
  /** Whether all that was under way before this daemon is known: nobody is sent away before. */
  #resumed = false
  /** Studies whose end is still being told to their workers. */
  #ending = new Set<Study>()
  #looked = new Map<string, { trials: readonly TrialRecord[]; summary: StudySummary }>()

  constructor(parts: StudiesParts) {
    this.#parts = parts
  }

  /** Number of studies that are not over. A paused one keeps nobody awake. */
  get running(): number {
    return [...this.#live.values()].filter(({ record }) => record.state !== 'paused').length
  }

  /**
   * Begins a study.
   * @throws Problem for a notebook, a parameter or a range that cannot be used
   */
  async start(path: string, given: StudySettings): Promise<StudySummary> {
    const settings = { ...given, on: given.on.map((word) => fillIn(word, process.env)) }
    const { store, clock, paths } = this.#parts
    const { document } = await readNotebook(path)
    // Says at once what is wrong with parameters that are the same in all trials.
    injectParameters(document, settings.parameters)
    const space = spaceOf(document, settings)
    const elsewhere = settings.on.length > 0
    if (elsewhere) checkRemote(settings)
    const hosts = await this.#parts.askHosts(settings)
    const machine = await readMachine()
    const wanted = { cores: settings.cores ?? 1, gpu: settings.gpu }
    const parallel = settings.parallel ?? (elsewhere ? hosts.length : defaultParallel(machine, wanted))
    const nowMs = clock.nowMs()
    const seed = settings.seed ?? seedRandom(ulid(nowMs)).below(1_000_000)
    const search = openSearch(settings, { space, parallel, seed })
    const notebook = relative(paths.root, path)
    const experimentId = ensureExperiment(store, notebook, nowMs)
    const count = store.get('SELECT count(*) AS n FROM study WHERE notebook = ?', notebook)?.['n']
    const name = `${basename(notebook, extname(notebook))} study ${Number(count) + 1}`
    const run = createRun(store, {
      experimentId,
      name,
      startMs: nowMs,
      tags: {
        'daybook.kind': 'study',
        'daybook.notebook': notebook,
        'mlflow.source.name': notebook,
        'mlflow.source.type': 'NOTEBOOK',
      },
    })
    const record: StudyRecord = {
      ...{ id: ulid(nowMs), name, notebook, runId: run.id, state: 'running', settings, createdMs: nowMs },
      endedMs: null,
      progress: {
        space: Object.keys(settings.space).length > 0 ? settings.space : formatSpaceObject(space),
        ...{ parallel, cores: settings.cores ?? (elsewhere ? 1 : machine.cores / parallel), seed },
        asked: { parallel, trials: settings.trials },
        ...{ host: null, mode: null, why: null, sharedCells: null, sharedSeconds: null },
        devices: elsewhere ? [] : describeMachine(machine),
        notes: elsewhere ? [] : [...machine.notes],
        ...(elsewhere ? { hosts } : {}),
        ...{ failure: null, searched: false },
      },
    }
    saveStudy(store, record)
    const study = this.#open(record, { document, machine, trials: [], search })
    await this.#parts.saveCopy(join(study.folder, notebookCopy), document)
    await study.start()
    return study.summary()
  }

  /** Goes on with the studies that a daemon before this one had under way. */
  async resume(): Promise<void> {
    try {
      await this.#resume()
    } finally {
      this.#resumed = true
    }
  }

  async #resume(): Promise<void> {
    const { store, log } = this.#parts
    const open = (['running', 'paused', 'stopping'] as const).flatMap((state) =>
      loadStudies(store, { state }),
    )
    if (open.length === 0) return
    const machine = await readMachine()
    for (const record of open) {
      if (record.progress.madeBy !== undefined) continue
      try {
        const copy = join(this.#parts.paths.dir, 'studies', record.id, notebookCopy)
        const { document } = await readNotebook(copy, record.notebook)
        const study = this.#open(record, {
          document,
          machine,
          trials: loadTrials(store, record.id),
          search: searchOf(record),
        })
        log(`goes on with ${record.name} (${record.id})`)
        await study.start()
      } catch (error) {
        log(`cannot go on with ${record.name}: ${(error as Error).message}`)
        record.progress.failure = `It cannot go on: ${(error as Error).message}`
        Object.assign(record, { state: 'failed', endedMs: this.#parts.clock.nowMs() })
        saveStudy(store, record)
      }
    }
  }

  /** Takes what the host of a study's trials says, and answers what it is to do. */
  async poll(text: string, capability: Capability): Promise<HostAnswer> {
    const parsed = hostMessage.safeParse(JSON.parse(text))
    if (!parsed.success || capability.kind !== 'host') {
      throw new Problem(
        'bad_request',
        `Not a message of a trial host: ${parsed.error?.issues[0]?.message ?? ''}`,
      )
    }
    const study = this.#live.get(parsed.data.study)
    // A host of a study that is over, or of one that has another host by now, has nothing to do.
    if (study === undefined || !study.line.hears(capability.id)) {
      if (!this.#resumed) throw new Problem('busy', 'The daemon has only just begun')
      return { run: [], stop: {}, seen: [], over: true }
    }
    return study.line.poll(parsed.data, capability.id)
  }

  /** A worker elsewhere has reached the daemon: says what it is to do. */
  greet(text: string, capability: Capability): WorkerJoined {
    const parsed = workerHello.safeParse(JSON.parse(text))
    const line = this.#remoteLine(capability)
    if (line === null && !this.#resumed) throw new Problem('busy', 'The daemon has only just begun')
    if (parsed.success && line !== null) return line.greet(parsed.data, capability.id)
    throw new Problem('conflict', 'The study is over, or expects another worker in this place')
  }

  /** Where a worker puts what a process showed; null if it has nothing to say any more. */
  shownFile(name: string, capability: Capability): string | null {
    return this.#remoteLine(capability)?.shownFile(name) ?? null
  }

  /** Runs have changed: those of running trials are looked at. */
  runsTouched(ids: readonly string[]): void {
    for (const id of ids) {
      const found = this.#findRunning(id)
      if (found !== null) found.study.touched(found.trial)
    }
    const { store, changed } = this.#parts
    const [first] = ids
    if (first !== undefined && store.get('SELECT 1 FROM study WHERE run_id = ? AND ended_ms IS NULL', first))
      changed()
  }

  /** Whether the trial that logs into this run should end. */
  isToStop(runId: string | null): boolean {
    const found = runId === null ? null : this.#findRunning(runId)
    return found?.study.isToStop(found.trial) ?? false
  }

  /** A whole notebook was run; perhaps as a trial. */
  notebookEnded(run: NotebookRun): void {
    const attempt = run.runId === null ? undefined : getRun(this.#parts.store, run.runId).tags[attemptTag]
    if (attempt === undefined) return
    const outcome = { finished: 'done', failed: 'failed', cancelled: 'cancelled' } as const
    const result = run.failure === null ? null : { ok: false, ...run.failure }
    for (const study of this.#live.values()) {
      study.attemptEnded(attempt, { attempt, outcome: outcome[run.state as 'finished'], result })
    }
  }

  /** Looks after the processes of studies: called now and then. */
  look(): void {
    for (const study of this.#live.values()) study.look()
  }

  /** @throws Problem `not_found` */
  get(part: string): { record: StudyRecord; trials: readonly TrialRecord[]; summary: StudySummary } {
    const record = findStudy(this.#parts.store, part)
    if (record === undefined) {
      throw new Problem('not_found', `There is no study "${part}"`, { hint: '"daybook studies" lists them.' })
    }
    const study = this.#live.get(record.id)
    if (study !== undefined) return { record: study.record, trials: study.trials, summary: study.summary() }
    settleOutside(this.#parts.store, record)
    return { record, ...this.#ended(record) }
  }

  /**
   * A study that is under way.
   * @throws Problem `not_found`, `conflict` if it is over
   */
  live(part: string): Study {
    const { record } = this.get(part)
    const study = this.#live.get(record.id)
    if (study !== undefined) return study
    const { madeBy } = record.progress
    if (madeBy !== undefined && record.endedMs === null) {
      throw new Problem('conflict', `${madeBy} runs the study ${record.name}`, {
        hint: 'Interrupt the cell that runs it.',
      })
    }
    throw new Problem('conflict', `The study ${record.name} is over`, { hint: 'Begin a new one.' })
  }

  list(limit: number): StudySummary[] {
    return loadStudies(this.#parts.store, { limit }).map(({ id }) => this.get(id).summary)
  }

  /** A study that is over does not change: the last ones that were looked at are kept. */
  #ended(record: StudyRecord): { trials: readonly TrialRecord[]; summary: StudySummary } {
    const kept = this.#looked.get(record.id)
    const { store, clock } = this.#parts
    const outside = record.progress.madeBy !== undefined
    const isSame = (): boolean =>
      store.get('SELECT count(*) AS n FROM study_trial WHERE study = ?', record.id)?.['n'] ===
      kept?.trials.length
    if (kept !== undefined && (!outside || isSame())) return kept
    const trials = loadTrials(store, record.id)
    const summary = summarize(record, trials, searchOf(record), record.endedMs ?? clock.nowMs())
    const held = [...this.#looked.values()].reduce((sum, one) => sum + one.trials.length, 0)
    // One that other code runs is told of in rows only, so that these are read each time until it is over.
    if (record.endedMs === null) return { trials, summary }
    if (held + trials.length > keptTrials) this.#looked.clear()
    this.#looked.set(record.id, { trials, summary })
    return { trials, summary }
  }

  async close(): Promise<void> {
    const open = [...this.#live.values(), ...this.#ending]
    this.#live.clear()
    await Promise.all(open.map((study) => study.close()))
  }

  #open(record: StudyRecord, known: ConstructorParameters<typeof Study>[2]): Study {
    const ended = (): void => {
      this.#live.delete(record.id)
      this.#ending.add(study)
      setTimeout(() => this.#ending.delete(study), 10_000).unref()
    }
    const study = new Study({ ...this.#parts, ended }, record, known)
    this.#live.set(record.id, study)
    return study
  }

  #remoteLine({ id, kind }: Capability): RemoteLine | null {
    if (kind !== 'host') return null
    for (const { line } of this.#live.values()) if (line instanceof RemoteLine && line.hears(id)) return line
    return null
  }

  #findRunning(runId: string): { study: Study; trial: TrialRecord } | null {
    for (const study of this.#live.values()) {
      const trial = study.running.find((one) => one.runId === runId)
      if (trial !== undefined) return { study, trial }
    }
    return null
  }
}

/** The search of a study as it began. */
export function searchOf({ settings, progress }: StudyRecord): ReturnType<typeof openSearch> {
  const space = parseSpaceObject(progress.space, settings.constraints)
  const { parallel, trials } = progress.asked
  return openSearch({ ...settings, trials }, { space, parallel, seed: progress.seed })
}

/** @throws Problem for what only this machine can do */
function checkRemote({ mode, deterministic, parallel }: StudySettings): void {
  if (mode === 'kernel') {
    throw new Problem('parameter_invalid', 'Workers elsewhere do not give each trial a kernel of its own', {
      hint: 'Leave out --workers kernel.',
    })
  }
  if (deterministic && parallel === null) {
    throw new Problem(
      'parameter_invalid',
      'A deterministic study elsewhere must say how many run at a time',
      {
        hint: 'Add --parallel N.',
      },
    )
  }
}

function describeMachine({ cores, gpus }: Machine): string[] {
  const processor = `${Number(cores.toFixed(1))} ${cores === 1 ? 'core' : 'cores'}`
  return [
    processor,
    ...gpus.map(({ name, memoryBytes }) => `${name}, ${Math.round(memoryBytes / 2 ** 30)} GiB`),
  ]
}
