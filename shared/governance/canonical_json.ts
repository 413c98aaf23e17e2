/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/**
 * The one text that stands for a JSON value: no blanks, keys in order of their UTF-16 code units, numbers as
 * ECMAScript writes them. Equal values have equal texts, whoever writes them.
 * @throws TypeError for what JSON cannot hold: NaN, infinities, half a surrogate pair
 * @see RFC 8785, JSON Canonicalization Scheme
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError(`Cannot write ${value} as JSON`)
  if (typeof value === 'string') return canonicalText(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.keys(value)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((key) => `${canonicalText(key)}:${canonicalJson(value[key] ?? null)}`)
  return `{${members.join(',')}}`
}

function canonicalText(text: string): string {
  if (!text.isWellFormed()) throw new TypeError('Cannot write half a surrogate pair as JSON')
  return JSON.stringify(text)
}

function isList(value: object): value is readonly Json[] {
  return Array.isArray(value)
}
