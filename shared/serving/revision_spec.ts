/** What one revision of a deployment is: which model, from where, run by which Python. As it stands in the file. */
export interface RevisionSpec {
  /** From 1, never given again. */
  revision: number
  /** `models:/NAME/VERSION` or `runs:/ID/PATH`. */
  modelUri: string
  /** The run that made the model, and the notebook; null where nobody knows. */
  runId: string | null
  notebook: string | null
  /** Folder of the package: the revision's own copy. */
  folder: string
  /** Interpreter that holds what the model needs. */
  python: string
  createdAtMs: number
  /** What packaging noticed, for people. */
  notes: readonly string[]
}

/** How a deployment answers. */
export interface ServingSettings {
  /** Processes of one revision. */
  workers: number
  /** A process beyond this is ended and started anew. */
  memoryBytes: number
  /** Batches are made so that one takes no longer. */
  latencyGoalMs: number
  /** A request that would wait longer is told to come again (503). */
  maxWaitMs: number
  /** Whether and how many requests are recorded, 0 to 1. */
  logShare: number
  /** How long a former champion stays loaded. */
  keepLoadedMs: number
}

/** Settings if nobody says otherwise. */
export const servingDefaults: ServingSettings = {
  workers: 1,
  memoryBytes: 2_000_000_000,
  latencyGoalMs: 50,
  maxWaitMs: 2_000,
  logShare: 1,
  keepLoadedMs: 3_600_000,
}

/** A deployment as its file says, which the gateway alone writes. */
export interface DeploymentRecord {
  name: string
  revisions: RevisionSpec[]
  /** The revision that users get; null while there is none. */
  champion: number | null
  /** The revision that some of them get, with its share of the requests (0 to 1). */
  canary: { revision: number; weight: number } | null
  /** The revision that only listens, with the share of requests that it gets (0 to 1). */
  shadow: { revision: number; sample: number } | null
  /** Former champions, the last one at the end. */
  former: number[]
  settings: ServingSettings
  createdAtMs: number
  /** Taken down by a person: `daybook up` leaves it so. */
  stopped: boolean
  /** What happened, the newest at the end; at most a hundred. */
  events: DeploymentEvent[]
}

/** Something that happened to a deployment. */
export interface DeploymentEvent {
  atMs: number
  kind:
    | 'deployed'
    | 'promoted'
    | 'rolled_back'
    | 'canary'
    | 'shadow'
    | 'crashed'
    | 'trouble'
    | 'stopped'
    | 'started'
  revision: number | null
  says: string
}
