/** A whole number of 64 bits: a number where that is exact (up to 2^53), else a bigint. */
export type Int64 = number | bigint

const largest = 2n ** 63n - 1n
const smallest = -(2n ** 63n)

/** What to bind for it: SQLite takes a double for a small one, and needs a bigint beyond 2^53. Clamped to 64 bits. */
export function bindInt64(value: Int64): Int64 {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : clamp(BigInt(Math.trunc(value)))
  return clamp(value)
}

/**
 * SQL for a column of such numbers that `readInt64` reads: node:sqlite throws on an integer beyond 2^53, unless all
 * of a statement's integers come as bigints, which is slow.
 */
export function int64Column(column: string, as = column): string {
  return `CASE WHEN ${column} BETWEEN -9007199254740991 AND 9007199254740991 THEN ${column} ELSE CAST(${column} AS TEXT) END AS ${as}`
}

/** The number again, as `int64Column` gave it. */
export function readInt64(value: unknown): Int64 {
  return typeof value === 'number' ? value : BigInt(value as string)
}

function clamp(value: bigint): Int64 {
  const held = value > largest ? largest : value < smallest ? smallest : value
  return held >= -9007199254740991n && held <= 9007199254740991n ? Number(held) : held
}
