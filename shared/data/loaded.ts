import type { Table } from './column.ts'
import type { TableProfile } from './profile.ts'
import { amount } from './wording.ts'

/** Data as the rules see it: the profile of all rows, and rows to look at one by one. */
export interface Loaded {
  /** How people call it: a file's name, a frame's variable. */
  name: string
  profile: TableProfile
  /** All rows, or a sample in their order. */
  sample: Table
  /** Number within the whole of each row of the sample; null if the sample is the whole. */
  rowNumbers: Float64Array | null
  /** Whether there are more rows than even the profile has seen. */
  isPart?: boolean
  /** How it was computed. */
  engine: 'columns' | 'sql'
  /** What a reader should know about how it was read. */
  notes: readonly string[]
}

/** Whether the sample is less than the whole. */
export function isSampled(data: Loaded): boolean {
  return data.isPart === true || data.sample.rows < data.profile.rows
}

/** What follows a number of rows that were counted in the sample: nothing if that is the whole. */
export function ofSample(data: Loaded): string {
  return isSampled(data) ? ` of the ${amount(data.sample.rows)} looked at` : ''
}
