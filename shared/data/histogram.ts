import type { Histogram } from './profile.ts'

const bins = 24

/**
 * A histogram with edges that a person would choose: multiples of 1, 2 or 5 times a power of ten; whole numbers
 * of a small range get a bar each.
 *
 * @param wholes whether all values are whole numbers
 * @param counts how many values there are, and how many below an edge
 */
export function histogramOf(
  least: number,
  most: number,
  wholes: boolean,
  counts: { below: (edge: number) => number; total: number },
): Histogram {
  const { total } = counts
  if (total === 0 || !Number.isFinite(least) || !Number.isFinite(most)) return { edges: [], counts: [] }
  const edges = histogramEdges(least, most, wholes)
  const below = edges.map((edge, i) => (i === edges.length - 1 ? total : counts.below(edge)))
  return { edges, counts: below.slice(1).map((count, i) => count - (below[i] ?? 0)) }
}

/** The edges for values between two numbers, the last one above or equal to the largest. */
export function histogramEdges(least: number, most: number, wholes: boolean): number[] {
  if (wholes && most - least < 30) return range(least, most - least + 2, 1)
  if (least === most) return [least, most]
  const step = niceStep((most - least) / bins)
  const first = Math.floor(least / step) * step
  const count = Math.floor((most - first) / step) + 1
  return range(first, count + 1, step)
}

function range(first: number, length: number, step: number): number[] {
  return Array.from({ length }, (_, i) => Number((first + i * step).toPrecision(14)))
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = [1, 2, 5, 10].find((each) => each * power >= rough) ?? 10
  return factor * power
}
