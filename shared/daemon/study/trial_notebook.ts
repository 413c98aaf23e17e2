import type { NotebookDocument } from '../../notebook/document.ts'
import { editNotebook, type NotebookEdit } from '../../notebook/edit.ts'
import { readOutput, type NotebookOutput } from '../../notebook/output.ts'
import { redact } from '../redact.ts'

/** A cell that ran, with what it showed. */
interface ShownCell {
  outputs: NotebookOutput[]
  count: number
}

/**
 * The notebook as a trial executed it: outputs of the shared cells and of its own, secrets in its code taken out.
 * @param original the notebook as the study took it; cells are told by their index in it
 * @param given the notebook with the trial's parameters in it
 * @param shown lines as `outputs.py` writes them, those of the shared cells first
 */
export function executedNotebook(
  original: NotebookDocument,
  given: NotebookDocument,
  shown: readonly string[],
): string {
  const cells = readCells(shown)
  const isInserted = given.cells.length > original.cells.length
  const edits = given.cells.flatMap((cell): NotebookEdit[] => {
    const clean = redact(cell.source)
    const source: NotebookEdit[] =
      clean === cell.source ? [] : [{ kind: 'source', cell: cell.index, source: clean }]
    const place = isInserted ? originalIndex(given, cell.index) : cell.index
    const ran = place === null ? undefined : cells.get(place)
    if (cell.type !== 'code') return source
    const outputs = ran?.outputs ?? []
    return [...source, { kind: 'outputs', cell: cell.index, outputs, executionCount: ran?.count ?? null }]
  })
  return editNotebook(given, edits).text
}

/** A cell's index before the injected cell was put in; null for that one itself. */
function originalIndex({ cells }: NotebookDocument, index: number): number | null {
  const injected = cells.findIndex(({ tags }) => tags.includes('injected-parameters'))
  if (injected === index) return null
  return injected !== -1 && index > injected ? index - 1 : index
}

function readCells(lines: readonly string[]): Map<number, ShownCell> {
  const cells = new Map<number, ShownCell>()
  let current: ShownCell | null = null
  for (const line of lines) {
    const entry = parseLine(line)
    if (typeof entry['cell'] === 'number') {
      current = { outputs: [], count: cells.size + 1 }
      cells.set(entry['cell'], current)
    } else if (entry['output'] !== undefined && current !== null) {
      addOutput(current.outputs, readOutput(entry['output']))
    }
  }
  return cells
}

/** Text that follows text of the same stream goes on with it; a carriage return begins its line anew. */
function addOutput(outputs: NotebookOutput[], output: NotebookOutput): void {
  const last = outputs.at(-1)
  if (output.output_type !== 'stream') outputs.push(output)
  else if (last?.output_type === 'stream' && last.name === output.name) {
    outputs[outputs.length - 1] = { ...last, text: overwrite(last.text + output.text) }
  } else outputs.push({ ...output, text: overwrite(output.text) })
}

function overwrite(text: string): string {
  return text.includes('\r') ? text.replace(/^.*\r(?!\n)(?=.)/gm, '') : text
}

function parseLine(line: string): Record<string, unknown> {
  try {
    const entry: unknown = JSON.parse(line)
    return typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : {}
  } catch {
    // The last line of a process that was killed may be half a line.
    return {}
  }
}
