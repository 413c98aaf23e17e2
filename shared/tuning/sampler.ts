import type { Random } from '../base/random.ts'
import type { Point } from './space.ts'
import type { Study, Trial } from './trial.ts'

/** The samplers by the names that a person writes; `auto` chooses among them. */
export const samplerNames = ['auto', 'tpe', 'gp', 'forest', 'random', 'sobol', 'grid', 'nsga2'] as const

/** One of the names above. */
export type SamplerName = (typeof samplerNames)[number]

/** What to try next, or that nothing is left. */
export type Proposal =
  | { readonly kind: 'point'; readonly point: Point; readonly says: string }
  | { readonly kind: 'exhausted'; readonly says: string }

/**
 * Decides what to try next.
 *
 * 1. It holds no state: the same study, history and random source give the same proposal.
 * 2. It uses what a running trial tries and nothing of what that trial reported.
 * 3. Every point lies in the space and meets its constraints.
 * 4. A point that was tried or is being tried is not proposed again while the space has another one; `exhausted`
 *    comes only when all points of a finite space were tried.
 * 5. Trials that failed, were pruned, or have NaN among their values never stop it.
 */
export interface Sampler {
  readonly name: SamplerName
  ask(study: Study, history: readonly Trial[], random: Random): Proposal
}
