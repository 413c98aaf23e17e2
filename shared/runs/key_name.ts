import type { Store } from '../store/store.ts'

/** Numbers that a store gave to names, as long as none of its transactions was rolled back. */
interface KnownKeys {
  rollbacks: number
  numbers: Map<string, number>
}

/** A name's number never changes and is never deleted; only a transaction that is rolled back takes it away. */
const knownKeys = new WeakMap<Store, KnownKeys>()

/** Names that are remembered at most, so that a client that makes up names all the time takes no memory. */
const mostKnown = 10_000

/** The number of a parameter's, metric's or tag's name; made if the store has not seen the name before. */
export function internKey(store: Store, name: string): number {
  return findKey(store, name) ?? store.insert('INSERT INTO key_name (name) VALUES (?)', name)
}

/** The number of a name; undefined if nothing was ever logged under it. */
export function findKey(store: Store, name: string): number | undefined {
  const numbers = known(store)
  const remembered = numbers.get(name)
  if (remembered !== undefined) return remembered
  const found = store.get('SELECT id FROM key_name WHERE name = ?', name)?.['id'] as number | undefined
  if (found !== undefined) {
    if (numbers.size >= mostKnown) numbers.clear()
    numbers.set(name, found)
  }
  return found
}

function known(store: Store): Map<string, number> {
  const keys = knownKeys.get(store)
  if (keys?.rollbacks === store.rollbacks) return keys.numbers
  const numbers = new Map<string, number>()
  knownKeys.set(store, { rollbacks: store.rollbacks, numbers })
  return numbers
}
