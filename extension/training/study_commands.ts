import { dirname, relative, sep } from 'node:path'
import * as vscode from 'vscode'
import type { Page } from '../../shared/views/host.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { openNotebook } from '../open_notebook.ts'
import { command } from '../problem_message.ts'
import type { StudiesTree, StudyNode } from './studies_tree.ts'

/** What commands on studies need. */
export interface StudyCommandParts {
  tree: StudiesTree
  daemons: Daemons
  /** Shows a page of shared/views. */
  openPage(daemon: Daemon, page: Page): void
}

/** Everything that can be done to studies from the sidebar, and the form for a new one. */
export function studyCommands({ tree, daemons, openPage }: StudyCommandParts): vscode.Disposable[] {
  const change =
    (to: 'pause' | 'resume' | 'stop') =>
    ({ daemon, study }: StudyNode) =>
      daemon.call('studies.change', { id: study.id, to })
  return [
    command('daybook.tuneNotebook', (uri?: vscode.Uri) => tune(uri)),
    command('daybook.openStudies', () => {
      if (daemons.current !== null) openPage(daemons.current, { kind: 'studies' })
    }),
    command('daybook.openStudy', ({ daemon, study }: StudyNode) =>
      openPage(daemon, { kind: 'study', id: study.id }),
    ),
    command('daybook.openBestRun', ({ daemon, study }: StudyNode) => {
      if (study.best?.runId != null) openPage(daemon, { kind: 'run', id: study.best.runId })
    }),
    command('daybook.writeBestParameters', (node: StudyNode) => writeBest(node)),
    command('daybook.openStudyNotebook', ({ daemon, study }: StudyNode) =>
      openNotebook(daemon, study.notebook),
    ),
    command('daybook.pauseStudy', change('pause')),
    command('daybook.resumeStudy', change('resume')),
    command('daybook.stopStudy', change('stop')),
    command('daybook.refreshStudies', () => tree.refresh()),
  ]

  async function tune(uri: vscode.Uri | undefined): Promise<void> {
    const front = vscode.window.activeNotebookEditor?.notebook
    const document =
      uri instanceof vscode.Uri
        ? vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === uri.toString())
        : front
    const chosen = uri instanceof vscode.Uri ? uri : front?.uri
    if (chosen?.scheme !== 'file') {
      void vscode.window.showInformationMessage(
        'Daybook: open a notebook that is saved on disk, then tune it.',
      )
      return
    }
    // Trials run what lies on the disk.
    if (document?.isDirty === true && !(await document.save())) return
    const daemon = daemons.of(vscode.Uri.file(dirname(chosen.fsPath)))
    const notebook = relative(daemon.root, chosen.fsPath).split(sep).join('/')
    openPage(daemon, { kind: 'tune', notebook })
  }
}

async function writeBest({ daemon, study }: StudyNode): Promise<void> {
  const { written, unchanged } = await daemon.call('studies.writeBest', { id: study.id })
  const names = Object.entries(written).map(([name, value]) => `${name} = ${value}`)
  const left = unchanged.length === 0 ? '' : ` As they were: ${unchanged.join(', ')}.`
  const text = `Daybook: wrote ${names.join(', ') || 'nothing'} into ${study.notebook}.${left}`
  // Not awaited: the message may stand for long.
  void vscode.window.showInformationMessage(text, 'Open Notebook').then((answer) => {
    return answer === undefined ? undefined : openNotebook(daemon, study.notebook)
  })
}
