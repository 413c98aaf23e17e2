import { seedRandom, type Random } from '../../shared/base/random.ts'
import type { Pair } from '../../shared/monitor/sample.ts'

/** Sizes of reference and current, as in the published measurements of Evidently's defaults. */
export const sampleSizes = [
  [500, 500],
  [1000, 200],
  [1001, 1001],
  [1001, 200],
  [20_000, 2000],
  [20_000, 500],
] as const

/** Kinds of data without any drift. Categories are drawn from one distribution for both sides. */
export const driftlessKinds = [
  'normal',
  'lognormal',
  'Pareto 1.5',
  'whole numbers',
  '10 categories',
  '50 categories',
  '200 categories',
  'Zipf 1000',
] as const

/** One of them. */
export type DriftlessKind = (typeof driftlessKinds)[number]

/** Draws a pair of one kind; `shift` moves the current side of numbers, in standard deviations of the normal. */
export function drawPair(
  kind: DriftlessKind,
  [before, now]: readonly [number, number],
  random: Random,
  shift = 0,
): Exclude<Pair, { kind: 'other' }> {
  const draw = drawer(kind, random)
  const categories = categoriesOf(kind)
  if (categories === null) {
    const sample = (size: number, by: number) => ({
      sorted: Float64Array.from({ length: size }, () => draw() + by).sort(),
      rows: size,
      missing: 0,
    })
    return { kind: 'numeric', name: kind, reference: sample(before, 0), current: sample(now, shift) }
  }
  const sample = (size: number) => {
    const counts = new Float64Array(categories)
    for (let i = 0; i < size; i++) {
      const category = draw()
      counts[category] = (counts[category] ?? 0) + 1
    }
    return { counts, rows: size, missing: 0 }
  }
  const labels = Array.from({ length: categories }, (_, i) => String(i))
  return { kind: 'categorical', name: kind, labels, reference: sample(before), current: sample(now) }
}

/** A random source for one cell of the matrix. */
export function cellRandom(kind: DriftlessKind, sizes: readonly [number, number]): Random {
  return seedRandom(`false alarms/${kind}/${sizes.join('/')}`)
}

function categoriesOf(kind: DriftlessKind): number | null {
  if (kind === 'Zipf 1000') return 1000
  const count = /^(\d+) categories$/.exec(kind)?.[1]
  return count === undefined ? null : Number(count)
}

function drawer(kind: DriftlessKind, random: Random): () => number {
  switch (kind) {
    case 'normal':
      return () => random.normal()
    case 'lognormal':
      return () => Math.exp(2 * random.normal())
    case 'Pareto 1.5':
      return () => (1 - random.next()) ** (-1 / 1.5)
    case 'whole numbers':
      return () => random.below(12)
    case 'Zipf 1000':
      return zipf(1000, random)
    default:
      return () => random.below(categoriesOf(kind) ?? 1)
  }
}

function zipf(count: number, random: Random): () => number {
  const cumulated = new Float64Array(count)
  for (let i = 0; i < count; i++) cumulated[i] = (cumulated[i - 1] ?? 0) + 1 / (i + 1)
  const all = cumulated[count - 1] ?? 1
  return () => {
    const limit = random.next() * all
    let [low, high] = [0, count - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((cumulated[middle] ?? 0) < limit) low = middle + 1
      else high = middle
    }
    return low
  }
}
