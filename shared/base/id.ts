import { randomBytes, randomFillSync } from 'node:crypto'

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * A ULID: 48 bits of UTC milliseconds, 80 random bits, in 26 letters that sort by time.
 * @see https://github.com/ulid/spec
 */
export function ulid(nowMs: number): string {
  let time = nowMs
  let text = ''
  for (let i = 0; i < 10; i++) {
    text = crockford.charAt(time % 32) + text
    time = Math.floor(time / 32)
  }
  if (poolAt + 16 > pool.length) {
    randomFillSync(pool)
    poolAt = 0
  }
  for (const end = poolAt + 16; poolAt < end; poolAt++) text += crockford.charAt((pool[poolAt] ?? 0) % 32)
  return text
}

/** Random bytes that no id has had yet: to ask the system for each id costs more than the id. */
const pool = new Uint8Array(4_096)
let poolAt = pool.length

/** Random hexadecimal digits, two a byte. MLflow's run ids have 32 of them. */
export function randomHex(bytes = 16): string {
  return randomBytes(bytes).toString('hex')
}
