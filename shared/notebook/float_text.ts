/**
 * The shortest digits that give the very number back, laid out as Python's `repr` does it: with an exponent
 * below 1e-4 and from 1e16 on, and with a point even if the number is whole. Finite numbers only.
 */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0.0'
  const [mantissa = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (value !== 0 && (power < -4 || power >= 16)) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${Math.abs(power).toString().padStart(2, '0')}`
  }
  const text = value.toString()
  return text.includes('.') ? text : `${text}.0`
}
