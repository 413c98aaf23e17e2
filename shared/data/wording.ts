export { amount, percent, plural } from '../base/wording.ts'

/** `a`, `a and b`, `a, b and c`; after `most` of them `and 3 more`. */
export function listed(words: readonly string[], most = 4): string {
  if (words.length > most) return `${words.slice(0, most).join(', ')} and ${words.length - most} more`
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

/** A value of the data in a sentence: quoted, cut where it is long, without line breaks. */
export function quoted(value: string, most = 40): string {
  const flat = value.replace(/\s/g, ' ')
  const letters = Array.from(flat)
  return `'${letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : flat}'`
}

/** A text as a literal of Python. */
export function pythonText(text: string): string {
  return JSON.stringify(text)
}

/** A number as a literal of Python. */
export function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'float("nan")'
  return Number.isFinite(value) ? String(value) : `float("${value < 0 ? '-' : ''}inf")`
}
