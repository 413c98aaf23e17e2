import type { Client } from '../../../shared/api/client.ts'
import type { CellExecution, CellNews } from '../../../shared/api/cell_methods.ts'
import { applyOutputChange } from '../../../shared/api/output_change.ts'
import type { NotebookOutput } from '../../../shared/notebook/output.ts'

/** What an editor shows of one execution. */
export interface ShownCell {
  execution: CellExecution
  outputs: NotebookOutput[]
}

/** A notebook in an editor, without the editor: it applies what it is told. */
export interface ShownNotebook {
  cells: Map<string, ShownCell>
  news: CellNews[]
  /** The latest execution of a cell. */
  cell(cell: string): ShownCell | undefined
  /** What a cell printed. */
  text(cell: string): string
  /** Waits until something holds of it. */
  until(holds: () => boolean): Promise<void>
  /** Waits until the latest execution of a cell has ended. */
  ended(cell: string): Promise<ShownCell>
  stop(): void
}

/** Follows the cells of a notebook and applies every change, as an editor does. */
export async function showNotebook(
  client: Client,
  notebook: string,
  topic: 'notebook.cells' | 'notebook.followed' = 'notebook.cells',
): Promise<ShownNotebook> {
  const cells = new Map<string, ShownCell>()
  const news: CellNews[] = []
  const waiting = new Set<() => void>()
  const stop = client.onLog(topic, {
    of: notebook,
    cursor: 0,
    onEntry(one) {
      news.push(one)
      apply(cells, one)
      for (const look of waiting) look()
    },
  })

  function until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  }

  const cell = (name: string): ShownCell | undefined =>
    [...cells.values()].filter(({ execution }) => execution.cell === name).at(-1)
  await until(() => news.some(({ kind }) => kind === 'ready'))
  return {
    cells,
    news,
    cell,
    text: (name) =>
      (cell(name)?.outputs ?? [])
        .map((output) => (output.output_type === 'stream' ? output.text : ''))
        .join(''),
    until,
    async ended(name) {
      await until(() => cell(name)?.execution.state === 'ended')
      return cell(name)!
    },
    stop,
  }
}

/** Applies what is told to what is shown. */
export function apply(cells: Map<string, ShownCell>, news: CellNews): void {
  if (news.kind === 'whole') {
    cells.set(news.execution.id, { execution: news.execution, outputs: [...news.outputs] })
  } else if (news.kind === 'change') {
    const shown = cells.get(news.execution.id)
    if (shown === undefined) throw new Error('A change of what was never told')
    shown.execution = news.execution
    shown.outputs = applyOutputChange(shown.outputs, news)
  }
}
