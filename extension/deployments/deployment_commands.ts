import * as vscode from 'vscode'
import type { ResultOf } from '../../shared/api/contract.ts'
import { Problem } from '../../shared/base/problem.ts'
import { formatDuration, formatLatency } from '../../shared/base/quantity.ts'
import { deploymentName, gateSign } from '../../shared/views/deployment_text.ts'
import type { Page } from '../../shared/views/host.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { command } from '../problem_message.ts'
import type { RunNode } from '../runs_tree.ts'
import type { DeploymentsNode, DeploymentsTree, PlaceNode } from './deployments_tree.ts'

type GateCheck = ResultOf<'gate.check'>['checks'][number]

/** What the commands need. */
export interface DeploymentCommandParts {
  tree: DeploymentsTree
  daemons: Daemons
  openPage(daemon: Daemon, page: Page): void
}

/** Everything that can be done to deployments from the sidebar, and what makes one of a run. */
export function deploymentCommands({ tree, daemons, openPage }: DeploymentCommandParts): vscode.Disposable[] {
  const name = ({ summary }: DeploymentsNode): { name: string } => ({ name: summary.name })
  return [
    command('daybook.openDeployment', ({ daemon, summary }: DeploymentsNode) =>
      openPage(daemon, { kind: 'deployment', name: summary.name }),
    ),
    command('daybook.openDeployments', () => {
      if (daemons.current !== null) openPage(daemons.current, { kind: 'deployments' })
    }),
    command('daybook.deployRun', (node: RunNode) => deploy(node, openPage)),
    command('daybook.promoteDeployment', (node: DeploymentsNode) => promote(node)),
    command('daybook.rollbackDeployment', async (node: DeploymentsNode) => {
      const { revision } = await node.daemon.call('deployments.rollback', name(node))
      say(`revision ${revision} of "${node.summary.name}" answers again`)
    }),
    command('daybook.stopDeployment', (node: DeploymentsNode) =>
      node.daemon.call('deployments.stop', name(node)),
    ),
    command('daybook.startDeployment', (node: DeploymentsNode) =>
      node.daemon.call('deployments.up', name(node)),
    ),
    command('daybook.removeShadow', ({ daemon, summary, slot }: PlaceNode) =>
      slot === 'champion'
        ? undefined
        : daemon.call('deployments.place', { name: summary.name, slot, revision: null }),
    ),
    command('daybook.copyDeploymentCurl', async (node: DeploymentsNode) => {
      const { curl } = await node.daemon.call('deployments.show', name(node))
      if (curl === null) return say(`"${node.summary.name}" does not answer now`)
      await vscode.env.clipboard.writeText(curl)
      say('the command is on the clipboard; it holds the token')
    }),
    command('daybook.refreshDeployments', () => tree.refresh()),
  ]
}

const say = (words: string): void => void vscode.window.showInformationMessage(`Daybook: ${words}.`)

/** Makes a run's model answer, telling each step. */
async function deploy({ daemon, row }: RunNode, openPage: DeploymentCommandParts['openPage']): Promise<void> {
  const name = await vscode.window.showInputBox({
    title: `Deploy the model of ${row.name}`,
    prompt: 'Name of the deployment. One that is there gets a new revision.',
    value: deploymentName(row),
    validateInput: (value) => (/^[\w-]{1,63}$/.test(value) ? null : 'Letters, digits, "-" and "_"'),
  })
  if (name === undefined) return
  const deployed = await deployTrusted(daemon, { model: row.id, name })
  if (deployed === null) return
  const { revision, tookMs, notes } = deployed
  const noticed = notes.length === 0 ? '' : ` ${notes[0] ?? ''}`
  openPage(daemon, { kind: 'deployment', name })
  say(`revision ${revision} of "${name}" answers, ${formatDuration(tookMs)} after the click.${noticed}`)
}

interface WantedModel {
  model: string
  name: string
  override?: boolean
  reason?: string
  trust?: boolean
}

/** A pickle that was not made here is loaded only if a person trusts where it comes from; null if not. */
async function deployTrusted(
  daemon: RunNode['daemon'],
  wanted: WantedModel,
): Promise<ResultOf<'deployments.deploy'> | null> {
  try {
    return await deployThroughGate(daemon, wanted)
  } catch (error) {
    if (!(error instanceof Problem) || error.details?.['pickles'] === undefined) throw error
    const words = 'Trust and Deploy'
    const title = `Do you trust where the model of "${wanted.name}" comes from?`
    const detail = `${error.message}.`
    const answer = await vscode.window.showWarningMessage(title, { modal: true, detail }, words)
    return answer === words ? deployThroughGate(daemon, { ...wanted, trust: true }) : null
  }
}

/** Where the gate is closed to the place of a champion, a person may override it with a reason; null if not. */
async function deployThroughGate(
  daemon: RunNode['daemon'],
  wanted: WantedModel,
): Promise<ResultOf<'deployments.deploy'> | null> {
  try {
    return await deployWithProgress(daemon, wanted)
  } catch (error) {
    const checks = error instanceof Problem ? error.details?.['checks'] : undefined
    if (!Array.isArray(checks)) throw error
    const title = `The gate is closed: this model may not take the place of what "${wanted.name}" answers with.`
    if (!(await goesPast(title, checks as GateCheck[], 'Deploy All the Same…'))) return null
    const reason = await askReason(`Deploy to "${wanted.name}" against the gate`, true)
    return reason === undefined ? null : deployWithProgress(daemon, { ...wanted, override: true, reason })
  }
}

function deployWithProgress(
  daemon: RunNode['daemon'],
  wanted: WantedModel,
): Thenable<ResultOf<'deployments.deploy'>> {
  const { name } = wanted
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Deploying ${name}` },
    async (progress) => {
      const tell = async (): Promise<void> => {
        const detail = await daemon.call('deployments.show', { name }).catch(() => null)
        const last = detail?.progress.at(-1)
        if (last !== undefined) progress.report({ message: last.says })
      }
      const timer = setInterval(() => void tell(), 300)
      try {
        return await daemon.call('deployments.deploy', wanted)
      } finally {
        clearInterval(timer)
      }
    },
  )
}

/** Shows what the gate holds against it. @returns whether the person wants to go past it */
async function goesPast(title: string, checks: readonly GateCheck[], word: string): Promise<boolean> {
  const detail = checks.map(({ holds, says }) => `${gateSign(holds)} ${says}`).join('\n')
  return (await vscode.window.showWarningMessage(title, { modal: true, detail }, word)) === word
}

function askReason(title: string, isNeeded: boolean): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: 'Why? The reason is kept in the audit log.',
    validateInput: (value) =>
      isNeeded && value.trim() === '' ? 'Against the gate a reason has to be given' : null,
  })
}

/** Promotes the shadow through the gate; where that is closed, a person may override it with a reason. */
async function promote({ daemon, summary }: DeploymentsNode): Promise<void> {
  const { name } = summary
  const gate = await daemon.call('gate.check', { name })
  const override = !gate.open
  const title = `The gate is closed for revision ${gate.revision} of "${name}".`
  if (override && !(await goesPast(title, gate.checks, 'Promote All the Same…'))) return
  const reason = await askReason(`Promote revision ${gate.revision} of "${name}"`, override)
  if (reason === undefined) return
  const { revision, tookMs } = await daemon.call('deployments.promote', {
    ...{ name, revision: gate.revision, reason, override },
  })
  say(`revision ${revision} of "${name}" answers now (${formatLatency(tookMs)})`)
}
