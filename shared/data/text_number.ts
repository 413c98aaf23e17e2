/** A number with what was written around it. */
export interface TextNumber {
  value: number
  /** A unit or sign of currency, without blanks: `$`, `%`, `oz`; empty if there is none. */
  unit: string
  /** How it is written: `plain`, with `,` between thousands, or with `,` as the decimal sign. */
  style: 'plain' | 'thousands' | 'decimal-comma'
}

const form =
  /^\s*([$€£¥₹]|USD|EUR|GBP)?\s*([+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+|\d+\.|\d{1,3}(?:\.\d{3})*,\d+)(?:[eE][+-]?\d+)?)\s*(%|[$€£¥₹]|[a-zA-Zµ°Ωµ"]{1,6}\.?(?:[/²³]\w{0,3})?)?\s*$/

/** The number that a text is, with its unit; null if it is none. Codes with zeros in front are none. */
export function parseNumber(text: string): TextNumber | null {
  const found = form.exec(text)
  const digits = found?.[2]
  if (digits === undefined || /^[+-]?0\d/.test(digits)) return null
  const unit = (found?.[1] ?? found?.[3] ?? '').replace(/\.$/, '')
  if (/,\d{3}(\D|$)/.test(digits) && !/,\d{3}\d/.test(digits) && /^[+-]?\d{1,3}(,\d{3})+(\.|$)/.test(digits))
    return { value: Number(digits.replaceAll(',', '')), unit, style: 'thousands' }
  if (digits.includes(','))
    return { value: Number(digits.replaceAll('.', '').replace(',', '.')), unit, style: 'decimal-comma' }
  const value = Number(digits)
  return Number.isNaN(value) ? null : { value, unit, style: 'plain' }
}
