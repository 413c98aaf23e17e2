import { dominates } from './pareto.ts'

/**
 * The volume that points dominate up to a reference point, less being better: exact, by slicing off one point after
 * the other (While, Bradstreet and Barone, "WFG", 2012). Points that are not better than the reference everywhere
 * add nothing.
 */
export function hypervolume(points: readonly (readonly number[])[], reference: readonly number[]): number {
  const inside = points.filter((point) => point.every((value, index) => value < (reference[index] as number)))
  return volumeOf(nonDominated(inside), reference)
}

/** The points that no other one dominates, each once. */
export function nonDominated(points: readonly (readonly number[])[]): (readonly number[])[] {
  return points.filter(
    (point, index) =>
      !points.some((other) => dominates(other, point)) &&
      !points.slice(0, index).some((other) => other.every((value, k) => value === point[k])),
  )
}

function volumeOf(front: readonly (readonly number[])[], reference: readonly number[]): number {
  if (reference.length === 1) {
    const [edge = NaN] = reference
    return front.length === 0 ? 0 : edge - Math.min(...front.map(([value = NaN]) => value))
  }
  if (reference.length === 2) return areaOf(front, reference)
  const sorted = [...front].sort((a, b) => (b[0] as number) - (a[0] as number))
  return sorted.reduce((sum, point, index) => {
    const own = point.reduce((product, value, k) => product * ((reference[k] as number) - value), 1)
    const limited = sorted
      .slice(index + 1)
      .map((other) => other.map((value, k) => Math.max(value, point[k] as number)))
    return sum + own - volumeOf(nonDominated(limited), reference)
  }, 0)
}

function areaOf(front: readonly (readonly number[])[], [right = NaN, top = NaN]: readonly number[]): number {
  const sorted = [...front].sort((a, b) => (a[0] as number) - (b[0] as number))
  let height = top
  let area = 0
  for (const [x = NaN, y = NaN] of sorted) {
    if (y >= height) continue
    area += (right - x) * (height - y)
    height = y
  }
  return area
}
