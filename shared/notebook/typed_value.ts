import { WrittenNumber } from './literal.ts'
import type { ParameterValue } from './literal.ts'

/**
 * A value as somebody typed it: True, False and None, whole numbers, floating-point numbers, else the text
 * itself. These are papermill's rules, which are Python's: `1_000`, `1e3`, `nan` and ` 7 ` are numbers.
 */
export function readTypedValue(text: string): ParameterValue {
  if (text === 'True') return true
  if (text === 'False') return false
  if (text === 'None') return null
  return readNumber(text.trim()) ?? text
}

/** A number as Python's `int()` and `float()` read it, or undefined. */
export function readNumber(text: string): number | bigint | WrittenNumber | undefined {
  const digits = text.replaceAll('_', '')
  if (/^[+-]?\d+(?:_\d+)*$/.test(text)) return wholeNumber(digits)
  const special = /^([+-]?)(?:(inf|infinity)|nan)$/i.exec(text)
  if (special !== null) return special[2] === undefined ? NaN : Number(`${special[1] ?? ''}Infinity`)
  return real.test(text) ? realNumber(digits) : undefined
}

const real = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/

/** Decimal digits with a sign as a number, exact however long they are. */
export function wholeNumber(digits: string): number | bigint {
  const exact = BigInt(digits.replace(/^\+/, ''))
  const near = Number(exact)
  return Number.isSafeInteger(near) ? near : exact
}

/** Digits of a floating-point number, which stays one even if it is whole. */
export function realNumber(digits: string): number | WrittenNumber {
  const value = Number(digits)
  return Number.isFinite(value) && Number.isInteger(value) ? new WrittenNumber(value) : value
}
