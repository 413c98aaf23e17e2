import { basename } from 'node:path'
import * as vscode from 'vscode'
import { formatBytes, formatDuration } from '../shared/base/quantity.ts'
import type { ResultOf } from '../shared/api/contract.ts'
import type { Daemon } from './daemon.ts'
import { ProjectTree } from './project_tree.ts'

type Kernel = ResultOf<'kernels.list'>[number]

/** A running kernel as a row of the sidebar. */
export interface KernelNode {
  kernel: Kernel
  daemon: Daemon
  /** Null where the system does not tell. */
  memoryBytes: number | null
}

/** How often ages and memory are looked at again while the view is open. */
const lookEveryMs = 10_000

/** The sidebar's list of running kernels. */
export class KernelsTree extends ProjectTree<KernelNode> {
  readonly topic = 'kernels.changed'
  override readonly lookEveryMs = lookEveryMs

  protected async rows(daemon: Daemon): Promise<KernelNode[]> {
    const [kernels, memory] = await Promise.all([
      daemon.call('kernels.list', {}),
      daemon.call('kernels.memory', {}),
    ])
    const bytes = new Map(memory.map(({ id, rssBytes }) => [id, rssBytes]))
    return kernels
      .toSorted((a, b) => b.startedAtMs - a.startedAtMs)
      .map((kernel) => ({ kernel, daemon, memoryBytes: bytes.get(kernel.id) ?? null }))
  }

  protected override children(): Promise<KernelNode[]> {
    return Promise.resolve([])
  }

  override getTreeItem({ kernel, memoryBytes }: KernelNode): vscode.TreeItem {
    const name = kernel.notebook === null ? kernel.displayName : basename(kernel.notebook)
    const item = new vscode.TreeItem(name)
    const sinceMs = Date.now() - kernel.lastActivityMs
    const memory = memoryBytes === null ? [] : [formatBytes(memoryBytes)]
    const parts = [stateInWords(kernel, sinceMs), ...memory, kernel.name]
    item.id = kernel.id
    item.description = parts.join(' · ')
    item.iconPath = stateIcon(kernel)
    item.contextValue = `kernel ${kernel.state}${kernel.notebook === null ? '' : ' notebook'}`
    item.tooltip = tooltip(kernel, memoryBytes)
    item.accessibilityInformation = { label: `Kernel of ${name}, ${parts.join(', ')}` }
    return item
  }
}

function stateInWords({ state }: Kernel, sinceMs: number): string {
  if (state === 'busy') return `busy for ${formatDuration(sinceMs)}`
  if (state === 'idle') return sinceMs < 60_000 ? 'idle' : `idle ${wholeMinutes(sinceMs)}`
  return state
}

/** Seconds would change with every look and say nothing. */
function wholeMinutes(ms: number): string {
  return formatDuration(Math.floor(ms / 60_000) * 60_000).replace(' 0 s', '')
}

function stateIcon({ state }: Kernel): vscode.ThemeIcon {
  if (state === 'busy') return new vscode.ThemeIcon('sync~spin', new vscode.ThemeColor('charts.green'))
  if (state === 'idle') return new vscode.ThemeIcon('circle-filled', new vscode.ThemeColor('charts.green'))
  if (state === 'dead') return new vscode.ThemeIcon('error', new vscode.ThemeColor('charts.red'))
  return new vscode.ThemeIcon('loading~spin')
}

function tooltip(kernel: Kernel, memoryBytes: number | null): vscode.MarkdownString {
  const text = new vscode.MarkdownString()
  const started = formatDuration(Date.now() - kernel.startedAtMs)
  text.appendText(`${kernel.displayName}, process ${kernel.process.pid}, started ${started} ago`)
  if (memoryBytes !== null) text.appendText(`\n${formatBytes(memoryBytes)} of memory`)
  if (kernel.adopted) text.appendText('\nTaken over after a crash: what it wrote in between may be missing')
  if (kernel.deathReason !== null) text.appendText(`\n${kernel.deathReason}`)
  return text
}
