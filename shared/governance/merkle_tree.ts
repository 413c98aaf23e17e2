import { createHash } from 'node:crypto'

/**
 * A tree of hashes over a list that only grows: its root stands for the whole list, a short proof shows that an
 * entry is in it, or that one list goes on where an older one ended.
 * @see RFC 6962, section 2.1: leaf SHA-256(0x00 ‖ entry), node SHA-256(0x01 ‖ left ‖ right), SHA-256 of nothing for
 * the empty list
 */
export function merkleRoot(entries: readonly Uint8Array[]): Uint8Array {
  return rootOf(entries.map(leafHash))
}

/** The same from leaves that are hashed already. */
export function rootOf(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256()
  const [only] = leaves
  if (leaves.length === 1 && only !== undefined) return only
  const split = largestPowerBelow(leaves.length)
  return nodeHash(rootOf(leaves.slice(0, split)), rootOf(leaves.slice(split)))
}

/** Hash of one entry. */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(0), entry)
}

/**
 * Shows that the list with root `root` begins with the list of `size` leaves with root `before`.
 * @param leaves all leaves of the longer list
 */
export function continues(leaves: readonly Uint8Array[], size: number, before: Uint8Array): boolean {
  if (size > leaves.length) return false
  return Buffer.from(rootOf(leaves.slice(0, size))).equals(before)
}

/**
 * Hashes that lead from a leaf to the root.
 * @throws RangeError if there is no such leaf
 * @see RFC 6962, section 2.1.1
 */
export function inclusionProof(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (index < 0 || index >= leaves.length)
    throw new RangeError(`Cannot prove entry ${index} of ${leaves.length}`)
  if (leaves.length === 1) return []
  const split = largestPowerBelow(leaves.length)
  return index < split
    ? [...inclusionProof(leaves.slice(0, split), index), rootOf(leaves.slice(split))]
    : [...inclusionProof(leaves.slice(split), index - split), rootOf(leaves.slice(0, split))]
}

/**
 * Whether a proof leads from a leaf to the root of a list of this size.
 * @see RFC 9162, section 2.1.3.2
 */
export function isIncluded(
  leaf: Uint8Array,
  place: { index: number; size: number },
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (place.index < 0 || place.index >= place.size) return false
  let [index, last, hash] = [place.index, place.size - 1, leaf]
  for (const sibling of proof) {
    if (last === 0) return false
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(sibling, hash)
      while (index % 2 === 0 && index !== 0) {
        index = Math.floor(index / 2)
        last = Math.floor(last / 2)
      }
    } else {
      hash = nodeHash(hash, sibling)
    }
    index = Math.floor(index / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && Buffer.from(hash).equals(root)
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(Uint8Array.of(1), left, right)
}

function sha256(...parts: Uint8Array[]): Uint8Array {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

function largestPowerBelow(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}
