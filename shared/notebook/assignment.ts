/** A variable that a cell sets at its outermost level, as its text says it. */
export interface Assignment {
  readonly name: string
  /** The type beside it: `x: float = 1`, `x::Float64 = 1`, `x = 1  # type: float`; null if there is none. */
  readonly annotation: string | null
  /** The text of the value. */
  readonly value: string
  /** What stands behind a # on its last line; null if nothing does. */
  readonly comment: string | null
  /** Line on which it begins, from 1. */
  readonly line: number
}

/** What differs between the languages in which assignments are read. */
export interface AssignmentSyntax {
  readonly operators: readonly string[]
  /** What stands between a name and its type; null where there are no types. */
  readonly typeMark: string | null
  readonly tripleQuotes: boolean
  /** Whether an apostrophe behind a name or a bracket transposes. */
  readonly transposes: boolean
  readonly isName: (name: string) => boolean
}

/**
 * The variables that a cell sets at its outermost level, in the order of its text; a name that is set twice
 * comes twice. Reads the text only: nothing is run, and what cannot be read is left out.
 */
export function readAssignments(source: string, syntax: AssignmentSyntax): Assignment[] {
  // What follows %%bash is another language.
  if (/^\s*%%(?!time|capture)/.test(source)) return []
  return splitStatements(source, syntax).flatMap((statement) => assignmentsOf(statement, syntax))
}

interface Statement {
  text: string
  comment: string
  line: number
  /** Where assignment operators stand in the text, outside of brackets and strings. */
  operators: { start: number; end: number }[]
}

function assignmentsOf(
  { text, comment, line, operators }: Statement,
  syntax: AssignmentSyntax,
): Assignment[] {
  if (/^[ \t]/.test(text)) return []
  const found: Assignment[] = []
  let at = 0
  let names: { name: string; annotation: string | null }[] = []
  for (const operator of operators) {
    const target = readTarget(text.slice(at, operator.start), syntax)
    if (target === null) break
    names = [...names, target]
    at = operator.end
  }
  const typed = /^type:\s*(\S+)\s*(.*)$/.exec(comment)
  for (const { name, annotation } of names) {
    found.push({
      name,
      annotation: annotation ?? typed?.[1] ?? null,
      value: text.slice(at).trim(),
      comment: (typed === null ? comment : (typed[2] ?? '')) || null,
      line,
    })
  }
  return found
}

function readTarget(
  text: string,
  syntax: AssignmentSyntax,
): { name: string; annotation: string | null } | null {
  const at = syntax.typeMark === null ? -1 : text.indexOf(syntax.typeMark)
  const name = (at === -1 ? text : text.slice(0, at)).trim()
  if (!syntax.isName(name)) return null
  const annotation = at === -1 ? null : text.slice(at + (syntax.typeMark?.length ?? 0)).trim()
  return { name, annotation: annotation === null ? null : annotation.replace(/^(["'])(.*)\1$/s, '$2') }
}

/** Cuts a source into its outermost statements. A line that begins a statement with a blank is inside a block. */
function splitStatements(source: string, syntax: AssignmentSyntax): Statement[] {
  const statements: Statement[] = []
  let at = 0
  let line = 1
  while (at < source.length) {
    const statement: Statement = { text: '', comment: '', line, operators: [] }
    const start = at
    at = scanStatement(source, at, { statement, syntax })
    line += source.slice(start, at).split('\n').length - 1
    if (statement.text.trim() !== '') statements.push(statement)
  }
  return statements
}

function scanStatement(
  source: string,
  from: number,
  { statement, syntax }: { statement: Statement; syntax: AssignmentSyntax },
): number {
  if (/[%!]/.test(source.charAt(from))) return endOfLine(source, from) + 1
  let at = from
  let depth = 0
  const take = (end: number) => {
    statement.text += source.slice(at, end)
    at = end
  }
  while (at < source.length) {
    const char = source.charAt(at)
    if (char === '\n' && depth === 0) return at + 1
    if (char === ';' && depth === 0) return skipBlanks(source, at + 1)
    if (char === '#') {
      const end = endOfLine(source, at)
      statement.comment = source.slice(at + 1, end).trim()
      at = end
    } else if (char === '\\' && source.charAt(at + 1) === '\n') at += 2
    else if (isQuote(statement.text, char, syntax)) take(endOfString(source, at, syntax.tripleQuotes))
    else {
      if ('([{'.includes(char)) depth++
      if (')]}'.includes(char)) depth = Math.max(0, depth - 1)
      const operator = depth === 0 ? operatorAt(source, at, syntax.operators) : null
      if (operator === null) take(at + 1)
      else {
        const start = statement.text.length
        take(at + operator.length)
        statement.operators.push({ start, end: statement.text.length })
      }
    }
  }
  return at
}

function isQuote(before: string, char: string, syntax: AssignmentSyntax): boolean {
  if (char === '"') return true
  return char === "'" && !(syntax.transposes && /[\p{L}\p{N}_)\]}'.]/u.test(before.at(-1) ?? ''))
}

function operatorAt(source: string, at: number, operators: readonly string[]): string | null {
  const found = operators.find((operator) => source.startsWith(operator, at))
  if (found === undefined) return null
  const isPart = /[=!<>+\-*/%&|^@~:]/.test(found === '=' ? source.charAt(at - 1) : '')
  return isPart || /[=>]/.test(source.charAt(at + found.length)) ? null : found
}

function endOfString(source: string, at: number, tripleQuotes: boolean): number {
  const quote = source.charAt(at)
  const triple = tripleQuotes && source.startsWith(quote.repeat(3), at)
  const close = triple ? quote.repeat(3) : quote
  for (let i = at + close.length; i < source.length; i++) {
    if (source.charAt(i) === '\\') i++
    else if (source.startsWith(close, i)) return i + close.length
    // An open string ends with its line: better one statement lost than all that follow.
    else if (!triple && source.charAt(i) === '\n') return i
  }
  return source.length
}

function endOfLine(source: string, at: number): number {
  const end = source.indexOf('\n', at)
  return end === -1 ? source.length : end
}

function skipBlanks(source: string, at: number): number {
  let next = at
  while (source.charAt(next) === ' ' || source.charAt(next) === '\t') next++
  return next
}
