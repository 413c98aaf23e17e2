import { existsSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { StateTopics } from '../shared/api/topics.ts'
import type { Daemon, DaemonState } from './daemon.ts'
import type { Daemons } from './daemons.ts'

/**
 * A list in the sidebar that follows the project in front and one topic of its daemon. It asks only while it
 * is visible, and starts no daemon in a folder that Daybook has not been used in.
 */
export abstract class ProjectTree<Node> implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  /** What makes it look again. */
  abstract readonly topic: keyof StateTopics
  /** How often it looks again by itself while visible; 0 for never. */
  readonly lookEveryMs: number = 0
  readonly #daemons: Daemons
  readonly #changed = new vscode.EventEmitter<undefined>()
  readonly #listeners: { dispose(): unknown }[]
  #stop: (() => void) | null = null
  #followed: Daemon | null = null
  #visible = false
  #view: vscode.TreeView<Node> | null = null
  #stopState: (() => void) | null = null
  #timer: NodeJS.Timeout | null = null

  readonly onDidChangeTreeData = this.#changed.event

  constructor(daemons: Daemons) {
    this.#daemons = daemons
    this.#listeners = [daemons.onCurrent(() => this.refresh()), this.#changed]
  }

  /** Shows it, under the id that the manifest gives the view. */
  show(id: string): vscode.TreeView<Node> {
    const view = vscode.window.createTreeView(id, {
      treeDataProvider: this,
      showCollapseAll: false,
      canSelectMany: true,
    })
    this.#view = view
    const see = (): void => {
      this.#visible = view.visible
      this.#setTimer()
      if (view.visible) this.refresh()
    }
    this.#listeners.push(view, view.onDidChangeVisibility(see))
    see()
    return view
  }

  /** Looks again. */
  refresh(): void {
    this.#changed.fire(undefined)
  }

  async getChildren(node?: Node): Promise<Node[]> {
    const daemon = this.#daemons.current
    this.#follow(daemon)
    if (daemon === null || !isUsed(daemon)) return []
    try {
      const nodes = await (node === undefined ? this.rows(daemon) : this.children(node))
      // Only now: until the rows have come, an empty list does not mean that there are none.
      if (node === undefined) this.#say(daemon)
      return nodes
    } catch (error) {
      // The status bar says what is wrong with the line, and this is asked again when it stands.
      if (daemon.state.kind === 'ready') throw error
      return []
    }
  }

  abstract getTreeItem(node: Node): vscode.TreeItem
  /** The top of the list. */
  protected abstract rows(daemon: Daemon): Promise<Node[]>
  /** What is inside a row. */
  protected abstract children(node: Node): Promise<Node[]>

  dispose(): void {
    this.#stop?.()
    this.#stopState?.()
    if (this.#timer !== null) clearInterval(this.#timer)
    for (const listener of this.#listeners) listener.dispose()
  }

  #follow(daemon: Daemon | null): void {
    if (daemon === this.#followed) return
    this.#stop?.()
    this.#stopState?.()
    this.#followed = daemon
    this.#stopState = daemon?.onState(({ kind }) => kind !== 'ready' && this.#say(daemon)) ?? null
    this.#say(daemon)
    this.#stop = daemon?.onChange(this.topic, () => this.#visible && this.refresh()) ?? null
  }

  /** Says why nothing can be told; what VS Code shows for an empty list would tell of a project without anything. */
  #say(daemon: Daemon | null): void {
    if (this.#view === null || daemon !== this.#followed) return
    const message = daemon === null || !isUsed(daemon) ? '' : whyNothing(daemon.state)
    if ((this.#view.message ?? '') !== message) this.#view.message = message
  }

  #setTimer(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    if (this.#visible && this.lookEveryMs > 0) {
      this.#timer = setInterval(() => this.refresh(), this.lookEveryMs)
    }
  }
}

/** What a list says while its project's daemon does not answer; empty where that is nobody's trouble. */
function whyNothing(state: DaemonState): string {
  switch (state.kind) {
    case 'ready':
    case 'idle':
      return ''
    case 'starting':
      return 'Daybook is starting…'
    case 'lost':
      return 'The Daybook daemon is out of reach; it is being started again…'
    case 'failed': {
      const { message, hint } = state.problem
      return [`${message.replace(/\.$/, '')}.`, hint].filter((part) => part !== undefined).join(' ')
    }
  }
}

/** Whether Daybook was ever used here: a mere look at the sidebar shall leave no trace in a folder. */
function isUsed(daemon: Daemon): boolean {
  return daemon.state.kind === 'ready' || existsSync(join(daemon.root, '.daybook', 'daybook.db'))
}
