import * as vscode from 'vscode'
import { starTag } from '../shared/base/tag_name.ts'
import type { Page } from '../shared/views/host.ts'
import type { Daemon } from './daemon.ts'
import { openNotebook } from './open_notebook.ts'
import { command } from './problem_message.ts'
import { headlineOf, type RunNode, type RunsNode, type RunsTree } from './runs_tree.ts'

/** What commands on runs need. */
export interface RunCommandParts {
  tree: RunsTree
  /** Shows a page of shared/views. */
  openPage(daemon: Daemon, page: Page): void
}

/** Everything that can be done to runs from the sidebar. */
export function runCommands({ tree, openPage }: RunCommandParts): vscode.Disposable[] {
  return [
    command('daybook.openRun', (node: RunNode) => openPage(node.daemon, { kind: 'run', id: node.row.id })),
    command('daybook.compareRuns', (node: RunNode, nodes?: RunsNode[]) =>
      compare(node, chosen(node, nodes), openPage),
    ),
    command('daybook.openCellRuns', (daemon: Daemon, ids: readonly string[]) => {
      const [id] = ids
      if (id !== undefined) openPage(daemon, ids.length > 1 ? { kind: 'compare', ids } : { kind: 'run', id })
    }),
    command('daybook.starRun', (node: RunNode, nodes?: RunsNode[]) => star(chosen(node, nodes), true)),
    command('daybook.unstarRun', (node: RunNode, nodes?: RunsNode[]) => star(chosen(node, nodes), false)),
    command('daybook.deleteRun', (node: RunNode, nodes?: RunsNode[]) => deleteRuns(chosen(node, nodes))),
    command('daybook.copyRunId', (node: RunNode) => vscode.env.clipboard.writeText(node.row.id)),
    command('daybook.openRunNotebook', (node: RunNode) => openNotebook(node.daemon, node.row.notebook)),
    command('daybook.showMoreRuns', (node: Parameters<RunsTree['showMore']>[0]) => tree.showMore(node)),
    command('daybook.refresh', () => tree.refresh()),
  ]
}

/** A command of a list gets the row it was called on, and all selected rows where there are several. */
export function chosen(node: RunNode, nodes: readonly RunsNode[] | undefined): RunNode[] {
  const runs = (nodes ?? []).filter((one) => one.kind === 'run')
  return runs.length > 0 ? runs : [node]
}

/** Compares the selected runs; where only one is, asks with which others. */
async function compare(
  node: RunNode,
  nodes: readonly RunNode[],
  openPage: RunCommandParts['openPage'],
): Promise<void> {
  const ids = nodes.length > 1 ? nodes.map(({ row }) => row.id) : await pickOthers(node)
  if (ids.length > 1) openPage(node.daemon, { kind: 'compare', ids: ids.slice(0, 20) })
}

async function pickOthers({ daemon, row }: RunNode): Promise<string[]> {
  const { rows } = await daemon.call('runs.window', { experiment: row.experiment, within: 'all', limit: 200 })
  const picks = rows.flatMap((other) =>
    other.kind === 'run' && other.id !== row.id
      ? [
          {
            label: other.name,
            description: headlineOf(other),
            detail: new Date(other.startMs).toLocaleString(),
            id: other.id,
          },
        ]
      : [],
  )
  const options = {
    canPickMany: true,
    placeHolder: `Compare ${row.name} with…`,
    matchOnDescription: true,
  } as const
  const picked = await vscode.window.showQuickPick(picks, options)
  return [row.id, ...(picked ?? []).map(({ id }) => id)]
}

async function star(nodes: readonly RunNode[], starred: boolean): Promise<void> {
  const changes = nodes.map(({ row }) => ({
    id: row.id,
    key: starTag,
    value: starred ? 'true' : null,
  }))
  await nodes[0]?.daemon.call('runs.setTags', { changes })
}

async function deleteRuns(nodes: readonly RunNode[]): Promise<void> {
  const daemon = nodes[0]?.daemon
  if (daemon === undefined) return
  const ids = nodes.map(({ row }) => row.id)
  await daemon.call('runs.setDeleted', { ids, deleted: true })
  const what = nodes.length === 1 ? `"${nodes[0]?.row.name ?? ''}" is` : `${nodes.length} runs are`
  // Not awaited: the message may stand for long.
  void vscode.window.showInformationMessage(`${what} in the trash.`, 'Undo').then((answer) => {
    if (answer === 'Undo') return daemon.call('runs.setDeleted', { ids, deleted: false })
    return undefined
  })
}
