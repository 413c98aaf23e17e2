import type { ICodeCellModel } from '@jupyterlab/cells'
import type { NotebookPanel } from '@jupyterlab/notebook'
import type { CellExecution, CellOutput, OutputChange } from '../shared/api/cell_methods.ts'
import { applyOutputChange } from '../shared/api/output_change.ts'

type Widget = NotebookPanel['content']['widgets'][number]
type Outputs = Parameters<ICodeCellModel['outputs']['fromJSON']>[0]

/** Shows an execution as it stands now in its cell. @returns false if the notebook has no such cell */
export function showExecution(
  panel: NotebookPanel,
  execution: CellExecution,
  outputs: readonly CellOutput[],
): boolean {
  const cell = findCell(panel, execution.cell)
  if (cell === null) return false
  const model = cell.model as ICodeCellModel
  if (execution.state === 'queued') {
    mark(cell, 'running', null)
    return true
  }
  // Made by the user's own code in this kernel, as what a cell gives that is run here.
  model.trusted = true
  replace(model, outputs)
  showProgress(cell, execution)
  return true
}

/** Shows what changed of an execution. @returns the outputs as they are now */
export function showChange(
  panel: NotebookPanel,
  before: readonly CellOutput[],
  change: OutputChange & { execution: CellExecution },
): CellOutput[] {
  const outputs = applyOutputChange(before, change)
  const cell = findCell(panel, change.execution.cell)
  if (cell === null) return outputs
  const model = cell.model as ICodeCellModel
  if (!changeInPlace(model, before, outputs, change)) replace(model, outputs)
  showProgress(cell, change.execution)
  return outputs
}

function findCell(panel: NotebookPanel, id: string): Widget | null {
  return panel.content.widgets.find(({ model }) => model.id === id && model.type === 'code') ?? null
}

function showProgress(cell: Widget, execution: CellExecution): void {
  if (execution.state === 'ended') mark(cell, 'idle', execution.executionCount)
  else mark(cell, 'running', execution.executionCount)
}

function mark(cell: Widget, state: 'running' | 'idle', count: number | null): void {
  const model = cell.model as ICodeCellModel
  // A number tells JupyterLab that the cell has ended, so one that runs gets none yet.
  if (state === 'idle' && count !== null && model.executionCount !== count) model.executionCount = count
  if ('executionState' in model) model.executionState = state
  // JupyterLab before 4.3 has no such state, only the prompt.
  else (cell as OldCell).setPrompt(state === 'running' ? '*' : String(count ?? ''))
}

interface OldCell {
  setPrompt(prompt: string): void
}

/** Puts outputs in the place of what a cell shows, unless it shows them already: it must not count as changed. */
function replace(model: ICodeCellModel, outputs: readonly CellOutput[]): void {
  const next = outputs.map(toNbformat)
  if (JSON.stringify(model.outputs.toJSON().map(plain)) !== JSON.stringify(next.map(plain)))
    model.outputs.fromJSON(next)
}

/** So that what stands there does not flicker. @returns false if that cannot be done */
function changeInPlace(
  model: ICodeCellModel,
  before: readonly CellOutput[],
  outputs: readonly CellOutput[],
  { length, set, append }: OutputChange,
): boolean {
  const shown = model.outputs
  if (shown.length !== before.length || length < before.length) return false
  for (const [i, text] of append) {
    const output = before[i]
    if (output?.output_type !== 'stream') return false
    // Added to the last one it is joined to it; another one is drawn anew.
    if (i === shown.length - 1) shown.add({ output_type: 'stream', name: output.name, text })
    else shown.set(i, toNbformat(outputs[i] as CellOutput))
  }
  for (const [i, output] of set) {
    if (i < shown.length) shown.set(i, toNbformat(output))
    else shown.add(toNbformat(output))
  }
  return shown.length === outputs.length
}

function toNbformat(output: CellOutput): Outputs[number] {
  return JSON.parse(JSON.stringify(output)) as Outputs[number]
}

/** The text of a stream in one piece, whichever way it is kept, and the fields in one order. */
function plain(output: Outputs[number]): unknown {
  const text = output['text']
  const whole = Array.isArray(text) ? { ...output, text: text.join('') } : output
  return Object.fromEntries(Object.entries(whole).sort(([a], [b]) => (a < b ? -1 : 1)))
}
