/** One comparison of a benchmark: ours and the peer's, measured in the same run on the same machine. */
export interface BenchRow {
  /** What was done, for example "1,000 metrics in one batch". */
  what: string
  ours: Measurement
  /** Undefined where there is nothing to compare with. */
  peer?: Measurement & { name: string }
  /** What we want, for example "at most 1.1 times the peer"; shown beside the ratio. */
  aim?: string
  /** Whether the aim was reached; undefined where there is none. */
  reached?: boolean
}

/** One measured quantity. */
export interface Measurement {
  value: number
  unit: 'ms' | 'µs' | 's' | 'MB' | 'rows/s' | '1/s'
}

/** Every file bench/NAME.bench.ts exports one such function as `bench`. */
export type Bench = () => Promise<readonly BenchRow[]>

/** The median of some measurements; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1]
  const high = sorted[Math.floor(middle)]
  if (low === undefined || high === undefined) throw new RangeError('Cannot take the median of no values')
  return (low + high) / 2
}

/**
 * Measures two things that are compared in turns, so that a machine that becomes slower meanwhile slows both.
 * The first turn of each warms up and does not count.
 * @returns the medians in milliseconds
 */
export async function inTurns(
  turns: number,
  ours: () => Promise<unknown>,
  peer: () => Promise<unknown>,
): Promise<{ oursMs: number; peerMs: number }> {
  const taken = { ours: [] as number[], peer: [] as number[] }
  for (let turn = 0; turn <= turns; turn++) {
    const oursMs = await timeMs(ours)
    const peerMs = await timeMs(peer)
    if (turn === 0) continue
    taken.ours.push(oursMs)
    taken.peer.push(peerMs)
  }
  return { oursMs: median(taken.ours), peerMs: median(taken.peer) }
}

/** How long something takes, in milliseconds. */
export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}
