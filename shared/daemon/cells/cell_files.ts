import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CellExecution } from '../../api/cell_methods.ts'
import type { NotebookOutput } from '../../notebook/output.ts'

/** An execution with what it shows. */
export interface KeptCell {
  execution: CellExecution
  outputs: readonly NotebookOutput[]
}

/**
 * What is kept of cells beside journal and store, private to the user: the code of those that wait in a queue (the
 * store holds no code that was not redacted), and the outputs of those that no editor has taken yet, for the time
 * when their kernel and its journal are gone.
 */
export interface CellFiles {
  putCode(id: string, code: string): void
  /** The code of a cell that has not been sent; null if there is none. */
  code(id: string): string | null
  dropCode(id: string): void
  keep(cell: KeptCell): void
  kept(id: string): KeptCell | null
  drop(id: string): void
}

/** Opens the files in a folder of the project's state. */
export function openCellFiles(stateDir: string): CellFiles {
  const folder = join(stateDir, 'cells')
  const codePath = (id: string): string => join(folder, `${safe(id)}.code`)
  const keptPath = (id: string): string => join(folder, `${safe(id)}.json`)

  function write(path: string, text: string): void {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(path, text, { mode: 0o600 })
  }

  return {
    putCode: (id, code) => write(codePath(id), code),
    code: (id) => read(codePath(id)),
    dropCode: (id) => rmSync(codePath(id), { force: true }),
    keep: (cell) => write(keptPath(cell.execution.id), JSON.stringify(cell)),
    kept(id) {
      const text = read(keptPath(id))
      try {
        return text === null ? null : (JSON.parse(text) as KeptCell)
      } catch {
        // Half written when the machine went down.
        return null
      }
    },
    drop: (id) => rmSync(keptPath(id), { force: true }),
  }
}

/** Ids are ours, but what becomes a path is looked at. */
function safe(id: string): string {
  if (!/^[\w-]{1,64}$/.test(id)) throw new RangeError(`Cannot use "${id}" as a name of a file`)
  return id
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
