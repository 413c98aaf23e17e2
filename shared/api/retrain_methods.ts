import { z } from 'zod'
import type { GateResult } from '../governance/gate.ts'
import type { CandidateComparison } from '../monitor/candidate_comparison.ts'
import type { ShadowReport } from '../monitor/shadow_report.ts'
import { method } from './method.ts'

/** One way to train again, and what came of it. */
export interface RetrainedCandidate {
  name: string
  parameters: Readonly<Record<string, string | number | boolean>>
  sameNotebook: boolean
  state: 'waiting' | 'training' | 'trained' | 'failed'
  /** The run of the whole notebook, and the one in it that kept the model. */
  notebookRun: string | null
  run: string | null
  /** Why it failed. */
  failure: string | null
  /** On the rows that the champion was judged on before it went out; it may have learned from them. */
  heldOut: number | null
}

/** Candidates for a deployment's next champion. */
export interface Retraining {
  id: number
  deployment: string
  /** What led to it: `by hand`, `alert 3`. */
  because: string
  /** `placing`: the best comes up as shadow. */
  state: 'training' | 'judging' | 'placing' | 'judged' | 'failed'
  startedMs: number
  endedMs: number | null
  notebook: string
  /** The champion: its model and run, and its loss on the rows it was judged on. */
  champion: { modelUri: string; run: string | null; heldOut: number | null }
  /** The labelled days that all are judged on; what came before may be learned from. */
  judgedOn: { fromMs: number; toMs: number; rows: number }
  candidates: readonly RetrainedCandidate[]
  comparison: CandidateComparison | null
  failure: string | null
  /** Revision of the deployment in which the best one stands as shadow; null if it does not. */
  shadow: number | null
}

const name = z.string().min(1)

/** Training again, and what must hold before a model is promoted. */
export const retrainMethods = {
  /**
   * Runs the champion's notebook again with newer data and in other ways, and compares all on the same labelled days.
   * Answers at once; `retrain.get` tells how far it is.
   */
  'retrain.start': method(
    z.object({
      name,
      /** Days before the newest label that all are judged on. */
      days: z.number().int().min(1).max(3660).default(30),
      /** The same as a span of days, `2012-04-01`; both or none. */
      from: z.iso.date().nullable().default(null),
      to: z.iso.date().nullable().default(null),
      /** `name: parameter=value, …`; what the notebook's parameters suggest without them. */
      candidates: z.array(z.string().min(1)).max(20).default([]),
      /** An alert that led to it. */
      alert: z.number().int().nullable().default(null),
      /** Puts the best of those that help beside the champion as shadow. */
      shadow: z.boolean().default(false),
    }),
  )<Retraining>(),
  'retrain.get': method(z.object({ id: z.number().int() }))<Retraining>(),
  /** The newest first. */
  'retrain.list': method(
    z.object({ name: name.nullable().default(null), limit: z.number().int().min(1).max(1000).default(20) }),
  )<Retraining[]>(),
  /** Puts a candidate beside the champion as shadow: the best of those that help if none is named. */
  'retrain.place': method(
    z.object({ id: z.number().int(), candidate: z.string().nullable().default(null) }),
  )<Retraining>(),
  /** What the gate says of a revision: the shadow's if none is named. */
  'gate.check': method(z.object({ name, revision: z.number().int().positive().nullable().default(null) }))<
    GateResult & { revision: number }
  >(),
  /**
   * Two models on the rows of a table (absolute path) where there is no traffic: as a shadow report, judged by
   * `label`. A model is named as for deploying.
   */
  'shadow.replay': method(
    z.object({
      path: z.string().min(1),
      on: name,
      against: name,
      label: z.string().nullable().default(null),
    }),
  )<ShadowReport>(),
}
