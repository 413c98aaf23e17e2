import type { Handlers } from '../../api/contract.ts'
import type { CapturedCell } from '../../api/run_methods.ts'
import type { CodeCell, RunCode, runPageMethods } from '../../api/run_page_methods.ts'
import { Problem } from '../../base/problem.ts'
import type { Clock } from '../../base/clock.ts'
import { diffLines } from '../../runs/compare_cells.ts'
import { getRun } from '../../runs/run.ts'
import { readArtifactPart } from '../../runs/run_artifact.ts'
import type { Searcher } from '../../runs/searcher.ts'
import type { Store } from '../../store/store.ts'
import { executedCells } from '../execution.ts'
import { readProjectNotebook } from '../project_notebook.ts'
import { fullRunId } from './run_handlers.ts'

/** What the handlers of a run's page need. */
export interface RunPageParts {
  store: Store
  searcher: Searcher
  clock: Clock
  artifactsDir: string
  /** The project folder. */
  root: string
}

/** Answers what the page of one run asks. */
export function runPageHandlers(parts: RunPageParts): Pick<Handlers, keyof typeof runPageMethods> {
  const { store, searcher, artifactsDir } = parts
  return {
    'runs.standing': ({ id }) => searcher.ask('standing', fullRunId(store, id)),
    'runs.siblings': ({ ids }) =>
      searcher.ask(
        'siblings',
        ids.map((id) => fullRunId(store, id)),
      ),
    'runs.artifact': async ({ id, path, maxBytes }) => {
      const run = getRun(store, fullRunId(store, id))
      const part = await readArtifactPart({ artifactsDir, run }, path, maxBytes)
      if (part === null) throw new Problem('not_found', `Run ${run.id.slice(0, 8)} has no file "${path}"`)
      return { path, ...part }
    },
    'runs.code': ({ id }) => codeOf(parts, fullRunId(store, id)),
  }
}

async function codeOf({ store, clock, root }: RunPageParts, id: string): Promise<RunCode> {
  const run = getRun(store, id)
  const capability = run.tags['daybook.capability']
  const ran = capability === undefined ? [] : executedCells(store, capability, run.endMs ?? clock.nowMs())
  const notebook = run.tags['daybook.notebook'] ?? null
  if (notebook === null) return { notebook, problem: null, cells: ran.map((cell) => unknown(cell)) }
  const found = await readProjectNotebook(root, notebook)
  if ('problem' in found) return { notebook, problem: found.problem, cells: ran.map((cell) => unknown(cell)) }
  const now = new Map(found.document.cells.map((cell) => [cell.id, cell.source]))
  return { notebook, problem: null, cells: ran.map((cell) => compare(cell, now)) }
}

function unknown({ cell, code, count, ok, wallMs }: CapturedCell): CodeCell {
  return { cell, code, count, ok, wallMs, now: 'unknown', changes: null }
}

function compare(ran: CapturedCell, now: ReadonlyMap<string | null, string>): CodeCell {
  const cell = unknown(ran)
  if (ran.cell === null) return cell
  const source = now.get(ran.cell)
  if (source === undefined) return { ...cell, now: 'gone' }
  if (source.trimEnd() === ran.code.trimEnd()) return { ...cell, now: 'same' }
  return { ...cell, now: 'changed', changes: diffLines(ran.code, source) }
}
