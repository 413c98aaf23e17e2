import { readAssignments } from './assignment.ts'
import type { NotebookDocument } from './document.ts'
import { notebookLanguage } from './document.ts'
import { editNotebook } from './edit.ts'
import { parameterLanguage, type ParameterValue } from './literal.ts'

/** A notebook whose parameters have other defaults. */
export interface ChangedDefaults {
  readonly document: NotebookDocument
  /** The new text by name. */
  readonly written: Readonly<Record<string, string>>
  /** Names whose place was not found: set in several lines, or not in the cell at all. */
  readonly unchanged: readonly string[]
}

/**
 * Writes values into the cell tagged `parameters`, each where its old one stood: names, comments and everything else
 * stay as they are.
 */
export function setDefaults(
  document: NotebookDocument,
  values: Readonly<Record<string, ParameterValue>>,
): ChangedDefaults {
  const cell = document.cells.find(({ type, tags }) => type === 'code' && tags.includes('parameters'))
  const language = parameterLanguage(notebookLanguage(document) ?? 'python')
  const syntax = {
    operators: language.name === 'r' ? ['<-', '='] : ['='],
    typeMark: language.name === 'python' ? ':' : language.name === 'julia' ? '::' : null,
    tripleQuotes: language.name !== 'r',
    transposes: language.name === 'julia',
    isName: language.isName,
  }
  const lines = (cell?.source ?? '').split('\n')
  const assignments = readAssignments(cell?.source ?? '', syntax)
  const written: Record<string, string> = {}
  const unchanged: string[] = []
  for (const [name, value] of Object.entries(values)) {
    const assignment = assignments.findLast((one) => one.name === name)
    const line = lines[(assignment?.line ?? 0) - 1]
    const text = language.literal(value)
    const at = line === undefined || assignment === undefined ? -1 : placeOf(line, name, assignment.value)
    if (line === undefined || assignment === undefined || at === -1) {
      unchanged.push(name)
      continue
    }
    lines[assignment.line - 1] = line.slice(0, at) + text + line.slice(at + assignment.value.length)
    written[name] = text
  }
  if (cell === undefined) return { document, written, unchanged }
  const edited = editNotebook(document, [{ kind: 'source', cell: cell.index, source: lines.join('\n') }])
  return { document: edited, written, unchanged }
}

/** Where the value begins in its line: behind the name and an operator. -1 if it is not all on this line. */
function placeOf(line: string, name: string, value: string): number {
  const begin = line.search(new RegExp(`(?<![\\w.])${name.replace(/[.$]/g, '\\$&')}(?![\\w.])`))
  const operator = begin === -1 ? -1 : line.slice(begin).search(/<-|=/)
  return operator === -1 ? -1 : line.indexOf(value, begin + operator + 1)
}
