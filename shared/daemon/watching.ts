import type { Bag } from '../base/bag.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { StatePaths } from '../base/project.ts'
import type { Store } from '../store/store.ts'
import type { AuditTrail } from './audit.ts'
import type { Deployments } from './deployments/deployments.ts'
import { auditHandlers } from './handlers/audit_handlers.ts'
import { deploymentHandlers } from './handlers/deployment_handlers.ts'
import { monitorHandlers } from './handlers/monitor_handlers.ts'
import { retrainHandlers } from './handlers/retrain_handlers.ts'
import { pythonFolder, type Kernels } from './kernels.ts'
import { Monitor } from './monitor.ts'
import type { NotebookRunner } from './notebook_runner.ts'
import { Retrainer } from './retrain.ts'
import type { TopicBoard } from './topics.ts'

/** What watching models needs of the daemon. */
export interface WatchingParts {
  store: Store
  clock: Clock
  paths: StatePaths
  log: Log
  topics: TopicBoard
  kernels: Kernels
  runner: NotebookRunner
  audit: AuditTrail
  deployments: Deployments
  bag: Bag
}

/** Puts together what watches deployed models and trains again; its answers are part of the daemon's. */
export function openWatching({ bag, topics, kernels, runner, ...parts }: WatchingParts): {
  monitor: Monitor
  retrainer: Retrainer
  handlers: ReturnType<typeof auditHandlers> &
    ReturnType<typeof deploymentHandlers> &
    ReturnType<typeof monitorHandlers> &
    ReturnType<typeof retrainHandlers>
} {
  const { store, paths, audit, deployments } = parts
  const monitor = new Monitor({ ...parts, changed: (topic) => topics.bump(topic) })
  bag.add(() => monitor.close())
  const common = { pythonFolder: pythonFolder(), projectPython: () => kernels.projectPython() }
  const changed = (): void => topics.bump('retraining.changed')
  const retrainer = new Retrainer({ ...parts, ...common, monitor, runner, changed })
  bag.add(() => retrainer.close())
  const gate = { store, root: paths.root, artifactsDir: paths.artifacts, audit, monitor, deployments }
  return {
    monitor,
    retrainer,
    handlers: {
      ...auditHandlers(audit),
      ...monitorHandlers(monitor),
      ...deploymentHandlers(gate),
      ...retrainHandlers({ ...common, retrainer, gate }),
    },
  }
}
