/**
 * Boosted trees over some classes, as typed arrays. A node with feature -1 is a leaf with a value; else a row goes
 * left if its feature is at most the threshold, and where its feature is NaN, to the side that the node names.
 */
export interface TreeEnsemble {
  classes: number
  /** Where each tree begins; tree t belongs to class t modulo classes. */
  roots: Int32Array
  feature: Int16Array
  /** Of an inner node, how far after its tree's root the left child stands; the right one follows the left one. */
  left: Uint8Array
  nanLeft: Uint8Array
  /** The threshold of an inner node, the value of a leaf. */
  number: Float32Array
  /** The score that each class begins with. */
  base: Float32Array
}

/** The probability of each class for one row of features. */
export function predictClasses(trees: TreeEnsemble, row: ArrayLike<number>): Float64Array {
  const scores = Float64Array.from(trees.base)
  trees.roots.forEach((root, tree) => {
    const at = leafOf(trees, root, row)
    const of = tree % trees.classes
    scores[of] = (scores[of] ?? 0) + (trees.number[at] ?? 0)
  })
  return softmax(scores)
}

function leafOf(trees: TreeEnsemble, root: number, row: ArrayLike<number>): number {
  let at = root
  for (let feature = trees.feature[at] ?? -1; feature >= 0; feature = trees.feature[at] ?? -1) {
    const value = row[feature] ?? NaN
    const goesLeft = Number.isNaN(value) ? trees.nanLeft[at] === 1 : value <= (trees.number[at] ?? 0)
    at = root + (trees.left[at] ?? 0) + (goesLeft ? 0 : 1)
  }
  return at
}

/** Scores as probabilities. */
export function softmax(scores: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(scores)
  const highest = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const powers = values.map((score) => Math.exp(score - highest))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map((power) => power / sum)
}

/** An ensemble as text: its arrays one after the other, in base 64. @see unpackEnsemble */
export function packEnsemble(trees: TreeEnsemble): string {
  const arrays = arraysOf(trees)
  const head = Int32Array.from([trees.classes, ...arrays.map((array) => array.length)])
  return [head, ...arrays].map(toBase64).join('.')
}

/** @throws RangeError if the text is not what packEnsemble writes */
export function unpackEnsemble(text: string): TreeEnsemble {
  const parts = text.split('.').map(fromBase64)
  const [head, roots, feature, left, nanLeft, number, base] = parts
  if (head === undefined || base === undefined || parts.length !== 7) {
    throw new RangeError(`Cannot read an ensemble of trees as text of seven parts: it has ${parts.length}`)
  }
  return {
    classes: new Int32Array(head)[0] ?? 0,
    roots: new Int32Array(roots ?? head),
    feature: new Int16Array(feature ?? head),
    left: new Uint8Array(left ?? head),
    nanLeft: new Uint8Array(nanLeft ?? head),
    number: new Float32Array(number ?? head),
    base: new Float32Array(base),
  }
}

type Packed = Int32Array | Int16Array | Float32Array | Uint8Array

function arraysOf(trees: TreeEnsemble): Packed[] {
  return [trees.roots, trees.feature, trees.left, trees.nanLeft, trees.number, trees.base]
}

function toBase64(array: Packed): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

function fromBase64(text: string): ArrayBuffer {
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at)
  return bytes.buffer
}
