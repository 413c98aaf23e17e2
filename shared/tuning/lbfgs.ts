/** A value and its gradient at a place. */
export interface Slope {
  readonly value: number
  readonly gradient: Float64Array
}

/** How long a search goes on. */
export interface DescentOptions {
  readonly iterations?: number
  /** Remembered steps. */
  readonly memory?: number
}

/**
 * A local minimum near `start`: L-BFGS with two-loop recursion and a backtracking line search (Nocedal and Wright,
 * Numerical Optimization, 2006, algorithms 7.4 and 3.1).
 */
export function minimise(
  slopeAt: (place: Float64Array) => Slope,
  start: Float64Array,
  { iterations = 40, memory = 8 }: DescentOptions = {},
): { place: Float64Array; value: number } {
  let place = start
  let { value, gradient } = slopeAt(place)
  const steps: { s: Float64Array; y: Float64Array; rho: number }[] = []
  for (let iteration = 0; iteration < iterations; iteration++) {
    const direction = descent(gradient, steps)
    let slope = dot(direction, gradient)
    if (slope >= 0) {
      steps.length = 0
      direction.set(gradient.map((g) => -g))
      slope = dot(direction, gradient)
    }
    if (-slope < 1e-9) break
    let length = steps.length === 0 ? Math.min(1, 1 / Math.sqrt(-slope)) : 1
    let next: Slope | null = null
    let there = place
    for (let tries = 0; tries < 12; tries++) {
      const size = length
      there = place.map((at, index) => at + size * (direction[index] as number))
      next = slopeAt(there)
      if (next.value <= value + 1e-4 * length * slope) break
      next = null
      length *= 0.4
    }
    if (next === null) break
    const before = gradient
    const now = next.gradient
    const from = place
    const s = there.map((at, index) => at - (from[index] as number))
    const y = now.map((g, index) => g - (before[index] as number))
    const curve = dot(s, y)
    if (curve > 1e-12) steps.push({ s, y, rho: 1 / curve })
    if (steps.length > memory) steps.shift()
    const gained = value - next.value
    place = there
    value = next.value
    gradient = next.gradient
    if (gained < 1e-7 * (1 + Math.abs(value))) break
  }
  return { place, value }
}

function descent(
  gradient: Float64Array,
  steps: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const direction = gradient.map((g) => -g)
  const kept: number[] = []
  for (const { s, y, rho } of [...steps].reverse()) {
    const alpha = rho * dot(s, direction)
    kept.push(alpha)
    addScaled(direction, y, -alpha)
  }
  const last = steps.at(-1)
  if (last !== undefined) {
    const scale = 1 / (last.rho * dot(last.y, last.y))
    for (let index = 0; index < direction.length; index++)
      direction[index] = (direction[index] as number) * scale
  }
  for (const { s, y, rho } of steps) {
    const beta = rho * dot(y, direction)
    addScaled(direction, s, (kept.pop() ?? 0) - beta)
  }
  return direction
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number)
  return sum
}

function addScaled(to: Float64Array, what: Float64Array, scale: number): void {
  for (let index = 0; index < to.length; index++)
    to[index] = (to[index] as number) + scale * (what[index] as number)
}
