/** What a worker is started with. */
export interface WorkerStart {
  /** Its own path at the daemon, `/k/<token>`. */
  path: string
  /** Archive with our package and the notebook's files. */
  zip: Buffer
}

/** A worker that was started elsewhere. */
export interface RunningWorker {
  /** By which it is found again: a kernel's or a job's. */
  readonly id: string
  /** Calls once, with a sentence, when it has ended by itself or was lost. */
  onEnd(listener: (why: string) => void): void
  /** Ends it there. */
  stop(): Promise<void>
  /** Lets go of it; it goes on. */
  close(): void
}

/** What is at an address, as it said itself. */
export type KnownHost = KnownJupyter | KnownRay

/** A Jupyter server. */
export interface KnownJupyter {
  kind: 'jupyter'
  version: string
}

/** A Ray cluster, and what it had in all when it was asked. */
export interface KnownRay {
  kind: 'ray'
  version: string
  cpus: number
  gpus: number
  nodes: number
}

/** A place where workers can be started. */
export interface WorkerHost {
  /** How it is called: `gpu-box:8888`. */
  readonly name: string
  /** What it is, for the list of devices. */
  readonly describes: string
  /** How many workers it is to hold. */
  readonly workers: number
  /** Whether each runs one trial at a time, with the resources that it was given; else as its machine holds. */
  readonly oneEach: boolean
  /** What a worker asks for and what there is; empty where nothing is asked for. */
  readonly asks: string
  /** @throws Problem with what it said */
  start(start: WorkerStart): Promise<RunningWorker>
  /** The worker that an earlier daemon started there; null if it is gone. */
  adopt(id: string, path: string): Promise<RunningWorker | null>
  /** No worker is started there any more. */
  close(): void
}
