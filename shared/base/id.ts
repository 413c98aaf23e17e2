import { randomBytes } from 'node:crypto'

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
  for (const byte of randomBytes(16)) text += crockford.charAt(byte % 32)
  return text
}

/** Random hexadecimal digits, two a byte. MLflow's run ids have 32 of them. */
export function randomHex(bytes = 16): string {
  return randomBytes(bytes).toString('hex')
}
