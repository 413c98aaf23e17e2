/** Which way is good. */
export type Goal = 'lower' | 'higher'

/**
 * Places of the points that no other beats: better in one thing and no worse in the other. Points without one of the
 * two numbers are none of them. In ascending order of the first number.
 */
export function paretoFront(
  points: readonly (readonly [number | undefined, number | undefined])[],
  goals: readonly [Goal, Goal],
): number[] {
  const known = points.flatMap(([a, b], place) =>
    a === undefined || b === undefined ? [] : [{ place, x: cost(a, goals[0]), y: cost(b, goals[1]), a }],
  )
  known.sort((p, q) => p.x - q.x || p.y - q.y)
  const front: typeof known = []
  let lowest = Infinity
  for (const point of known) {
    const last = front.at(-1)
    const twin = last !== undefined && last.x === point.x && last.y === point.y
    if (point.y < lowest || twin) front.push(point)
    lowest = Math.min(lowest, point.y)
  }
  return front.sort((p, q) => p.a - q.a).map(({ place }) => place)
}

function cost(value: number, goal: Goal): number {
  return goal === 'lower' ? value : -value
}
