import * as vscode from 'vscode'
import type { DeploymentState, DeploymentSummary } from '../../shared/api/deployment_methods.ts'
import { formatLatency } from '../../shared/base/quantity.ts'
import type { Daemon } from '../daemon.ts'
import { ProjectTree } from '../project_tree.ts'

/** A deployment in the sidebar. */
export interface DeploymentNode {
  kind: 'deployment'
  daemon: Daemon
  summary: DeploymentSummary
}

/** A revision in one of its places. */
export interface PlaceNode {
  kind: 'place'
  daemon: Daemon
  summary: DeploymentSummary
  slot: 'champion' | 'canary' | 'shadow'
  revision: number
  /** Share of the requests that it gets; null for the champion. */
  share: number | null
}

/** A row of the list. */
export type DeploymentsNode = DeploymentNode | PlaceNode

/** The sidebar's list of models that answer. */
export class DeploymentsTree extends ProjectTree<DeploymentsNode> {
  readonly topic = 'deployments.changed'
  /** Requests are counted without a word about each. */
  override readonly lookEveryMs = 5_000

  protected async rows(daemon: Daemon): Promise<DeploymentsNode[]> {
    const summaries = await daemon.call('deployments.list', {})
    return summaries.map((summary) => ({ kind: 'deployment', daemon, summary }))
  }

  protected override children(node: DeploymentsNode): Promise<DeploymentsNode[]> {
    if (node.kind === 'place') return Promise.resolve([])
    const { daemon, summary } = node
    const { champion, canary, shadow } = summary
    const place = (slot: PlaceNode['slot'], revision: number, share: number | null): PlaceNode => {
      return { kind: 'place', daemon, summary, slot, revision, share }
    }
    return Promise.resolve([
      ...(champion === null ? [] : [place('champion', champion.revision, null)]),
      ...(canary === null ? [] : [place('canary', canary.revision, canary.weight)]),
      ...(shadow === null ? [] : [place('shadow', shadow.revision, shadow.sample)]),
    ])
  }

  override getTreeItem(node: DeploymentsNode): vscode.TreeItem {
    return node.kind === 'deployment' ? deploymentItem(node) : placeItem(node)
  }
}

const icons: Readonly<Record<DeploymentState, [icon: string, colour: string]>> = {
  ready: ['pass-filled', 'charts.green'],
  starting: ['loading~spin', 'charts.blue'],
  failed: ['error', 'charts.red'],
  stopped: ['debug-stop', 'disabledForeground'],
  down: ['circle-outline', 'disabledForeground'],
}

function deploymentItem(node: DeploymentNode): vscode.TreeItem {
  const { summary } = node
  const { name, state, requests, p99Ms, champion, shadow, says, url } = summary
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded)
  const [icon, colour] = icons[state]
  const facts = [
    champion === null ? 'no model' : `revision ${champion.revision}`,
    state === 'ready' ? `${requests.toLocaleString('en-US')} requests` : state,
    ...(p99Ms === null || state !== 'ready' ? [] : [`99 % within ${formatLatency(p99Ms)}`]),
  ]
  item.id = `deployment ${name}`
  item.command = { command: 'daybook.openDeployment', title: 'Open Deployment', arguments: [node] }
  item.description = facts.join(' · ')
  item.tooltip = [says, ...(url === null ? [] : [`${url}/invocations`])].join('\n')
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour))
  item.contextValue = `deployment ${state}${shadow === null ? '' : ' shadowed'}`
  item.accessibilityInformation = { label: `Deployment ${name}, ${facts.join(', ')}` }
  return item
}

function placeItem({ summary, slot, revision, share }: PlaceNode): vscode.TreeItem {
  const item = new vscode.TreeItem(`${slot}: revision ${revision}`)
  item.id = `place ${summary.name} ${slot}`
  item.description = share === null ? '' : `${Math.round(share * 100)} % of the requests`
  item.iconPath = new vscode.ThemeIcon(
    { champion: 'star-full', canary: 'git-branch', shadow: 'mirror' }[slot],
  )
  item.contextValue = `place ${slot}`
  return item
}
