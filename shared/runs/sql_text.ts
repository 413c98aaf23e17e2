import type { SQLInputValue } from 'node:sqlite'

/** A piece of SQL with the values for its question marks, in order. */
export interface SqlText {
  sql: string
  values: readonly SQLInputValue[]
}

/** A piece of SQL. */
export function sql(text: string, ...values: SQLInputValue[]): SqlText {
  return { sql: text, values }
}

/** Pieces one after the other, with something between. */
export function joinSql(pieces: readonly SqlText[], between: string): SqlText {
  return {
    sql: pieces.map((piece) => piece.sql).join(between),
    values: pieces.flatMap((piece) => piece.values),
  }
}

/** Pieces joined by AND or OR, in parentheses; for none what is neutral. */
export function combine(pieces: readonly SqlText[], word: 'AND' | 'OR'): SqlText {
  if (pieces.length === 0) return sql(word === 'AND' ? '1' : '0')
  const joined = joinSql(pieces, ` ${word} `)
  return { sql: `(${joined.sql})`, values: joined.values }
}
