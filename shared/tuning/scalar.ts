import type { Random } from '../base/random.ts'
import { losses, violation, type Study, type Trial } from './trial.ts'

/**
 * One number to make small for each of some usable trials. With one objective that is its loss. With several it is
 * their augmented Chebyshev sum with weights drawn for this proposal, so that proposals spread along the front
 * (ParEGO: Knowles, IEEE Trans. Evol. Comput. 10, 2006). A trial that breaks constraints is worse than all that do
 * not, by how far it breaks them.
 */
export function scalarLosses(study: Study, trials: readonly Trial[], random: Random): number[] {
  const all = trials.map((trial) => losses(study, trial))
  const own = study.directions.length === 1 ? all.map(([loss]) => loss as number) : chebyshev(all, random)
  const broken = trials.map(violation)
  const met = own.filter((_, index) => broken[index] === 0)
  const known = met.length > 0 ? met : own
  const worst = Math.max(...known)
  const spread = worst - Math.min(...known) || 1
  const most = Math.max(...broken.filter(Number.isFinite), Number.MIN_VALUE)
  return own.map((loss, index) => {
    const far = broken[index] as number
    return far > 0 ? worst + spread * Math.min(far / most, 1) : loss
  })
}

function chebyshev(all: readonly (readonly number[])[], random: Random): number[] {
  const count = all[0]?.length ?? 0
  const drawn = Array.from({ length: count }, () => -Math.log(1 - random.next()))
  const sum = drawn.reduce((total, weight) => total + weight, 0)
  const bounds = drawn.map((weight, index) => {
    const column = all.map((values) => values[index] as number)
    const low = Math.min(...column)
    return { weight: weight / sum, low, range: Math.max(...column) - low || 1 }
  })
  return all.map((values) => {
    const parts = bounds.map(
      ({ weight, low, range }, index) => (weight * ((values[index] as number) - low)) / range,
    )
    return Math.max(...parts) + 0.05 * parts.reduce((total, part) => total + part, 0)
  })
}
