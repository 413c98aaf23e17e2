import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { DaybookApi } from '../../../../extension/extension.ts'

/** A notebook in the window, on the kernel of the project's `.venv`. */
export interface OpenNotebook {
  document: vscode.NotebookDocument
  cell(index: number): vscode.NotebookCell
  /** Runs cells as the button does; returns before they have ended. */
  run(start: number, end?: number): Promise<void>
  /** Runs one cell to its end. */
  finish(index: number): Promise<vscode.NotebookCell>
  /** What a cell shows as text: streams and plain renderings. */
  text(index: number): string
  /** Texts of a cell's outputs by their MIME type. */
  items(index: number): { mime: string; text: string }[]
}

/** The extension's own interface. */
export async function daybook(): Promise<DaybookApi> {
  const extension = vscode.extensions.getExtension<DaybookApi>('daybook.daybook')
  assert.ok(extension)
  return extension.activate()
}

/** Writes a notebook into the workspace. */
export function writeNotebook(name: string, cells: readonly string[], minor = 5): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? ''
  const notebook = {
    cells: cells.map((source, i) => ({
      cell_type: 'code',
      ...(minor >= 5 ? { id: `cell-${i}` } : {}),
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
    metadata: { language_info: { name: 'python' } },
    nbformat: 4,
    nbformat_minor: minor,
  }
  writeFileSync(join(folder, name), JSON.stringify(notebook, null, 1))
  return vscode.Uri.file(join(folder, name))
}

/** Opens a notebook and chooses the project's own Python. */
export async function openNotebook(uri: vscode.Uri): Promise<OpenNotebook> {
  const { notebooks, daemons } = await daybook()
  const document = await vscode.workspace.openNotebookDocument(uri)
  await vscode.window.showNotebookDocument(document)
  const daemon = daemons.current
  assert.ok(daemon)
  const found = await notebooks.controllers.search(daemon)
  const own = found.find(({ source, usable }) => source === 'project' && usable)
  assert.ok(own, JSON.stringify(found))
  await until(async () => {
    await notebooks.choose(document, own)
    return notebooks.linkOf(document) !== null
  })

  const cell = (index: number): vscode.NotebookCell => document.cellAt(index)
  const items = (index: number) =>
    cell(index).outputs.flatMap((output) =>
      output.items.map(({ mime, data }) => ({ mime, text: new TextDecoder().decode(data) })),
    )
  const run = async (start: number, end = start + 1): Promise<void> => {
    await vscode.commands.executeCommand('notebook.cell.execute', {
      ranges: [{ start, end }],
      document: document.uri,
    })
  }
  return {
    document,
    cell,
    run,
    items,
    text: (index) =>
      items(index)
        .filter(({ mime }) => /stdout|stderr|text\/plain/.test(mime))
        .map(({ text }) => text)
        .join(''),
    async finish(index) {
      const before = cell(index).executionSummary?.timing?.endTime
      void run(index)
      await until(() => {
        const { timing, success } = cell(index).executionSummary ?? {}
        return success !== undefined && timing?.endTime !== undefined && timing.endTime !== before
      })
      return cell(index)
    },
  }
}

/** Waits until something holds. Within most tests' own limit it says what did not come true. */
export async function until(holds: () => boolean | Promise<boolean>, everyMs = 20): Promise<void> {
  const deadlineMs = Date.now() + 55_000
  while (!(await holds())) {
    if (Date.now() > deadlineMs) throw new Error(`This did not come true: ${String(holds)}`)
    await pause(everyMs)
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
