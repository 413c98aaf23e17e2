/** What one revision answered to one request. */
export interface Answer {
  /** A class, or a number; null if it failed. */
  value: string | number | null
  /** From the request's arrival at the worker to the answer. */
  latencyMs: number
  /** Why there is no value; null where there is one. */
  error: string | null
}

/** One request with the answers of both revisions, joined by its id. */
export interface ShadowRecord {
  id: string
  atMs: number
  champion: Answer
  shadow: Answer
  /** What turned out to be true; null while it is not known. */
  label: string | number | null
  /** Values of the request's columns that answers are broken down by. */
  inputs: Readonly<Record<string, string | number | null>>
}

/** What kind of answers are compared. */
export type AnswerKind = 'class' | 'number'
