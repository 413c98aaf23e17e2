/** Whether `a` is at least as good everywhere and better somewhere; less is better. */
export function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false
  for (let index = 0; index < a.length; index++) {
    const own = a[index] as number
    const other = b[index] as number
    if (own > other) return false
    if (own < other) better = true
  }
  return better
}

/** How far something breaks constraints beside its values: less is better first, then the values. */
export interface Judged {
  readonly values: readonly number[]
  readonly violation: number
}

/**
 * The front on which each stands, from 0: those that nobody dominates, then those that only these dominate, and so
 * on (Deb et al., NSGA-II, 2002). One that breaks the constraints less dominates one that breaks them more.
 */
export function frontsOf(all: readonly Judged[]): number[] {
  const dominatedBy = all.map(() => 0)
  const beats = all.map((): number[] => [])
  all.forEach((a, first) => {
    for (let second = first + 1; second < all.length; second++) {
      const b = all[second] as Judged
      const [winner, loser] = constrained(a, b)
        ? [first, second]
        : constrained(b, a)
          ? [second, first]
          : [-1, -1]
      if (winner < 0) continue
      ;(beats[winner] as number[]).push(loser)
      dominatedBy[loser] = (dominatedBy[loser] as number) + 1
    }
  })
  const fronts = all.map(() => 0)
  let front = all.flatMap((_, index) => (dominatedBy[index] === 0 ? [index] : []))
  for (let rank = 0; front.length > 0; rank++) {
    const next: number[] = []
    for (const winner of front) {
      fronts[winner] = rank
      for (const loser of beats[winner] as number[]) {
        const left = (dominatedBy[loser] as number) - 1
        dominatedBy[loser] = left
        if (left === 0) next.push(loser)
      }
    }
    front = next
  }
  return fronts
}

function constrained(a: Judged, b: Judged): boolean {
  if (a.violation > 0 || b.violation > 0) return a.violation < b.violation
  return dominates(a.values, b.values)
}

/**
 * How lonely each stands among its front: the sum over the objectives of the distance between its two neighbours, as
 * a share of the front's range; infinite at the ends (Deb et al. 2002).
 */
export function crowdingOf(values: readonly (readonly number[])[]): number[] {
  const distances = values.map(() => 0)
  const objectives = values[0]?.length ?? 0
  for (let objective = 0; objective < objectives; objective++) {
    const at = (index: number): number => values[index]?.[objective] ?? NaN
    const order = values.map((_, index) => index).sort((a, b) => at(a) - at(b))
    const first = order[0] ?? 0
    const last = order.at(-1) ?? 0
    const range = at(last) - at(first)
    // Where all are alike, nobody is at an end.
    if (!(range > 0)) continue
    distances[first] = Infinity
    distances[last] = Infinity
    for (let place = 1; place < order.length - 1; place++) {
      const own = order[place] as number
      const gap = at(order[place + 1] as number) - at(order[place - 1] as number)
      distances[own] = (distances[own] as number) + gap / range
    }
  }
  return distances
}
