import { createHash } from 'node:crypto'

/** Where a key falls between 0 and 1, evenly over keys and always the same for one. */
export function shareOf(key: string): number {
  return createHash('sha1').update(key).digest().readUInt32LE(0) / 2 ** 32
}
