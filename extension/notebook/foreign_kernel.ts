import { relative } from 'node:path'
import * as vscode from 'vscode'
import { cellRunsQuery } from '../../shared/views/cell_runs.ts'
import type { Daemon } from '../daemon.ts'
import { tellProblem } from '../problem_message.ts'
import { changeSetting, setting } from '../setting.ts'
import { notebookType } from './controllers.ts'
import { justRan } from './just_ran.ts'
import type { Notebooks } from './notebooks.ts'
import { offersSwitch } from './switch_offer.ts'

/** What offering our kernels needs. */
export interface ForeignKernelParts {
  notebooks: Notebooks
  /** Remembers, of this workspace, which notebooks were offered one. */
  memory: vscode.Memento
}

/** A notebook that ran on a kernel of another extension. */
interface Foreign {
  daemon: Daemon
  ranElsewhereMs: number
  stop(): void
}

/**
 * Offers one of our kernels, once for each notebook, where a run appears of a notebook that runs on a kernel of
 * another extension.
 */
export function offersOurKernels({ notebooks, memory }: ForeignKernelParts): vscode.Disposable {
  const foreign = new Map<vscode.NotebookDocument, Foreign>()
  const forget = (notebook: vscode.NotebookDocument): void => {
    foreign.get(notebook)?.stop()
    foreign.delete(notebook)
  }

  const look = async (notebook: vscode.NotebookDocument): Promise<void> => {
    const known = foreign.get(notebook)
    if (known === undefined) return
    const { daemon, ranElsewhereMs } = known
    const name = relative(daemon.root, notebook.uri.fsPath)
    const { rows } = await daemon.call('runs.window', { ...cellRunsQuery(name), limit: 1 })
    const [newest] = rows
    const entry = `offeredKernel:${notebook.uri.toString()}`
    const question = {
      isWanted: setting('notify.otherKernels'),
      isOurs: notebooks.linkOf(notebook) !== null,
      ranElsewhereMs,
      newestRunMs: newest?.kind === 'run' ? newest.startMs : null,
      wasOffered: memory.get(entry) === true,
    }
    if (!offersSwitch(question)) return
    // Before anything is shown, since the next change may come meanwhile.
    forget(notebook)
    await memory.update(entry, true)
    await offer(notebooks, notebook).catch(tellProblem)
  }

  const ran = ({ notebook, cellChanges }: vscode.NotebookDocumentChangeEvent): void => {
    if (notebook.notebookType !== notebookType || notebook.uri.scheme !== 'file') return
    if (notebooks.linkOf(notebook) !== null || foreign.has(notebook) || !vscode.workspace.isTrusted) return
    const began = cellChanges.flatMap(({ executionSummary }) => {
      const ended = justRan(executionSummary ?? {}, Date.now())
      return ended === null ? [] : [ended.startMs]
    })
    const daemon = began.length === 0 ? null : notebooks.daemonOf(notebook)
    if (daemon === null) return
    const known: Foreign = { daemon, ranElsewhereMs: Math.min(...began), stop: () => undefined }
    foreign.set(notebook, known)
    // Told at once where the line stands; a line that broke meanwhile tells again when it stands.
    known.stop = daemon.onChange('runs.changed', () => void look(notebook).catch(() => null))
  }

  const listeners = [
    vscode.workspace.onDidChangeNotebookDocument(ran),
    vscode.workspace.onDidCloseNotebookDocument(forget),
  ]
  return new vscode.Disposable(() => {
    for (const listener of listeners) listener.dispose()
    for (const notebook of foreign.keys()) forget(notebook)
  })
}

async function offer(notebooks: Notebooks, notebook: vscode.NotebookDocument): Promise<void> {
  const message = 'Tracked. Switch to a Daybook kernel to survive reloads?'
  const answer = await vscode.window.showInformationMessage(message, 'Switch', 'Not now', 'Never')
  if (answer === 'Never') await changeSetting('notify.otherKernels', false)
  if (answer === 'Switch') await notebooks.chooseBest(notebook)
}
