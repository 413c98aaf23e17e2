/** A curve that never falls: points with a straight line between neighbours. */
export interface RisingCurve {
  at: readonly number[]
  value: readonly number[]
}

/**
 * The rising curve that is nearest to the points in the mean square (pool adjacent violators); points at one place
 * count together.
 * @see Barlow, Bartholomew, Bremner and Brunk (1972); equals scikit-learn's IsotonicRegression with
 * `out_of_bounds="clip"`
 */
export function fitRising(at: readonly number[], values: readonly number[]): RisingCurve {
  const order = at.map((_, i) => i).sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0))
  const places: { at: number; sum: number; count: number }[] = []
  for (const i of order) {
    const last = places.at(-1)
    const [place, value] = [at[i] ?? 0, values[i] ?? 0]
    if (last?.at === place) {
      last.sum += value
      last.count++
    } else places.push({ at: place, sum: value, count: 1 })
  }
  // Each block: a stretch of places that have one value in common.
  const blocks: { sum: number; count: number; places: number }[] = []
  for (const { sum, count } of places) {
    blocks.push({ sum, count, places: 1 })
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)]
      if (before === undefined || last === undefined) break
      if (before.sum / before.count < last.sum / last.count) break
      before.sum += last.sum
      before.count += last.count
      before.places += last.places
      blocks.pop()
    }
  }
  const value = blocks.flatMap(({ sum, count, places: many }) => new Array<number>(many).fill(sum / count))
  return { at: places.map((place) => place.at), value }
}

/** The curve's value; beyond its ends that of the end. */
export function readRising({ at, value }: RisingCurve, place: number): number {
  let [low, high] = [0, at.length - 1]
  if (high < 0) return NaN
  if (place <= (at[0] ?? 0)) return value[0] ?? NaN
  if (place >= (at[high] ?? 0)) return value[high] ?? NaN
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((at[middle] ?? 0) <= place) low = middle
    else high = middle
  }
  const [left, right] = [at[low] ?? 0, at[high] ?? 0]
  const share = (place - left) / (right - left)
  return (value[low] ?? 0) + share * ((value[high] ?? 0) - (value[low] ?? 0))
}
