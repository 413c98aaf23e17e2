const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Gives equal texts equal numbers, from their UTF-8 bytes: a text is decoded once, when it is first seen. That is
 * what makes a column of a million texts with a hundred values cheap.
 */
export class TextInterner {
  #slots = new Int32Array(1024).fill(-1)
  #hashes: number[] = []
  #places: { bytes: Uint8Array; from: number; to: number }[] = []

  /** The number of the text in these bytes. The bytes must not change afterwards. */
  code(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
    hash = (hash ^ (hash >>> 15)) >>> 0
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = this.#slots[slot] ?? -1
      if (code === -1) return this.#put(slot, hash, { bytes, from, to })
      if (this.#hashes[code] === hash && this.#equals(code, bytes, from, to)) return code
    }
  }

  /** All texts, each at the place of its number. */
  texts(): string[] {
    return this.#places.map(({ bytes, from, to }) => decoder.decode(bytes.subarray(from, to)))
  }

  #put(slot: number, hash: number, place: { bytes: Uint8Array; from: number; to: number }): number {
    const code = this.#places.push(place) - 1
    this.#hashes.push(hash)
    this.#slots[slot] = code
    if (this.#places.length * 2 > this.#slots.length) this.#grow()
    return code
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1)
    const mask = this.#slots.length - 1
    this.#hashes.forEach((hash, code) => {
      let slot = hash & mask
      while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
      this.#slots[slot] = code
    })
  }

  #equals(code: number, bytes: Uint8Array, ...[from, to]: [number, number]): boolean {
    const known = this.#places[code]
    if (known === undefined || known.to - known.from !== to - from) return false
    for (let i = from, j = known.from; i < to; i++, j++) if (bytes[i] !== known.bytes[j]) return false
    return true
  }
}
