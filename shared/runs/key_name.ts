import type { Store } from '../store/store.ts'

/** The number of a parameter's, metric's or tag's name; made if the store has not seen the name before. */
export function internKey(store: Store, name: string): number {
  // Not remembered between calls: a transaction that is rolled back takes the numbers it made with it.
  return findKey(store, name) ?? store.insert('INSERT INTO key_name (name) VALUES (?)', name)
}

/** The number of a name; undefined if nothing was ever logged under it. */
export function findKey(store: Store, name: string): number | undefined {
  return store.get('SELECT id FROM key_name WHERE name = ?', name)?.['id'] as number | undefined
}
