import type { HostAnswer, HostMessage, ToldAttempt, TrialOrder } from '../../compute/host_message.ts'
import type { Machine } from '../../compute/device.ts'
import type { ProcessIdentity } from '../../base/process.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import type { StudyPhase, StudyRecord, TrialRecord } from './study_record.ts'
import type { StudySearch } from './study_search.ts'

/** What a line tells its study, and asks of it. */
export interface HostedStudy {
  readonly record: StudyRecord
  readonly document: NotebookDocument
  readonly machine: Machine
  readonly search: StudySearch
  readonly trials: readonly TrialRecord[]
  readonly measuredBytes: number | null
  readonly folder: string
  readonly cwd: string
  readonly seedParameter: string | null
  readonly stops: ReadonlyMap<string, 'cancelled' | 'pruned'>
  readonly isOver: boolean
  /** `process` is null where it runs on another machine; `ranMs`: how long ago it began. */
  attemptBegan(id: string, process: ProcessIdentity | null, ranMs?: number): void
  attemptEnded(id: string, told: ToldAttempt): void
  /** All that the hosts know of: what is not among it was lost. */
  reconcile(known: ReadonlySet<string>): void
  hostLost(): void
  prepared(phase: StudyPhase): void
  useKernels(why: string): void
  /** Its record has changed. */
  changed(): void
  /** Notes something worth a word, once. */
  note(text: string): void
  /** Gives trials to whatever is free. */
  pump(): void
  fail(why: string): void
}

/** Where a trial may run now. */
export interface TrialPlace {
  lease: number | null
  /** The GPU that it gets a share of; null for none. */
  device: string | null
  /** Told to the trial. */
  env: Readonly<Record<string, string>>
  /** The capability of the host that will run it. */
  host: string | null
}

/** The way to whatever runs the trials of a study. */
export interface TrialLine {
  open(): Promise<void>
  /** Looks after what runs them: called now and then. */
  look(): void
  /** Whether a host with this capability has a say. */
  hears(capability: string): boolean
  /** What a host says, and what it is told. */
  poll(message: HostMessage, capability: string): Promise<HostAnswer>
  /** A place for one more trial; null if there is none. */
  place(): TrialPlace | null
  /** Has a trial run at the place that was asked for last. */
  order(order: TrialOrder): void
  hasOrder(attempt: string): boolean
  /** Answers the questions that wait. */
  wake(): void
  /** What the shared cells showed. */
  sharedOutputs(): string[]
  /** The study is over. */
  finish(): void
  close(): Promise<void>
}

/** How the processes of a host come about, as it says. */
export function phaseOf(message: HostMessage): StudyPhase {
  return {
    phase: message.phase,
    mode: message.mode === 'fork' ? 'fork' : 'prepared',
    why: message.why,
    sharedCells: message.shared.shared ?? null,
    sharedSeconds: message.shared.seconds ?? null,
  }
}

/** Why a host cannot run the shared cells, in a sentence; null if it can, or has not tried. */
export function sharedFailure({ broken }: HostMessage): string | null {
  if (broken?.failed === undefined) return null
  const { cell, name, message: words, traceback } = broken.failed
  const where = cell === null ? 'The shared cells' : `Cell ${cell + 1}, which all trials share,`
  const trace = cell === null && traceback.length > 0 ? ` (${traceback.slice(-3).join(' / ')})` : ''
  return `${where} failed with ${name}: ${words}${trace}`
}
