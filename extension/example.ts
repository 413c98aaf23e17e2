import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { Daemons } from './daemons.ts'
import { offerEnvironment, type EnvironmentParts } from './environment.ts'

/** What the example's notebook imports, by the names under which pip knows it. */
export const examplePackages = ['ipykernel', 'matplotlib', 'pandas', 'pyarrow', 'scikit-learn']

/** What the example needs. */
export interface ExampleParts extends EnvironmentParts {
  context: vscode.ExtensionContext
  daemons: Daemons
}

/** Where a window that opens another folder leaves word of the notebook to show there. */
const pendingKey = 'exampleToOpen'

/** Copies the example into the open folder, or into one that the user picks, and opens its notebook. */
export async function tryExample(parts: ExampleParts): Promise<void> {
  const open = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')
  if (open !== undefined) return await show(parts, copyExample(parts, open.uri.fsPath))
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: 'Put the Example Here',
    title: 'A folder for the example: it gets a folder "daybook-example" inside',
  })
  const [folder] = picked ?? []
  if (folder === undefined) return
  const notebook = copyExample(parts, folder.fsPath)
  await parts.context.globalState.update(pendingKey, notebook)
  await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.file(join(notebook, '..')))
}

/** Shows the example that another window has put into this folder. */
export async function showPendingExample(parts: ExampleParts): Promise<void> {
  const notebook = parts.context.globalState.get<string>(pendingKey)
  const isHere = vscode.workspace.workspaceFolders?.some(({ uri }) => notebook?.startsWith(uri.fsPath))
  if (notebook === undefined || isHere !== true) return
  await parts.context.globalState.update(pendingKey, undefined)
  await show(parts, notebook)
}

/** Lets the user pick a notebook of his own, and opens it. */
export async function useMyNotebook(): Promise<void> {
  const found = await vscode.workspace.findFiles(
    '**/*.ipynb',
    '**/{.venv,node_modules,.ipynb_checkpoints}/**',
    200,
  )
  const other = { label: '$(folder-opened) Another file…', uri: null }
  const picks = found
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => a.label.localeCompare(b.label))
  const options = { placeHolder: 'A notebook to run: its training cells become runs' }
  const pick = found.length === 0 ? other : await vscode.window.showQuickPick([...picks, other], options)
  if (pick === undefined) return
  const uri = pick.uri ?? (await askForFile())
  if (uri === undefined) return
  await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(uri))
}

async function askForFile(): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({ filters: { Notebooks: ['ipynb'] }, openLabel: 'Open' })
  return picked?.[0]
}

/** A copy that stands already is opened as the user left it. */
function copyExample({ context }: ExampleParts, folder: string): string {
  const target = join(folder, 'daybook-example')
  const notebook = join(target, 'income.ipynb')
  if (existsSync(notebook)) return notebook
  mkdirSync(target, { recursive: true })
  cpSync(join(context.extensionPath, 'examples'), target, { recursive: true })
  return notebook
}

async function show(parts: ExampleParts, notebook: string): Promise<void> {
  const uri = vscode.Uri.file(notebook)
  await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(uri))
  const daemon = parts.daemons.of(uri)
  const wanted = {
    folder: daemon.root,
    packages: examplePackages,
    why: 'The example needs Python packages that no Python found here has',
  }
  await offerEnvironment(parts, daemon, wanted)
}
