import { listOf, objectOf, required, text, textOrEmpty } from './validation.ts'

/** A list of `{key, value}` as tags and parameters come over the wire. */
export const pairs = listOf(objectOf({ key: required(text), value: textOrEmpty }))

/** Pairs as a record; of a key that is given twice, the last one counts. */
export function recordOf(
  list: readonly { key: string; value?: string | undefined }[] | undefined,
): Record<string, string> {
  // Not assigned one by one: a key `__proto__` is a key like any other.
  return Object.fromEntries((list ?? []).map(({ key, value }) => [key, value ?? '']))
}

/** A record as pairs; undefined, and so left out of the answer, if it is empty. */
export function pairsOf(
  record: Readonly<Record<string, string>>,
): { key: string; value: string }[] | undefined {
  const entries = Object.entries(record)
  return entries.length === 0 ? undefined : entries.map(([key, value]) => ({ key, value }))
}

/** A list, or undefined if it is empty: protobuf's JSON leaves empty lists out. */
export function listed<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list
}
