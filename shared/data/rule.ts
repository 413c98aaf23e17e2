import type { Finding, FindingLevel } from '../base/finding.ts'
import type { Loaded } from './loaded.ts'

/** What a rule may look at. */
export interface Checked extends Loaded {
  /** The column that is to be predicted; null where nobody said and none was guessed. */
  target: string | null
  /** Data to compare with: what a model was, or will be, trained on. */
  against: Loaded | null
}

/** Thresholds of a rule, by name; each can be set in daybook.yaml. */
export type Thresholds = Readonly<Record<string, number>>

/** A check of data, with all that a reader of its findings may ask. */
export interface Rule {
  /** As in findings and in daybook.yaml: `missing-together`. */
  id: string
  /** What it finds, in a few words. */
  title: string
  /** Level of its findings where they say no other. */
  level: FindingLevel
  /** Why it matters for training. */
  why: string
  /** Where the check or its thresholds come from. */
  source: string
  thresholds: Thresholds
  /** Looks; nothing in the data may make it throw. */
  check(data: Checked, thresholds: Thresholds): Said[]
}

/** A finding as a rule says it: what the rule itself knows is filled in by the engine. */
export type Said = Pick<Finding, 'where' | 'says'> &
  Partial<Pick<Finding, 'level' | 'evidence' | 'example' | 'fixes' | 'weight' | 'why'>>
