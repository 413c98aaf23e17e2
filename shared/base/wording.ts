/** A number as a sentence has it: thousands with commas, at most four digits of a fraction. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  if (Number.isInteger(value)) return grouped(String(value))
  const text = Math.abs(value) >= 1000 ? value.toFixed(1) : String(Number(value.toPrecision(4)))
  const [whole = '', part] = text.split('.')
  return part === undefined || text.includes('e') ? text : `${grouped(whole)}.${part}`
}

/** A share as a sentence has it: `5.7 %`, `under 0.1 %`. */
export function percent(share: number): string {
  if (share > 0 && share < 0.001) return 'under 0.1 %'
  if (share < 1 && share > 0.999) return 'over 99.9 %'
  const value = share * 100
  return `${value < 10 && value % 1 !== 0 ? value.toFixed(1) : Math.round(value)} %`
}

/** `1 row`, `2 rows`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${amount(count)} ${count === 1 ? one : many}`
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+$)/g, ',')
}
