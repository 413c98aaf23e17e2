import { DistinctSketch } from '../stats/distinct_sketch.ts'
import { hashNumber, hashText } from '../stats/hash.ts'
import { HeavyHitters } from '../stats/heavy_hitters.ts'

/** Up to this many different values are counted one by one. */
const exactLimit = 131_072

/** Values and how often each was seen: exact up to 131,072 different ones, then estimated. Mergeable. */
export class ValueCounts {
  #exact: Map<string | number, number> | null = new Map()
  #sketch: { distinct: DistinctSketch; heavy: HeavyHitters<string | number> } | null = null

  /** A value that was seen this many times. */
  add(value: string | number, times = 1): void {
    if (this.#exact === null) return this.#addToSketch(value, times)
    this.#exact.set(value, (this.#exact.get(value) ?? 0) + times)
    if (this.#exact.size > exactLimit) this.#giveUpExact()
  }

  /** Takes in all that another one has seen. */
  merge(other: ValueCounts): void {
    if (other.#exact !== null) {
      for (const [value, times] of other.#exact) this.add(value, times)
    } else if (other.#sketch !== null) {
      const { distinct, heavy } = this.#giveUpExact()
      distinct.merge(other.#sketch.distinct)
      heavy.merge(other.#sketch.heavy)
    }
  }

  /** How many different values there are, and the standard error of that as a share of it (0: exact). */
  distinct(): { count: number; error: number } {
    if (this.#sketch !== null) return { count: this.#sketch.distinct.estimate(), error: DistinctSketch.error }
    return { count: this.#exact?.size ?? 0, error: 0 }
  }

  /** The most frequent values; `over` says by how much a count may be too high. Of equal ones the smaller first. */
  top(limit: number): { value: string | number; count: number; over: number }[] {
    if (this.#sketch !== null) return this.#sketch.heavy.top(limit)
    const best: { value: string | number; count: number; over: number }[] = []
    for (const [value, count] of this.#exact ?? []) {
      const last = best.at(-1)
      if (best.length === limit && last !== undefined && !precedes({ value, count }, last)) continue
      const place = best.findIndex((other) => precedes({ value, count }, other))
      best.splice(place === -1 ? best.length : place, 0, { value, count, over: 0 })
      if (best.length > limit) best.pop()
    }
    return best
  }

  #addToSketch(value: string | number, times: number): void {
    const { distinct, heavy } = this.#giveUpExact()
    const hash = typeof value === 'number' ? hashNumber : hashText
    distinct.add(hash(value as never, 1), hash(value as never, 2))
    heavy.add(value, times)
  }

  #giveUpExact(): { distinct: DistinctSketch; heavy: HeavyHitters<string | number> } {
    this.#sketch ??= { distinct: new DistinctSketch(), heavy: new HeavyHitters() }
    const exact = this.#exact
    this.#exact = null
    if (exact !== null) {
      const frequent = [...exact].sort((a, b) => b[1] - a[1])
      for (const [value, times] of frequent) this.#addToSketch(value, times)
    }
    return this.#sketch
  }
}

type Counted = { value: string | number; count: number }

function precedes(a: Counted, b: Counted): boolean {
  if (a.count !== b.count) return a.count > b.count
  return typeof a.value === typeof b.value ? a.value < b.value : typeof a.value === 'number'
}
