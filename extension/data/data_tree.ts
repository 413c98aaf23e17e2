import { posix } from 'node:path'
import * as vscode from 'vscode'
import type { ColumnProfile, DataSummary } from '../../shared/api/data_methods.ts'
import type { Finding } from '../../shared/base/finding.ts'
import { formatAge } from '../../shared/base/quantity.ts'
import { amount, plural } from '../../shared/base/wording.ts'
import { columnFacts, sparkText } from '../../shared/views/data_spark.ts'
import { firstFindings, levelNames, worstLevel } from '../../shared/views/finding_places.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { ProjectTree } from '../project_tree.ts'

/** A row of the sidebar's list of data. */
export type DataNode = DataSetNode | FindingNode | ColumnNode | RestNode

/** A frame or file in the sidebar. */
export interface DataSetNode {
  kind: 'data'
  daemon: Daemon
  id: string
  summary: DataSummary
}

interface FindingNode {
  kind: 'finding'
  of: DataSetNode
  finding: Finding
}

interface ColumnNode {
  kind: 'column'
  of: DataSetNode
  column: ColumnProfile
}

/** Stands for what the report shows and the sidebar does not. */
interface RestNode {
  kind: 'rest'
  of: DataSetNode
  says: string
}

/** So many frames and files, and columns of each, are listed; the pages have them all. */
const listed = { data: 100, columns: 100 } as const

/** The sidebar's list of data: frames and files that were looked at, their findings, and a line for each column. */
export class DataTree extends ProjectTree<DataNode> {
  readonly topic = 'data.changed'
  readonly #badges = new Set<vscode.TreeView<DataNode>>()
  readonly #stops: (() => void)[] = []
  #badged: Daemon | null = null
  #stopBadge: () => void = () => undefined

  constructor(daemons: Daemons) {
    super(daemons)
    const follow = (): void => this.#followBadge(daemons.current)
    const listener = daemons.onCurrent(follow)
    this.#stops.push(
      () => void listener.dispose(),
      () => this.#stopBadge(),
    )
    follow()
  }

  /** Shows it, with a badge that counts what there is to look at, also while the view is closed. */
  override show(id: string): vscode.TreeView<DataNode> {
    const view = super.show(id)
    this.#badges.add(view)
    return view
  }

  protected async rows(daemon: Daemon): Promise<DataNode[]> {
    const found = await newestOf(daemon)
    return found.map((summary) => ({ kind: 'data', daemon, id: summary.id, summary }))
  }

  protected override async children(node: DataNode): Promise<DataNode[]> {
    if (node.kind !== 'data') return []
    const { shown, smaller } = firstFindings(node.summary)
    const { columns } = await node.daemon.call('data.report', { id: node.id })
    const left = columns.length - listed.columns
    return [
      ...shown.map((finding): DataNode => ({ kind: 'finding', of: node, finding })),
      ...(smaller > 0 ? [rest(node, shown.length > 0 ? `+${smaller} smaller` : `${smaller} small`)] : []),
      ...columns.slice(0, listed.columns).map((column): DataNode => ({ kind: 'column', of: node, column })),
      ...(left > 0 ? [rest(node, `${amount(left)} more columns`)] : []),
    ]
  }

  override getTreeItem(node: DataNode): vscode.TreeItem {
    switch (node.kind) {
      case 'data':
        return dataItem(node)
      case 'finding':
        return findingItem(node)
      case 'column':
        return columnItem(node)
      case 'rest':
        return opens(new vscode.TreeItem(node.says), node.of, 'ellipsis')
    }
  }

  override dispose(): void {
    for (const stop of this.#stops) stop()
    super.dispose()
  }

  #followBadge(daemon: Daemon | null): void {
    if (daemon === this.#badged) return
    this.#stopBadge()
    this.#badged = daemon
    this.#setBadge(0)
    this.#stopBadge =
      daemon?.onChange('data.changed', () => void this.#countBadge(daemon)) ?? (() => undefined)
  }

  async #countBadge(daemon: Daemon): Promise<void> {
    const found = await newestOf(daemon).catch(() => [])
    if (daemon !== this.#badged) return
    this.#setBadge(found.reduce((sum, summary) => sum + countOf(summary), 0))
  }

  #setBadge(value: number): void {
    const tooltip = `${plural(value, 'finding')} in data to look at`
    for (const view of this.#badges) view.badge = value === 0 ? undefined : { value, tooltip }
  }
}

/** Each frame of a notebook as it is now, and each file. */
async function newestOf(daemon: Daemon): Promise<DataSummary[]> {
  const found = await daemon.call('data.findings', { limit: 300 })
  // The newest come first: of a frame that several cells changed, the last change counts.
  const seen = Map.groupBy(found, ({ notebook, name }) => JSON.stringify([notebook, name]))
  return [...seen.values()].flatMap(([newest]) => newest ?? []).slice(0, listed.data)
}

function countOf({ findings }: DataSummary): number {
  return findings.filter(({ level }) => level !== 'info').length
}

function dataItem(node: DataSetNode): vscode.TreeItem {
  const { summary } = node
  const { notebook, execution, rows, columns, atMs } = summary
  const isFrame = execution !== null
  const { base, dir } = isFrame ? { base: summary.name, dir: '' } : posix.parse(summary.name)
  const item = new vscode.TreeItem(base, vscode.TreeItemCollapsibleState.Collapsed)
  const count = countOf(summary)
  const worst = worstLevel(summary.findings)
  const from = notebook ?? dir
  item.id = node.id
  item.description = [`${amount(rows)} × ${amount(columns)}`, count > 0 ? `${count} to look at` : '', from]
    .filter((part) => part !== '')
    .join(' · ')
  const color = worst === 'stop' ? 'list.errorForeground' : worst === 'warn' ? 'list.warningForeground' : null
  const icon = isFrame ? 'table' : 'file'
  item.iconPath =
    color === null ? new vscode.ThemeIcon(icon) : new vscode.ThemeIcon(icon, new vscode.ThemeColor(color))
  item.contextValue = `data${notebook === null ? '' : ' notebook'}${isFrame ? '' : ' file'}`
  item.tooltip = `${summary.name}: looked at ${formatAge(Date.now() - atMs)}`
  item.command = { command: 'daybook.openDataReport', title: 'Open the Report', arguments: [node] }
  const kind = isFrame ? 'Frame' : 'File'
  item.accessibilityInformation = { label: `${kind} ${summary.name}, ${item.description}` }
  return item
}

function findingItem({ of, finding }: FindingNode): vscode.TreeItem {
  const item = new vscode.TreeItem(finding.says)
  const isStop = finding.level === 'stop'
  opens(item, of, isStop ? 'error' : 'warning', isStop ? 'list.errorForeground' : 'list.warningForeground')
  item.tooltip = `${finding.says}\n\n${finding.why}`
  item.accessibilityInformation = { label: `${levelNames[finding.level]}: ${finding.says}` }
  return item
}

const kindIcons: Partial<Record<ColumnProfile['kind'], string>> = {
  integer: 'symbol-number',
  number: 'symbol-number',
  boolean: 'symbol-boolean',
  text: 'symbol-string',
  date: 'calendar',
  timestamp: 'calendar',
  time: 'calendar',
}

function columnItem({ of, column }: ColumnNode): vscode.TreeItem {
  const item = new vscode.TreeItem(column.name === '' ? '(no name)' : column.name)
  const facts = columnFacts(column)
  const missing = column.nulls === 0 ? '' : (facts[0] ?? '')
  item.description = [sparkText(column), missing].filter((part) => part !== '').join('  ')
  item.tooltip = [`${column.name}: ${column.kind}, stored as ${column.type}`, ...facts].join('\n')
  item.accessibilityInformation = { label: `Column ${column.name}, ${column.kind}, ${facts.join(', ')}` }
  return opens(item, of, kindIcons[column.kind] ?? 'symbol-field')
}

function rest(of: DataSetNode, says: string): RestNode {
  return { kind: 'rest', of, says }
}

/** A row that leads to the report. */
function opens(item: vscode.TreeItem, of: DataSetNode, icon: string, color?: string): vscode.TreeItem {
  item.iconPath =
    color === undefined
      ? new vscode.ThemeIcon(icon)
      : new vscode.ThemeIcon(icon, new vscode.ThemeColor(color))
  item.command = { command: 'daybook.openDataReport', title: 'Open the Report', arguments: [of] }
  return item
}
