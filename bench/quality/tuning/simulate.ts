import { propose } from '../../../shared/tuning/propose.ts'
import type { Sampler } from '../../../shared/tuning/sampler.ts'
import type { Study, Trial } from '../../../shared/tuning/trial.ts'
import { regret, type HpoProblem } from './problem.ts'

/** One simulated search. */
export interface Search {
  readonly trials: number
  /** So many run at a time; the one that began first ends first. */
  readonly workers: number
  readonly seed: number
}

/** The regret of the best so far behind each finished trial. */
export function searchWith(
  makeSampler: (study: Study) => Sampler,
  problem: HpoProblem,
  { trials, workers, seed }: Search,
): number[] {
  const study: Study = {
    space: problem.space,
    directions: ['minimize'],
    trials,
    parallel: workers,
    lastStep: null,
  }
  const sampler = makeSampler(study)
  const log: Trial[] = []
  const curve: number[] = []
  let best = Infinity
  const end = (): void => {
    const index = curve.length
    const trial = log[index]!
    const loss = problem.loss(trial.point)
    log[index] = { ...trial, state: 'complete', values: [loss], ended: index }
    best = Math.min(best, loss)
    curve.push(regret(problem, best))
  }
  for (let number = 0; number < trials; number++) {
    if (log.length - curve.length === workers) end()
    const proposal = propose(sampler, study, log, { seed, number })
    if (proposal.kind === 'exhausted') break
    log.push({
      number,
      point: proposal.point,
      state: 'running',
      values: [],
      constraints: [],
      reports: [],
      ended: null,
      saw: curve.length,
      enqueued: false,
    })
  }
  while (curve.length < log.length) end()
  while (curve.length < trials) curve.push(curve.at(-1)!)
  return curve
}
