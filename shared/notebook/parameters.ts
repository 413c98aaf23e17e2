import { Problem } from '../base/problem.ts'
import { readAssignments } from './assignment.ts'
import type { AssignmentSyntax } from './assignment.ts'
import { notebookLanguage } from './document.ts'
import type { NotebookCell, NotebookDocument } from './document.ts'
import { editNotebook } from './edit.ts'
import type { NotebookEdit } from './edit.ts'
import { parameterLanguage, WrittenNumber } from './literal.ts'
import type { ParameterLanguage, ParameterValue } from './literal.ts'
import { readLiteral } from './literal_reader.ts'
import { readTypedValue } from './typed_value.ts'

/** A parameter of a notebook: what the cell tagged `parameters` says of it. */
export interface NotebookParameter {
  readonly name: string
  /** The default as it stands in the cell. */
  readonly text: string
  /** The default as a value; undefined if it would have to be computed. */
  readonly value: ParameterValue | undefined
  /** The type it is annotated with; null if it is not. */
  readonly annotation: string | null
  /** The comment behind it; null if there is none. */
  readonly comment: string | null
}

/** A notebook with its parameters set. */
export interface ParametrizedNotebook {
  readonly document: NotebookDocument
  /** The values as a run records them. */
  readonly values: Readonly<Record<string, string>>
  /** What the user should know, one sentence each. */
  readonly warnings: readonly string[]
}

/**
 * The parameters of a notebook: the variables that its first code cell tagged `parameters` sets. None if there
 * is no such cell, or if it is in a language that we do not know.
 */
export function readParameters(document: NotebookDocument): NotebookParameter[] {
  const cell = taggedCell(document, 'parameters')
  const language = languageOf(document)
  if (cell === undefined || !isKnown(language)) return []
  const { name, isName } = parameterLanguage(language)
  const assignments = readAssignments(cell.source, { ...syntaxes[name], isName })
  const last = new Map(assignments.map((assignment) => [assignment.name, assignment]))
  return [...last.values()].map(({ name: variable, value, annotation, comment }) => ({
    name: variable,
    text: value,
    value: readLiteral(value, name),
    annotation,
    comment,
  }))
}

/**
 * Sets parameters as papermill does: in a cell tagged `injected-parameters` behind the one tagged `parameters`
 * (or before the first code cell if there is none); one that is there from an earlier time is filled anew.
 *
 * @param parameters values by name; a string is read as typed (`readTypedValue`), everything else is JSON
 * @throws Problem `parameter_invalid` for a language, name or value that cannot be written
 */
export function injectParameters(
  document: NotebookDocument,
  parameters: Readonly<Record<string, unknown>>,
): ParametrizedNotebook {
  const names = Object.keys(parameters)
  if (names.length === 0) return { document, values: {}, warnings: [] }
  const language = parameterLanguage(languageOf(document))
  const lines = ['# Parameters']
  const values: Record<string, string> = {}
  for (const name of names) {
    checkName(name, language)
    const given = parameters[name]
    const value = typeof given === 'string' ? readTypedValue(given) : readJsonValue(given, name)
    const literal = language.literal(value)
    lines.push(`${name} = ${literal}`)
    values[name] = recorded(value, literal)
  }
  const edits = injection(document, `${lines.join('\n')}\n`)
  return { document: editNotebook(document, edits), values, warnings: warningsFor(document, names) }
}

const syntaxes: Record<ParameterLanguage['name'], Omit<AssignmentSyntax, 'isName'>> = {
  python: { operators: ['='], typeMark: ':', tripleQuotes: true, transposes: false },
  r: { operators: ['<<-', '<-', '='], typeMark: null, tripleQuotes: false, transposes: false },
  julia: { operators: ['='], typeMark: '::', tripleQuotes: true, transposes: true },
}

function isKnown(language: string): boolean {
  return Object.hasOwn(syntaxes, language)
}

/** A notebook that does not name its language is Python's: so are those that editors make without a kernel. */
function languageOf(document: NotebookDocument): string {
  return notebookLanguage(document) ?? 'python'
}

function taggedCell(document: NotebookDocument, tag: string): NotebookCell | undefined {
  return document.cells.find((cell) => cell.type === 'code' && cell.tags.includes(tag))
}

function checkName(name: string, language: ParameterLanguage): void {
  if (language.isName(name)) return
  throw new Problem('parameter_invalid', `"${name}" cannot be a variable in ${titles[language.name]}`, {
    hint: 'Give parameters as NAME=VALUE, with the name of a variable of the notebook.',
    details: { name, language: language.name },
  })
}

const titles = { python: 'Python', r: 'R', julia: 'Julia' } as const

/** As MLflow's client would record it: `str()` of the value. */
function recorded(value: ParameterValue, literal: string): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'number' || Number.isFinite(value)) return literal
  return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf'
}

function readJsonValue(value: unknown, name: string): ParameterValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value
  if (typeof value === 'string' || typeof value === 'bigint' || value instanceof WrittenNumber) return value
  if (Array.isArray(value)) return value.map((item) => readJsonValue(item, name))
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, readJsonValue(item, name)]))
  }
  throw new Problem('parameter_invalid', `The parameter "${name}" has a value that is not JSON`, {
    details: { name },
  })
}

function injection(document: NotebookDocument, source: string): NotebookEdit[] {
  const old = taggedCell(document, 'injected-parameters')
  if (old !== undefined) {
    return [
      { kind: 'source', cell: old.index, source },
      { kind: 'outputs', cell: old.index, outputs: [], executionCount: null },
    ]
  }
  const tagged = taggedCell(document, 'parameters')
  const firstCode = document.cells.findIndex((cell) => cell.type === 'code')
  const at = tagged === undefined ? firstCode : tagged.index + 1
  const metadata = { tags: ['injected-parameters'] }
  return [{ kind: 'insert', at: Math.max(0, at), cell: { type: 'code', source, metadata } }]
}

function warningsFor(document: NotebookDocument, names: readonly string[]): string[] {
  if (taggedCell(document, 'parameters') === undefined) {
    return [
      `${document.where} has no cell tagged "parameters": the values are set before its first code cell, ` +
        'and code that sets them again wins',
    ]
  }
  if (!isKnown(languageOf(document))) return []
  const known = readParameters(document).map((parameter) => parameter.name)
  return names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const near = nearest(name, known)
      const advice = near === undefined ? `it sets ${known.join(', ') || 'none'}` : `did you mean "${near}"?`
      return `"${name}" is not set in the cell tagged "parameters" of ${document.where}: ${advice}`
    })
}

/** The known name that differs least, if it differs in a third of its letters at most. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((other) => ({ other, distance: editDistance(name.toLowerCase(), other.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  return best !== undefined && best.distance <= best.other.length / 3 ? best.other : undefined
}

/** Levenshtein (1966): insertions, deletions and replacements between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a.charAt(i - 1) === b.charAt(j - 1) ? 0 : 1
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same))
    }
    row = next
  }
  return row[b.length] ?? 0
}
