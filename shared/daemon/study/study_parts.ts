import type { StudySettings } from '../../api/study_methods.ts'
import type { Clock } from '../../base/clock.ts'
import type { Log } from '../../base/log.ts'
import type { ProcessIdentity } from '../../base/process.ts'
import type { StatePaths } from '../../base/project.ts'
import type { DeviceLeases } from '../../compute/lease.ts'
import type { NotebookDocument } from '../../notebook/document.ts'
import type { Store } from '../../store/store.ts'
import type { Capability } from '../capability.ts'
import type { WorkerHost } from '../remote/worker_host.ts'
import type { StudyProgress, StudyRecord } from './study_record.ts'
import type { TrialRunParts } from './trial_run.ts'

/** A Python that can run a notebook's cells without a kernel, and the environment that it wants. */
export interface TrialPython {
  python: string
  env: Readonly<Record<string, string>>
  unset: readonly string[]
}

/** A trial that is run on a kernel, as a notebook run of its own. */
export interface KernelTrial {
  path: string
  parameters: Record<string, unknown>
  kernel: string | null
  name: string
  /** With the study's run as its parent, and the attempt. */
  tags: Record<string, string>
}

/** What studies need of the daemon. */
export interface StudyParts {
  store: Store
  clock: Clock
  paths: StatePaths
  log: Log
  leases: DeviceLeases
  /** Folder that holds our Python package. */
  packageFolder: string
  runParts(study: StudyRecord): TrialRunParts
  /** Address and environment of a process that holds a capability. */
  address(capability: Capability): string
  environment(capability: Capability): Record<string, string>
  grantHost(notebook: string): Capability
  bindCapability(id: string, holder: ProcessIdentity): void
  /** Address of the daemon on its own machine, without a path. */
  url(): string
  /** `/k/<token>` of a capability; null if there is no such one. */
  pathOf(capability: string): string | null
  /** The places where a study's workers are started, from what they once said they are. */
  openHosts(settings: StudySettings, progress: Pick<StudyProgress, 'hosts' | 'cores'>): WorkerHost[]
  takeSpools(): void
  /** Why there is none: a kernel of another language, or one that is started by a command of its own. */
  findPython(document: NotebookDocument, kernel: string | null): Promise<TrialPython | { why: string }>
  /** Begins a notebook run; its end is told to `Studies.notebookEnded`. */
  startNotebook(trial: KernelTrial): Promise<{ runId: string }>
  cancelNotebook(runId: string): Promise<void>
  /** Something of a study changed. */
  changed(): void
  ended(): void
}
