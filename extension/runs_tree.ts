import { posix } from 'node:path'
import * as vscode from 'vscode'
import type { ResultOf } from '../shared/api/contract.ts'
import { formatAge, formatDuration, formatNumber } from '../shared/base/quantity.ts'
import { describeBaselines } from '../shared/views/baseline_text.ts'
import type { Daemon } from './daemon.ts'
import { ProjectTree } from './project_tree.ts'

type Row = ResultOf<'runs.window'>['rows'][number]
/** A run as a row of a table. */
export type RunRow = Extract<Row, { kind: 'run' }>

/** A row of the sidebar's list of runs. */
export type RunsNode = ExperimentNode | RunNode | MoreNode

interface ExperimentNode {
  kind: 'experiment'
  daemon: Daemon
  /** Names the group in a question for its runs. */
  key: string
  name: string
  runs: number
}

/** A run in the sidebar. */
export interface RunNode {
  kind: 'run'
  daemon: Daemon
  row: RunRow
}

/** Stands below the rows that are shown where there are more. */
interface MoreNode {
  kind: 'more'
  of: ExperimentNode | RunNode
  left: number
}

/** How many rows are shown at first, and how many come with each "more". */
const portion = 30

/** The sidebar's list of runs: by experiment, the newest first, with what is nested in them. */
export class RunsTree extends ProjectTree<RunsNode> {
  readonly topic = 'runs.changed'
  /** Ages grow. */
  override readonly lookEveryMs = 30_000
  readonly #limits = new Map<string, number>()

  protected async rows(daemon: Daemon): Promise<RunsNode[]> {
    const { rows } = await daemon.call('runs.window', { groupBy: [{ kind: 'experiment' }], limit: 200 })
    return rows.flatMap((row) =>
      row.kind === 'group'
        ? [{ kind: 'experiment', daemon, key: row.key, name: row.values[0] ?? '', runs: row.runs }]
        : [],
    )
  }

  protected override async children(node: RunsNode): Promise<RunsNode[]> {
    if (node.kind === 'more') return []
    const limit = this.#limits.get(idOf(node)) ?? portion
    const { daemon } = node
    const window = await daemon.call(
      'runs.window',
      node.kind === 'experiment'
        ? { groupBy: [{ kind: 'experiment' }], group: node.key, limit }
        : { within: { parentId: node.row.id }, limit },
    )
    const rows = window.rows.flatMap((row): RunsNode[] =>
      row.kind === 'run' ? [{ kind: 'run', daemon, row }] : [],
    )
    const left = window.total - rows.length
    return left > 0 ? [...rows, { kind: 'more', of: node, left }] : rows
  }

  /** Shows the next rows below an experiment or a run. */
  showMore(node: MoreNode): void {
    const id = idOf(node.of)
    this.#limits.set(id, Math.min(200, (this.#limits.get(id) ?? portion) + portion))
    this.refresh()
  }

  override getTreeItem(node: RunsNode): vscode.TreeItem {
    if (node.kind === 'experiment') return experimentItem(node)
    return node.kind === 'run' ? runItem(node) : moreItem(node)
  }
}

/** `accuracy 0.876`; empty for a run without a telling metric. */
export function headlineOf({ headline }: RunRow): string {
  return headline === null ? '' : `${headline.key} ${formatNumber(headline.value)}`
}

function experimentItem(node: ExperimentNode): vscode.TreeItem {
  // Most experiments are named after their notebook: the folder is the lesser part of it.
  const { base, dir } = posix.parse(node.name)
  const item = new vscode.TreeItem(base, vscode.TreeItemCollapsibleState.Expanded)
  const runs = node.runs === 1 ? '1 run' : `${node.runs} runs`
  item.id = idOf(node)
  item.description = dir === '' ? runs : `${runs} · ${dir}`
  item.tooltip = node.name
  item.contextValue = 'experiment'
  item.iconPath = new vscode.ThemeIcon(node.name.endsWith('.ipynb') ? 'notebook' : 'beaker')
  return item
}

function runItem(node: RunNode): vscode.TreeItem {
  const { row } = node
  const { None, Collapsed } = vscode.TreeItemCollapsibleState
  const item = new vscode.TreeItem(row.name, row.children > 0 ? Collapsed : None)
  const when = row.endMs === null ? 'running' : formatAge(Date.now() - row.startMs)
  item.id = idOf(node)
  item.description = [row.starred ? '★' : '', headlineOf(row), when].filter((part) => part !== '').join(' · ')
  item.iconPath = statusIcon(row)
  item.contextValue = `run${row.starred ? ' starred' : ''}${row.notebook === null ? '' : ' notebook'}`
  item.tooltip = tooltip(row)
  item.command = { command: 'daybook.openRun', title: 'Open Run', arguments: [node] }
  const state = row.status.toLowerCase()
  const star = row.starred ? ', starred' : ''
  item.accessibilityInformation = { label: `Run ${row.name}, ${state}, ${headlineOf(row)}, ${when}${star}` }
  return item
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(`${node.left} more`)
  item.iconPath = new vscode.ThemeIcon('ellipsis')
  // A tree is no table: past the first 200, the table finds them better.
  item.command =
    node.left > 170
      ? { command: 'daybook.openRuns', title: 'Open the Table of Runs' }
      : { command: 'daybook.showMoreRuns', title: 'Show More', arguments: [node] }
  return item
}

function idOf(node: ExperimentNode | RunNode): string {
  return node.kind === 'experiment' ? `experiment ${node.key}` : `run ${node.row.id}`
}

function statusIcon({ status }: RunRow): vscode.ThemeIcon {
  const coloured = (icon: string, colour: string): vscode.ThemeIcon =>
    new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour))
  if (status === 'FINISHED') return coloured('pass', 'charts.green')
  if (status === 'FAILED') return coloured('error', 'charts.red')
  if (status === 'KILLED') return coloured('circle-slash', 'charts.orange')
  return coloured('sync~spin', 'charts.blue')
}

function tooltip(row: RunRow): vscode.MarkdownString {
  const text = new vscode.MarkdownString()
  const took = row.endMs === null ? 'still running' : `took ${formatDuration(row.endMs - row.startMs)}`
  text.appendText(`${row.name}: ${row.status.toLowerCase()}, ${took}\n`)
  const beside = row.headline === null ? '' : describeBaselines(row.headline)
  if (beside !== '') text.appendText(`${headlineOf(row)} · ${beside}\n`)
  text.appendText(`${new Date(row.startMs).toLocaleString()}\n`)
  if (row.notebook !== null) text.appendText(`from ${row.notebook}\n`)
  text.appendText(row.id)
  return text
}
