import { createHash } from 'node:crypto'
import * as vscode from 'vscode'
import type { ResultOf } from '../../shared/api/contract.ts'
import type { Daemon } from '../daemon.ts'

/** A kernel as `kernels.find` tells it. */
export type FoundKernel = ResultOf<'kernels.find'>[number]

/** What the controllers need. */
export interface ControllersParts {
  memory: vscode.Memento
  execute(
    cells: readonly vscode.NotebookCell[],
    notebook: vscode.NotebookDocument,
    found: Controller,
  ): Promise<void>
  interrupt(notebook: vscode.NotebookDocument): Promise<void>
  /** A notebook has chosen, or left, one of ours. */
  selected(notebook: vscode.NotebookDocument, controller: Controller, selected: boolean): void
}

/** One line of the kernel picker. */
export interface Controller {
  readonly vscode: vscode.NotebookController
  kernel: FoundKernel
}

/** Type of the notebooks that we run. */
export const notebookType = 'jupyter-notebook'

const memoryEntry = 'kernels'

/**
 * A controller for each kernel that was found, so that VS Code's own picker lists them. VS Code remembers a
 * notebook's choice by the controller's id and asks for it as soon as a notebook is shown: so ids follow from paths,
 * and those of the last time are there before anything was searched.
 */
export class Controllers implements vscode.Disposable {
  readonly #parts: ControllersParts
  readonly #controllers = new Map<string, Controller>()
  readonly #searches = new Map<string, Promise<readonly FoundKernel[]>>()

  constructor(parts: ControllersParts) {
    this.#parts = parts
    for (const kernel of parts.memory.get<FoundKernel[]>(memoryEntry) ?? []) this.#add(kernel)
  }

  /** Searches what there is for a project, once; again if it is to be fresh. */
  async search(daemon: Daemon, fresh = false): Promise<readonly FoundKernel[]> {
    const known = fresh ? undefined : this.#searches.get(daemon.root)
    const search = known ?? daemon.call('kernels.find', {})
    this.#searches.set(daemon.root, search)
    try {
      const found = await search
      for (const kernel of found) this.#add(kernel)
      if (known === undefined) await this.#tidy()
      return found
    } catch (error) {
      this.#searches.delete(daemon.root)
      throw error
    }
  }

  /** The controller of that kernel; null if it was not found here. */
  of(isWanted: (kernel: FoundKernel) => boolean): Controller | null {
    return [...this.#controllers.values()].find(({ kernel }) => isWanted(kernel)) ?? null
  }

  dispose(): void {
    for (const controller of this.#controllers.values()) controller.vscode.dispose()
  }

  #add(kernel: FoundKernel): void {
    const id = idOf(kernel)
    const known = this.#controllers.get(id)
    const controller = known ?? { kernel, vscode: this.#make(id, kernel) }
    controller.kernel = kernel
    controller.vscode.label = kernel.displayName
    controller.vscode.description = kernel.usable ? '' : (kernel.problem ?? 'cannot be used')
    controller.vscode.detail = kernel.path
    this.#controllers.set(id, controller)
  }

  #make(id: string, kernel: FoundKernel): vscode.NotebookController {
    const made = vscode.notebooks.createNotebookController(id, notebookType, kernel.displayName)
    const find = (): Controller => this.#controllers.get(id) ?? { kernel, vscode: made }
    if (kernel.language !== '') made.supportedLanguages = [kernel.language]
    made.supportsExecutionOrder = true
    made.executeHandler = (cells, notebook) => this.#parts.execute(cells, notebook, find())
    made.interruptHandler = (notebook) => this.#parts.interrupt(notebook)
    made.onDidChangeSelectedNotebooks(({ notebook, selected }) =>
      this.#parts.selected(notebook, find(), selected),
    )
    return made
  }

  /** Removes what is gone from the picker, once all projects' lists are there. */
  async #tidy(): Promise<void> {
    const lists = await Promise.all([...this.#searches.values()].map((one) => one.catch(() => [])))
    const found = lists.flat()
    const ids = new Set(found.map(idOf))
    for (const [id, controller] of this.#controllers) {
      if (ids.has(id)) continue
      controller.vscode.dispose()
      this.#controllers.delete(id)
    }
    await this.#parts.memory.update(memoryEntry, found)
  }
}

/** The same for the same interpreter or kernelspec, for ever. */
function idOf({ path }: FoundKernel): string {
  return `daybook.${createHash('sha256').update(path).digest('hex').slice(0, 16)}`
}
