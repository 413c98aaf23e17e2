import * as vscode from 'vscode'
import type { CellOutput } from '../../shared/api/cell_methods.ts'

/**
 * An output as VS Code's own reader of .ipynb files makes it, so that saving writes it back as it was. Its metadata
 * names the kind, as that reader does.
 */
export function toCellOutput(output: CellOutput): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput(toItems(output), metadataOf(output))
}

/** The renderings of an output, the richest first. */
export function toItems(output: CellOutput): vscode.NotebookCellOutputItem[] {
  if (output.output_type === 'stream') {
    const { stdout, stderr } = vscode.NotebookCellOutputItem
    return [output.name === 'stderr' ? stderr(output.text) : stdout(output.text)]
  }
  if (output.output_type === 'error') {
    const { ename: name, evalue: message, traceback } = output
    const stack = traceback.length === 0 ? message : traceback.join('\n')
    return [vscode.NotebookCellOutputItem.error({ name, message, stack })]
  }
  return bundleItems(output.data)
}

/** Whether an output may take another's place by its renderings alone. */
export function isSameKind(a: CellOutput, b: CellOutput): boolean {
  return JSON.stringify(metadataOf(a)) === JSON.stringify(metadataOf(b))
}

function metadataOf(output: CellOutput): Record<string, unknown> {
  const outputType = output.output_type
  if (output.output_type === 'stream') return { outputType }
  if (output.output_type === 'error') return { outputType, originalError: output }
  const metadata = { outputType, metadata: output.metadata }
  return output.output_type === 'execute_result'
    ? { ...metadata, executionCount: output.execution_count }
    : metadata
}

/** VS Code shows the first that it has a renderer for. */
const order = [
  /^application\/vnd\./,
  /^application\/geo\+json$/,
  /^text\/html$/,
  /^image\/svg\+xml$/,
  /^image\//,
  /^text\/latex$/,
  /^text\/markdown$/,
  /^application\/javascript$/,
  /^application\/json$/,
  /./,
]

function bundleItems(data: Readonly<Record<string, unknown>>): vscode.NotebookCellOutputItem[] {
  const rank = (mime: string): number =>
    mime === 'text/plain' ? 99 : order.findIndex((one) => one.test(mime))
  return Object.entries(data)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([mime, value]) => toItem(mime, value))
}

function toItem(mime: string, value: unknown): vscode.NotebookCellOutputItem {
  if (typeof value !== 'string') return vscode.NotebookCellOutputItem.text(JSON.stringify(value), mime)
  const isBinary = mime.startsWith('image/') && mime !== 'image/svg+xml'
  return isBinary
    ? new vscode.NotebookCellOutputItem(Buffer.from(value, 'base64'), mime)
    : vscode.NotebookCellOutputItem.text(value, mime)
}
