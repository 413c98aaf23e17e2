import { randomUUID } from 'node:crypto'
import { relative } from 'node:path'
import * as vscode from 'vscode'
import type { DataSummary } from '../../shared/api/data_methods.ts'
import { Problem } from '../../shared/base/problem.ts'
import type { Page } from '../../shared/views/host.ts'
import type { Daemon } from '../daemon.ts'
import type { Daemons } from '../daemons.ts'
import { command, tellProblem } from '../problem_message.ts'
import type { DataSetNode, DataTree } from './data_tree.ts'
import { openCell } from '../pages/page_requests.ts'

/** What commands on data need. */
export interface DataCommandParts {
  daemons: Daemons
  tree: DataTree
  /** Shows a page of shared/views. */
  openPage(daemon: Daemon, page: Page): void
}

/** How often the progress of a look is asked for. */
const askEveryMs = 300

/** Kinds of files that can be looked at. */
const fileKinds = [
  'csv',
  'tsv',
  'txt',
  'data',
  'parquet',
  'json',
  'jsonl',
  'ndjson',
  'arrow',
  'feather',
  'sqlite',
  'db',
]

/** Everything that can be done to data from the sidebar, the explorer and the palette. */
export function dataCommands({ daemons, tree, openPage }: DataCommandParts): vscode.Disposable[] {
  const lint = async (uri: vscode.Uri | undefined, allRows = false): Promise<void> => {
    const file = uri ?? (await chooseFile())
    if (file === undefined) return
    if (file.scheme !== 'file')
      throw new Problem('bad_request', `${file.toString()} is no file on this computer`)
    const daemon = daemons.of(file)
    const summary = await lintFile(daemon, file, allRows)
    openPage(daemon, { kind: 'data', id: summary.id })
  }
  return [
    command('daybook.lintData', (uri?: vscode.Uri, all?: readonly vscode.Uri[]) =>
      all !== undefined && all.length > 1 ? each(all, (one) => lint(one)) : lint(uri),
    ),
    command('daybook.lintDataAgain', (node: DataSetNode) => lint(fileOf(node))),
    command('daybook.openDataReport', (node?: Pick<DataSetNode, 'daemon' | 'id'>) =>
      node === undefined
        ? chooseReport(daemons, openPage)
        : openPage(node.daemon, { kind: 'data', id: node.id }),
    ),
    command('daybook.openData', () => openPage(needDaemon(daemons), { kind: 'data' })),
    command('daybook.openDataCell', ({ daemon, summary }: DataSetNode) => {
      const { notebook, cell } = summary
      return notebook === null ? undefined : openCell(daemon, { notebook, cell })
    }),
    command('daybook.refreshData', () => tree.refresh()),
  ]
}

/** Looks at a file, with progress and a way to give up. */
function lintFile(daemon: Daemon, file: vscode.Uri, allRows: boolean): Promise<DataSummary> {
  const path = relative(daemon.root, file.fsPath)
  const task = randomUUID()
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `Looking at ${path.split(/[/\\]/).at(-1) ?? path}`,
    cancellable: true,
  }
  return Promise.resolve(
    vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => void daemon.call('data.cancel', { task }).catch(tellProblem))
      const timer = setInterval(() => {
        void daemon
          .call('data.progress', { task })
          .then(({ says }) => says !== null && progress.report({ message: says }))
          .catch(() => undefined)
      }, askEveryMs)
      try {
        return await daemon.call('data.lint', { path, task, allRows })
      } finally {
        clearInterval(timer)
      }
    }),
  )
}

async function chooseFile(): Promise<vscode.Uri | undefined> {
  const active = vscode.window.activeTextEditor?.document.uri ?? activeTab()
  if (active !== undefined && fileKinds.includes(active.path.split('.').at(-1)?.toLowerCase() ?? ''))
    return active
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri
  const chosen = await vscode.window.showOpenDialog({
    title: 'Which data shall be looked at?',
    openLabel: 'Look at It',
    filters: { Data: fileKinds, 'All files': ['*'] },
    ...(folder === undefined ? {} : { defaultUri: folder }),
  })
  return chosen?.[0]
}

function activeTab(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input
  return input instanceof vscode.TabInputCustom ? input.uri : undefined
}

async function chooseReport(daemons: Daemons, openPage: DataCommandParts['openPage']): Promise<void> {
  const daemon = needDaemon(daemons)
  const found = await daemon.call('data.findings', { limit: 300 })
  if (found.length === 0) {
    void vscode.window.showInformationMessage(
      'Nothing was looked at yet: run a cell that makes a data frame, or look at a file.',
    )
    return
  }
  const picks = found.map(({ id, name, notebook, findings }) => ({
    label: name,
    description: notebook ?? 'file',
    detail: findings[0]?.says ?? 'nothing to look at',
    id,
  }))
  const options = { title: 'Open a Data Report', matchOnDescription: true, matchOnDetail: true }
  const chosen = await vscode.window.showQuickPick(picks, options)
  if (chosen !== undefined) openPage(daemon, { kind: 'data', id: chosen.id })
}

function needDaemon(daemons: Daemons): Daemon {
  if (daemons.current !== null) return daemons.current
  throw new Problem('not_found', 'No folder is open', { hint: 'Open the folder that the data lies in.' })
}

function fileOf({ daemon, summary }: DataSetNode): vscode.Uri {
  return vscode.Uri.joinPath(vscode.Uri.file(daemon.root), summary.name)
}

async function each<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (const one of all) await work(one)
}
