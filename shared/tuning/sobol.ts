import type { Random } from '../base/random.ts'
import { sobolDirections } from './sobol_directions.ts'

/** So many coordinates a point can have; those beyond are drawn at random. */
export const sobolDimensions = sobolDirections.length

const bits = 32

/**
 * A point of Sobol's sequence, each coordinate in [0, 1): the points up to any power of two fill the cube evenly.
 * Points are in the plain order of the index, not that of Gray's code; those before a power of two are the same.
 *
 * @param index from 0
 * @param scramble shuffles the digits of every coordinate (Owen's nested scrambling by a hash: Burley, JCGT 9(4),
 *   2020); null for the bare sequence
 */
export function sobolPoint(index: number, dimensions: number, scramble: Random | null): Float64Array {
  const point = new Float64Array(dimensions)
  for (let dimension = 0; dimension < dimensions; dimension++) {
    const columns = directionsOf(dimension)
    let digits = 0
    for (let bit = 0; index >>> bit !== 0; bit++) if ((index >>> bit) & 1) digits ^= columns[bit] as number
    if (scramble !== null) digits = scrambled(digits, Math.floor(scramble.fork(dimension).next() * 2 ** bits))
    point[dimension] = (digits >>> 0) / 2 ** bits
  }
  return point
}

const known = new Map<number, Int32Array>()

/** The direction numbers of a dimension (Bratley and Fox, ACM TOMS 14, 1988). */
function directionsOf(dimension: number): Int32Array {
  const ready = known.get(dimension)
  if (ready !== undefined) return ready
  const columns = new Int32Array(bits)
  const { polynomial, initial } = sobolDirections[dimension] ?? { polynomial: 1, initial: [] }
  const degree = 31 - Math.clz32(polynomial)
  for (let bit = 0; bit < bits; bit++) {
    if (dimension === 0 || degree === 0) columns[bit] = 1 << (bits - 1 - bit)
    else if (bit < degree) columns[bit] = (initial[bit] as number) << (bits - 1 - bit)
    else {
      let column = (columns[bit - degree] as number) ^ ((columns[bit - degree] as number) >>> degree)
      for (let k = 1; k < degree; k++)
        if ((polynomial >>> (degree - k)) & 1) column ^= columns[bit - k] as number
      columns[bit] = column
    }
  }
  known.set(dimension, columns)
  return columns
}

/** A random permutation of the digits in which each depends on those before it only. */
function scrambled(digits: number, seed: number): number {
  let x = reversed(digits)
  x = (x + seed) | 0
  x ^= Math.imul(x, 0x6c_50_b4_7c)
  x ^= Math.imul(x, 0xb8_2f_1e_52 | 0)
  x ^= Math.imul(x, 0xc7_af_e6_38 | 0)
  x ^= Math.imul(x, 0x8d_22_f6_e6 | 0)
  return reversed(x)
}

function reversed(digits: number): number {
  let x = digits
  x = ((x >>> 1) & 0x55_55_55_55) | ((x & 0x55_55_55_55) << 1)
  x = ((x >>> 2) & 0x33_33_33_33) | ((x & 0x33_33_33_33) << 2)
  x = ((x >>> 4) & 0x0f_0f_0f_0f) | ((x & 0x0f_0f_0f_0f) << 4)
  x = ((x >>> 8) & 0x00_ff_00_ff) | ((x & 0x00_ff_00_ff) << 8)
  return (x >>> 16) | (x << 16)
}
