import { basename } from 'node:path'
import type { Handlers } from '../../api/contract.ts'
import type { DaemonStatus } from '../../api/daemon_methods.ts'
import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import { identifyProcess } from '../../base/process.ts'
import { ensureExperiment } from '../../runs/experiment.ts'
import { createRun, getRun, updateRun } from '../../runs/run.ts'
import type { RunId } from '../../runs/run_data.ts'
import type { Store } from '../../store/store.ts'
import { getCapability, grantCapability, type Capability } from '../capability.ts'
import type { Capture } from '../capture.ts'
import { redact } from '../redact.ts'

/** What the handlers about the daemon itself need. */
export interface DaemonHandlerParts {
  store: Store
  clock: Clock
  capture: Capture
  status(): Promise<DaemonStatus>
  /** Ends the daemon soon, after the answer went out. */
  stop(): void
  environment(capability: Capability): Record<string, string>
  address(capability: Capability): string
  /** Address of a page in a plain browser. */
  pageLink(wanted: { access: 'all' | 'read'; page: string }): string
  /** Takes in spool files, whose events must come before the end of their run. */
  takeSpools(): void
}

type DaemonHandlers = Pick<
  Handlers,
  'daemon.status' | 'daemon.stop' | 'daemon.pageLink' | 'capabilities.create' | 'capabilities.end'
>

/** Answers everything about the daemon and who may log to it. */
export function daemonHandlers(parts: DaemonHandlerParts): DaemonHandlers {
  const { store, clock, capture } = parts
  return {
    'daemon.status': () => parts.status(),
    'daemon.stop': () => {
      parts.stop()
      return { stopping: true }
    },
    'daemon.pageLink': (wanted) => ({ url: parts.pageLink(wanted) }),
    'capabilities.create': ({ kind, pid, notebook, argv, cwd }) => {
      const runId = kind === 'exec' ? execRun(parts, argv, cwd) : null
      const capability = grantCapability(
        store,
        { kind, notebook, runId, process: identifyProcess(pid) },
        clock.nowMs(),
      )
      if (runId !== null) capture.runCreated(runId, capability, null)
      return {
        id: capability.id,
        url: parts.address(capability),
        runId,
        env: parts.environment(capability),
      }
    },
    'capabilities.end': ({ id, status }) => {
      const capability = getCapability(store, id)
      if (capability === null) throw new Problem('not_found', `There is no capability ${id}`)
      parts.takeSpools()
      if (capability.runId === null) return {}
      const run = getRun(store, capability.runId)
      // An mlflow client may have ended the run already; the exit code of the command has the last word on failure.
      if (run.status === 'RUNNING' || status !== 'FINISHED') {
        updateRun(store, run.id, { status, endMs: clock.nowMs() })
        capture.runsTouched([run.id])
      }
      return {}
    },
  }
}

function execRun({ store, clock }: DaemonHandlerParts, argv: readonly string[], cwd: string | null): RunId {
  const nowMs = clock.nowMs()
  const script = argv.find((word) => /\.(py|R|jl|ts|js|sh)$/i.test(word)) ?? argv[0] ?? 'command'
  const run = createRun(store, {
    experimentId: ensureExperiment(store, 'scripts', nowMs),
    name: basename(script),
    startMs: nowMs,
    tags: {
      'mlflow.source.name': script,
      'mlflow.source.type': 'LOCAL',
      'daybook.command': redact(argv.join(' ')),
      ...(cwd === null ? {} : { 'daybook.cwd': cwd }),
    },
  })
  return run.id
}
