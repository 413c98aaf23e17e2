import type { Random } from '../base/random.ts'
import { firstUntried } from './draw.ts'
import { genomeOf, mutate, pointOf, type Genome } from './genome.ts'
import { crowdingOf, frontsOf } from './pareto.ts'
import type { Sampler } from './sampler.ts'
import { evenPoint } from './sobol_sampler.ts'
import type { Space } from './space.ts'
import { isUsable, losses, violation, type Study, type Trial } from './trial.ts'

/** How NSGA-II breeds. */
export interface Nsga2Options {
  /** So many trials are parents at a time; without it 10 for each ten trials of the study, at most 50. */
  readonly population?: number
  /** The chance that a child has two parents. */
  readonly crossover?: number
}

/**
 * NSGA-II (Deb et al., IEEE Trans. Evol. Comput. 6, 2002) in its steady form: the parents are at all times the best of
 * all trials that ended, by front, then by how lonely they stand. Two parents are found by tournaments, each
 * parameter comes from one of the two, and about one is changed. Needs no generations to be waited for, so that
 * workers are never idle.
 */
export function nsga2Sampler({ population, crossover = 0.9 }: Nsga2Options = {}): Sampler {
  return {
    name: 'nsga2',
    ask(study, history, random) {
      const { space } = study
      const size = population ?? Math.min(50, Math.max(10, Math.ceil((study.trials ?? 200) / 8)))
      const usable = history.filter((trial) => isUsable(study, trial))
      if (usable.length < size) {
        const point = evenPoint(space, history, random)
        return firstUntried(space, history, random, [{ point, says: 'one of the first generation' }])
      }
      const parents = survivors(study, usable, size)
      const children = function* (): Generator<{ point: ReturnType<typeof pointOf>; says: string }> {
        for (let child = 0; child < 50; child++) {
          yield {
            point: pointOf(space, breed(space, parents, { random, crossover })),
            says: 'a child of two good trials',
          }
        }
      }
      return firstUntried(space, history, random, children())
    },
  }
}

/** The best of some trials: front after front, the loneliest of the last one that fits in part. */
export function survivors(study: Study, trials: readonly Trial[], size: number): Trial[] {
  const judged = trials.map((trial) => ({ values: losses(study, trial), violation: violation(trial) }))
  const fronts = frontsOf(judged)
  const lonely = trials.map(() => 0)
  for (const front of new Set(fronts)) {
    const members = fronts.flatMap((own, index) => (own === front ? [index] : []))
    const distances = crowdingOf(members.map((index) => judged[index]?.values ?? []))
    members.forEach((index, place) => (lonely[index] = distances[place] ?? 0))
  }
  return trials
    .map((_, index) => index)
    .sort(
      (a, b) =>
        (fronts[a] as number) - (fronts[b] as number) ||
        compareLonely(lonely[b] as number, lonely[a] as number) ||
        a - b,
    )
    .slice(0, size)
    .map((index) => trials[index] as Trial)
}

function compareLonely(a: number, b: number): number {
  return a === b ? 0 : a - b
}

/** Parents come best first: of two drawn, the earlier wins the tournament. */
function breed(
  space: Space,
  parents: readonly Trial[],
  { random, crossover }: { random: Random; crossover: number },
): Genome {
  const pick = (): Genome => {
    const winner = Math.min(random.below(parents.length), random.below(parents.length))
    return genomeOf(space, (parents[winner] as Trial).point)
  }
  const first = pick()
  const second = pick()
  const mixed =
    random.next() < crossover
      ? first.map((gene, index) => (random.next() < 0.5 ? gene : (second[index] as number)))
      : first
  return mutate(space, mixed, { width: 0.1, random })
}
