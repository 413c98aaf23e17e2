import { z } from 'zod'
import { method } from './method.ts'

/** The daemon in a few words. */
export interface DaemonStatus {
  version: string
  project: string
  stateDir: string
  /** Why the state does not lie in the project; null if it does. */
  movedBecause: string | null
  pid: number
  url: string
  /** What an mlflow client is given as tracking URI to log to this project from anywhere on this machine. */
  trackingUri: string
  startedAtMs: number
  memoryBytes: number
  /** Connected editors, terminals and pages. */
  clients: number
  kernels: number
  /** Notebook runs under way. */
  notebookRuns: number
  /** When it will end by itself if nothing happens; null while something keeps it alive. */
  endsAtMs: number | null
}

/** What a process gets to log with. */
export interface GivenCapability {
  id: string
  /** Tracking address of this process alone: `http://127.0.0.1:PORT/k/<token>`. */
  url: string
  /** The run that everything in the process logs to; null if it makes its own. */
  runId: string | null
  /** What to add to the environment of the process. */
  env: Record<string, string>
}

/** About the daemon itself, and who may talk to it. */
export const daemonMethods = {
  'daemon.status': method(z.object({}))<DaemonStatus>(),
  /** Ends the daemon once the answer is out. Kernels and their cells go on. */
  'daemon.stop': method(z.object({}))<{ stopping: true }>(),
  /**
   * An address that opens a page in a plain browser of this machine. `all` counts once, within a minute, and gives
   * the page what its owner may do; `read` may be given to others of this machine and holds until the project gets
   * another token.
   */
  'daemon.pageLink': method(
    z.object({
      access: z.enum(['all', 'read']).default('all'),
      /** `runs`, `run/ID`, `compare/ID,ID`, `data`, `data/ID`. */
      page: z
        .string()
        .regex(
          /^(runs|run\/[\w-]+|compare\/[\w,-]+|studies|study\/[\w-]+|tune\/[^#?&]+|data|data\/[\w-]+|deployments|deployment\/[\w-]+)$/,
        )
        .default('runs'),
    }),
  )<{ url: string }>(),
  'capabilities.create': method(
    z.object({
      kind: z.enum(['script', 'exec']),
      pid: z.number().int().positive(),
      notebook: z.string().nullable().default(null),
      /** exec: the command line, for the name and tags of its run. */
      argv: z.array(z.string()).default([]),
      cwd: z.string().nullable().default(null),
    }),
  )<GivenCapability>(),
  /** Ends the run of an `exec` capability as its process ended. */
  'capabilities.end': method(z.object({ id: z.string(), status: z.enum(['FINISHED', 'FAILED', 'KILLED']) }))<
    Record<string, never>
  >(),
}
