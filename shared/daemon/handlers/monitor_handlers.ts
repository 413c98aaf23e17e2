import { existsSync } from 'node:fs'
import type { Handlers } from '../../api/contract.ts'
import type { Clock } from '../../base/clock.ts'
import { Problem } from '../../base/problem.ts'
import { askMonitor } from '../../monitor/monitor_process.ts'
import { drawShadowPage } from '../../monitor/shadow_page.ts'
import { deploymentFiles, type DeploymentFiles } from '../../serving/deployment_files.ts'

/** What the handlers about monitoring need. */
export interface MonitorParts {
  stateDir: string
  clock: Clock
}

type MonitorHandlers = Pick<Handlers, 'labels.add' | 'labels.coverage' | 'shadow.report' | 'shadow.page'>

/** Answers whether what is deployed still holds. */
export function monitorHandlers({ stateDir, clock }: MonitorParts): MonitorHandlers {
  const filesOf = (name: string): DeploymentFiles => {
    const files = deploymentFiles(stateDir, name)
    if (!existsSync(files.folder))
      throw new Problem('not_found', `There is no deployment "${name}"`, {
        hint: '"daybook deployments" lists them, "daybook deploy" makes one.',
      })
    return files
  }
  return {
    'labels.add': ({ name, path, label, on }) =>
      askMonitor<'labels'>({ kind: 'labels', files: filesOf(name), path, label, on, toldMs: clock.nowMs() }),
    'labels.coverage': ({ name }) => askMonitor<'coverage'>({ kind: 'coverage', files: filesOf(name) }),
    'shadow.report': ({ name, revision, labels }) =>
      askMonitor<'shadow'>({ kind: 'shadow', files: filesOf(name), revision, withLabels: labels }),
    'shadow.page': async ({ name, revision }) => {
      const files = filesOf(name)
      const report = await askMonitor<'shadow'>({ kind: 'shadow', files, revision, withLabels: true })
      return { html: drawShadowPage(name, report) }
    },
  }
}
