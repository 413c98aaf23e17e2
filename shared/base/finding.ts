/** How much a finding matters: worth knowing, worth a look before training, or a result that cannot be trusted. */
export type FindingLevel = 'info' | 'warn' | 'stop'

/** The levels, the gravest first. */
export const findingLevels: readonly FindingLevel[] = ['stop', 'warn', 'info']

/** What a finding is about. Rows count from 0, as a data frame counts them. */
export type Where =
  | { kind: 'table' }
  | { kind: 'columns'; columns: readonly string[] }
  | { kind: 'rows'; rows: readonly number[]; columns: readonly string[] }
  | { kind: 'cell'; cell: string; line: number | null }
  | { kind: 'file'; path: string; line: number | null }

/** A change that answers a finding, as code that a person reads before it runs. */
export interface Fix {
  /** What it does, as a button says it: `Mark them 'not stated'`. */
  title: string
  /** What the code works on. The frame is called `df`. */
  language: 'pandas' | 'polars' | 'python'
  code: string
}

/** Rows to look at: the column names and, row by row, the cells as text (null: missing). */
export interface Example {
  columns: readonly string[]
  /** Numbers of the rows, from 0. */
  rows: readonly number[]
  cells: readonly (readonly (string | null)[])[]
}

/** What any check says: notebook lint, data lint, drift, fairness and privacy share this shape. */
export interface Finding {
  /** Id of the rule, as it is named in daybook.yaml: `missing-together`. */
  rule: string
  level: FindingLevel
  where: Where
  /** One plain sentence, with the numbers in it. */
  says: string
  /** Why it matters, one or two sentences. */
  why: string
  /** The numbers of the sentence, for programs. */
  evidence: Readonly<Record<string, number>>
  example: Example | null
  fixes: readonly Fix[]
  /** Rank among findings of the same level, 0 to 1: how sure it is and how much hangs on it. */
  weight: number
}

/** Findings in the order in which a person should read them: by level, then by weight; equal ones as they came. */
export function rankFindings(findings: readonly Finding[]): Finding[] {
  return [...findings].sort(
    (a, b) => findingLevels.indexOf(a.level) - findingLevels.indexOf(b.level) || b.weight - a.weight,
  )
}
