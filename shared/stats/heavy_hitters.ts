/**
 * The most frequent values of a stream in bounded memory, mergeable: a counted value was seen at most `count`
 * and at least `count - over` times, and every value more frequent than `total / capacity` is among them.
 * @see Metwally, Agrawal, El Abbadi (2005), Space-Saving; merged as in Agarwal et al. (2012), Mergeable summaries
 */
export class HeavyHitters<T> {
  readonly #capacity: number
  #counts = new Map<T, { count: number; over: number }>()
  #floor = 0

  constructor(capacity = 1024) {
    this.#capacity = capacity
  }

  /** A value that was seen this many times. */
  add(value: T, times = 1): void {
    const known = this.#counts.get(value)
    if (known !== undefined) {
      known.count += times
      return
    }
    this.#counts.set(value, { count: times + this.#floor, over: this.#floor })
    if (this.#counts.size >= this.#capacity * 2) this.#shrink()
  }

  /** Takes in all that another one has seen. */
  merge(other: HeavyHitters<T>): void {
    for (const [value, { count, over }] of other.#counts) {
      const known = this.#counts.get(value)
      if (known === undefined)
        this.#counts.set(value, { count: count + this.#floor, over: over + this.#floor })
      else {
        known.count += count
        known.over += over
      }
    }
    for (const [value, known] of this.#counts) {
      if (other.#counts.has(value)) continue
      known.count += other.#floor
      known.over += other.#floor
    }
    this.#floor += other.#floor
    if (this.#counts.size > this.#capacity) this.#shrink()
  }

  /** The most frequent ones, first the most frequent; `over` says by how much `count` may be too high. */
  top(limit: number): { value: T; count: number; over: number }[] {
    return [...this.#counts]
      .map(([value, { count, over }]) => ({ value, count, over }))
      .sort((a, b) => b.count - a.count)
      .slice(0, limit)
  }

  /** Keeps the most frequent; what is let go raises the count that a new value starts with. */
  #shrink(): void {
    const sorted = [...this.#counts].sort((a, b) => b[1].count - a[1].count)
    this.#floor = Math.max(this.#floor, sorted[this.#capacity]?.[1].count ?? 0)
    this.#counts = new Map(sorted.slice(0, this.#capacity))
  }
}
