/** How many numbers are kept as they are; above, levels of this size are halved. */
const capacity = 131_072

/**
 * Quantiles of any number of values in bounded memory, mergeable. Exact up to 131,072 values; above, each level
 * holds values that stand for 2^level others, and a full level is sorted and every other value moves up. The rank
 * of a quantile is then wrong by at most `rankError` of all values.
 * @see Munro and Paterson (1980), Selection and sorting with limited storage; Manku, Rajagopalan and Lindsay (1998)
 */
export class QuantileSketch {
  #levels: { values: Float64Array; count: number }[] = [{ values: new Float64Array(1024), count: 0 }]
  #count = 0
  #odd = false
  #sorted: { values: Float64Array; weights: Float64Array | null } | null = null

  /** How many values it has seen. */
  get count(): number {
    return this.#count
  }

  /** The largest error of a rank, as a share of all values; 0 while it is exact. */
  get rankError(): number {
    return (this.#levels.length - 1) / capacity
  }

  /** Takes in the values between two places. NaN must not be among them. */
  add(values: Float64Array, from = 0, to = values.length): void {
    this.#sorted = null
    this.#count += to - from
    this.#put(0, values, from, to)
  }

  /** Takes in all that another sketch has seen; that one stays as it is. */
  merge(other: QuantileSketch): void {
    this.#sorted = null
    this.#count += other.#count
    other.#levels.forEach((level, i) => this.#put(i, level.values, 0, level.count))
  }

  /** The value at a share of all (0..1), between two neighbours by straight line, as NumPy has it; NaN if empty. */
  quantile(share: number): number {
    const { values, weights } = (this.#sorted ??= this.#sort())
    if (values.length === 0) return NaN
    if (weights === null) return between(values, share)
    const rank = share * (this.#count - 1)
    let seen = 0
    for (let i = 0; i < values.length; i++) {
      seen += weights[i] ?? 0
      if (seen > rank) return values[i] ?? NaN
    }
    return values.at(-1) ?? NaN
  }

  /** How many values are below `edge`; with a sketch that is not exact, an estimate. */
  countBelow(edge: number): number {
    const { values, weights } = (this.#sorted ??= this.#sort())
    if (weights === null) return lowerBound(values, edge)
    let seen = 0
    for (let i = 0; i < values.length && (values[i] ?? 0) < edge; i++) seen += weights[i] ?? 0
    return seen
  }

  #put(at: number, values: Float64Array, from: number, to: number): void {
    for (let i = from; i < to;) {
      const level = (this.#levels[at] ??= { values: new Float64Array(capacity), count: 0 })
      const room = Math.min(capacity - level.count, to - i)
      if (level.count + room > level.values.length) {
        const grown = new Float64Array(
          Math.min(capacity, Math.max(level.count + room, level.values.length * 2)),
        )
        grown.set(level.values.subarray(0, level.count))
        level.values = grown
      }
      level.values.set(values.subarray(i, i + room), level.count)
      level.count += room
      i += room
      if (level.count === capacity && (i < to || at > 0)) this.#halve(at)
    }
  }

  #halve(at: number): void {
    const level = this.#levels[at]
    if (level === undefined) return
    const sorted = level.values.sort()
    const kept = new Float64Array(capacity / 2)
    const offset = this.#odd ? 1 : 0
    this.#odd = !this.#odd
    for (let i = 0; i < kept.length; i++) kept[i] = sorted[2 * i + offset] ?? 0
    this.#levels[at] = { values: level.values, count: 0 }
    this.#put(at + 1, kept, 0, kept.length)
  }

  #sort(): { values: Float64Array; weights: Float64Array | null } {
    const [exact] = this.#levels
    if (exact !== undefined && this.#levels.length === 1)
      return { values: exact.values.slice(0, exact.count).sort(), weights: null }
    const pairs = this.#levels.flatMap((level, i) =>
      Array.from(level.values.subarray(0, level.count), (value): [number, number] => [value, 2 ** i]),
    )
    pairs.sort((a, b) => a[0] - b[0])
    return {
      values: Float64Array.from(pairs, ([value]) => value),
      weights: Float64Array.from(pairs, ([, weight]) => weight),
    }
  }
}

/** A quantile of sorted numbers, between two neighbours by straight line (NumPy's default); NaN if there are none. */
export function between(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return NaN
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? NaN
  const high = sorted[Math.ceil(place)] ?? NaN
  const part = place - Math.floor(place)
  return low === high || part === 0 ? low : low * (1 - part) + high * part
}

/** How many of the sorted numbers are below `edge`. */
export function lowerBound(sorted: Float64Array, edge: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < edge) low = middle + 1
    else high = middle
  }
  return low
}
