import type { Random } from '../base/random.ts'
import { triedKeys } from './draw.ts'
import { genomeOf, mutate, neighbours, pointOf, randomGenome, type Genome } from './genome.ts'
import { meets, pointKey, type Point, type Space } from './space.ts'
import type { Trial } from './trial.ts'

/** What is searched, and from where. */
export interface Hunt {
  readonly history: readonly Trial[]
  /** Good points, best first: the search looks around them, too. */
  readonly good: readonly Point[]
  readonly random: Random
}

/** A point and its score. */
export interface Found {
  readonly point: Point
  readonly score: number
}

interface Candidate extends Found {
  readonly genome: Genome
}

const randomPoints = 200
const pointsAround = 30
const widths = [0.3, 0.1, 0.03]
const climbWidths = [0.1, 0.03, 0.01, 0.003]
const climbs = 4

/**
 * The point with the highest score that was not tried yet, as far as some hundred looks find it: at random points,
 * around the good ones, then up from the best of these along one parameter after the other. Null if nothing new was
 * found.
 */
export function hunt(
  space: Space,
  scoreOf: (point: Point) => number,
  { history, good, random }: Hunt,
): Found | null {
  const seen = triedKeys(space, history)
  const look = (genome: Genome): Candidate | null => {
    const point = pointOf(space, genome)
    const key = pointKey(space, point)
    if (seen.has(key) || !meets(space, point)) return null
    seen.add(key)
    return { genome, point, score: scoreOf(point) }
  }
  const around = good.flatMap((point) => {
    const genome = genomeOf(space, point)
    return Array.from({ length: pointsAround }, (_, index) =>
      mutate(space, genome, { width: widths[index % widths.length] as number, random }),
    )
  })
  const candidates = [...Array.from({ length: randomPoints }, () => randomGenome(space, random)), ...around]
    .flatMap((genome) => look(genome) ?? [])
    .sort((a, b) => b.score - a.score)
  const peaks = candidates.slice(0, climbs).map((start) => climb(space, start, look))
  return peaks.sort((a, b) => b.score - a.score)[0] ?? null
}

function climb(space: Space, start: Candidate, look: (genome: Genome) => Candidate | null): Candidate {
  let now = start
  for (const width of climbWidths) {
    space.parameters.forEach((parameter, index) => {
      for (const place of neighbours(parameter, now.genome[index] as number, width)) {
        const next = look(now.genome.with(index, place))
        if (next !== null && next.score > now.score) now = next
      }
    })
  }
  return now
}
