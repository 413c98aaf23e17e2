import * as vscode from 'vscode'
import type { KernelVariable, VariableList } from '../../shared/api/cell_methods.ts'
import { formatBytes } from '../../shared/base/quantity.ts'
import type { NotebookLink } from './notebook_link.ts'

/** After a cell has ended, its kernel is asked in a moment: a run of many short cells is one question. */
const pauseMs = 250

/** The variables of the kernel of the notebook in front. It asks only while it can be seen. */
export class VariablesView implements vscode.TreeDataProvider<KernelVariable>, vscode.Disposable {
  readonly #view: vscode.TreeView<KernelVariable>
  readonly #changed = new vscode.EventEmitter<undefined>()
  readonly #linkOf: () => NotebookLink | null
  #list: VariableList = { state: 'none', variables: [], more: 0 }
  #timer: NodeJS.Timeout | null = null
  #asked = 0

  readonly onDidChangeTreeData = this.#changed.event

  constructor(linkOf: () => NotebookLink | null) {
    this.#linkOf = linkOf
    this.#view = vscode.window.createTreeView('daybook.variables', { treeDataProvider: this })
    this.#view.onDidChangeVisibility(({ visible }) => visible && this.refresh())
  }

  /** Asks again in a moment, if anybody looks. */
  refresh(): void {
    if (!this.#view.visible) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      void this.#load()
    }, pauseMs)
  }

  getChildren(element?: KernelVariable): KernelVariable[] {
    return element === undefined ? [...this.#list.variables] : []
  }

  getTreeItem(variable: KernelVariable): vscode.TreeItem {
    const { name, type, shape, sizeBytes, preview } = variable
    const item = new vscode.TreeItem(name)
    item.id = name
    const size = sizeBytes === null ? null : formatBytes(sizeBytes)
    item.description = [type, shape, size, preview].filter((part) => part !== null && part !== '').join(' · ')
    item.tooltip = `${name}: ${[type, shape, size].filter((part) => part !== null).join(', ')}\n${preview}`
    item.iconPath = new vscode.ThemeIcon(iconOf(variable))
    item.contextValue = 'variable'
    return item
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#view.dispose()
    this.#changed.dispose()
  }

  async #load(): Promise<void> {
    const link = this.#linkOf()
    const asked = ++this.#asked
    const list: VariableList =
      link === null
        ? { state: 'none', variables: [], more: 0 }
        : await link.daemon
            .call('cells.variables', { notebook: link.name })
            .catch(() => ({ state: 'busy' as const, variables: [], more: 0 }))
    if (asked !== this.#asked) return
    // A busy kernel says nothing new: what it said last stays.
    if (list.state !== 'busy') this.#list = list
    this.#view.message = messageOf(list)
    this.#changed.fire(undefined)
  }
}

function messageOf({ state, variables, more }: VariableList): string {
  if (state === 'none') return 'No kernel runs for the notebook in front.'
  if (state === 'busy') return 'The kernel is busy: this is what it said last.'
  if (state === 'unsupported') return 'This kernel does not tell its variables.'
  if (variables.length === 0) return 'There are no variables yet.'
  return more === 0 ? '' : `and ${more.toLocaleString('en')} more`
}

function iconOf({ type, shape }: KernelVariable): string {
  if (/frame/i.test(type)) return 'table'
  if (shape?.includes('×') === true || /array|tensor|series/i.test(type)) return 'symbol-array'
  if (/^(?:int|float|complex|bool)\d*$/.test(type)) return 'symbol-numeric'
  if (type === 'str') return 'symbol-string'
  return 'symbol-variable'
}
