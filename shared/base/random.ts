/**
 * A source of random numbers that is an argument, never a global: the same seed gives the same numbers on every
 * machine. `fork` gives an independent source by name; it does not depend on how much was drawn before, so that
 * what belongs to trial 17 stays the same whatever happened to trial 16.
 */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number
  /** Uniform among 0 … count - 1. */
  below(count: number): number
  /** Standard normal. */
  normal(): number
  fork(key: string | number): Random
  /** The source that this one was forked from; null for that of a seed. What siblings share is drawn from its forks. */
  readonly parent: Random | null
}

/** The source that belongs to a seed: sfc32 (C. Doty-Humphrey, PractRand), seeded by a hash of the text. */
export function seedRandom(seed: string | number): Random {
  return fromText(String(seed), null)
}

/** A new array with the same items in random order (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const mixed = [...items]
  for (let end = mixed.length - 1; end > 0; end--) {
    const other = random.below(end + 1)
    const kept = mixed[end] as T
    mixed[end] = mixed[other] as T
    mixed[other] = kept
  }
  return mixed
}

function fromText(text: string, parent: Random | null): Random {
  const next = sfc32(hash128(text))
  const source: Random = {
    next,
    parent,
    below: (count) => Math.min(Math.floor(next() * count), count - 1),
    normal() {
      // Box and Muller, one of the two: a spare one would make draws depend on what was asked before.
      const radius = Math.sqrt(-2 * Math.log(1 - next()))
      return radius * Math.cos(2 * Math.PI * next())
    },
    fork: (key) => fromText(`${text}/${key}`, source),
  }
  return source
}

function sfc32([first, second, third, fourth]: Four): () => number {
  let a = first
  let b = second
  let c = third
  let counter = fourth
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return (sum >>> 0) / 4_294_967_296
  }
  // Neighbouring seeds differ in few bits: the first numbers would, too.
  for (let round = 0; round < 15; round++) next()
  return next
}

type Four = [number, number, number, number]

/** Four words of FNV-1a with different offsets, each finished as MurmurHash3 does. */
function hash128(text: string): Four {
  const word = (offset: number): number => {
    let hash = (2_166_136_261 ^ offset) | 0
    for (let index = 0; index < text.length; index++) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 16_777_619)
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85_eb_ca_6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2_b2_ae_35)
    return hash ^ (hash >>> 16)
  }
  return [word(0), word(0x9e_37_79_b9), word(0x7f_4a_7c_15), word(0x1b_87_35_93)]
}
