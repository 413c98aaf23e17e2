/** 32 bits of a text, spread well; another seed gives other bits. @see Appleby, MurmurHash3 (its mixing steps) */
export function hashText(text: string, seed = 0): number {
  let hash = seed | 0
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return finish(hash ^ text.length)
}

const word = new DataView(new ArrayBuffer(8))

/** 32 bits of a number, by its bits in memory (0 and -0 are one); another seed gives other bits. */
export function hashNumber(value: number, seed = 0): number {
  word.setFloat64(0, value === 0 ? 0 : value)
  return finish(mix(mix(seed | 0, word.getUint32(0)), word.getUint32(4)) ^ 8)
}

function mix(hash: number, block: number): number {
  let k = Math.imul(block, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  const mixed = hash ^ Math.imul(k, 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
