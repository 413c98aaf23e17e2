import type { Seen, Settings } from './gp.ts'
import type { Encoding } from './gp_encoding.ts'
import { fit } from './gp_fit.ts'
import { transformed } from './target.ts'

/** Settings are fitted to at most so many values. */
const fittedValues = 100
/** So many fits are remembered: those of the studies that run at a time. */
const remembered = 32
const memory = new Map<string, Settings>()

/**
 * The settings of a process that shall see these losses, in the order in which trials ended. They are fitted to the
 * first of them only, to the next one in each 8: nearly as good, and as what is fitted stays the same for several
 * trials, the last fits are remembered. They follow from the losses alone.
 */
export function settingsFor(encoding: Encoding, { places, values }: Seen): Settings {
  const chosen = telling(values.slice(0, checkpoint(values.length)))
  const known = {
    places: chosen.map((index) => places[index] as Float64Array),
    values: chosen.map((index) => values[index] as number),
  }
  const key = keyOf(known)
  const ready = memory.get(key)
  if (ready !== undefined) return ready
  const settings = fit(encoding, { places: known.places, values: transformed(known.values) })
  for (const old of memory.keys()) if (memory.size >= remembered) memory.delete(old)
  memory.set(key, settings)
  return settings
}

/** The bytes of all numbers as a text: several times faster than writing them as decimals. */
function keyOf({ places, values }: Seen): string {
  const numbers = Float64Array.from([values.length, ...values, ...places.flatMap((place) => [...place])])
  return new TextDecoder('latin1').decode(numbers)
}

/** 1, 2 … 9, then each an eighth more: 10, 11, 12, 13, 14, 15, 16, 18, 20 … */
function checkpoint(count: number): number {
  let at = 1
  for (let next = at; next <= count; next = Math.max(at + 1, Math.floor(at * 1.125))) at = next
  return at
}

/** Of many, the better half of those that can be fitted, and others evenly from the rest. */
function telling(losses: readonly number[]): number[] {
  const all = losses.map((_, index) => index)
  if (all.length <= fittedValues) return all
  const sorted = all.sort((a, b) => (losses[a] as number) - (losses[b] as number))
  const half = fittedValues / 2
  const rest = sorted.slice(half)
  const spread = Array.from(
    { length: half },
    (_, index) => rest[Math.floor((index * rest.length) / half)] as number,
  )
  return [...sorted.slice(0, half), ...spread]
}
