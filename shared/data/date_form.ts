/** How a date is written: `Y-m-d`, `d/m/Y`, `B d Y`; `y` is a year of two digits, `B` a month's name. */
export type DateForm = string

const monthName = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?'
const time =
  '(?:[T ]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.\\d+)?)?\\s*(?:[ap]m)?\\s*(?:z|[+-]\\d{2}:?\\d{2})?)?'
const numeric = new RegExp(`^(\\d{1,4})([-/.])(\\d{1,2})\\2(\\d{1,4})${time}$`, 'i')
const named = new RegExp(
  `^(?:(\\d{1,2})[ -](${monthName})[ -,]+(\\d{2,4})|(${monthName})[ ]+(\\d{1,2}),?[ ]+(\\d{4}))${time}$`,
  'i',
)

/** All forms in which a text is a date; `01/02/2021` has two. None if it is no date. */
export function dateForms(text: string): DateForm[] {
  const plain = text.trim()
  if (plain.length < 6 || plain.length > 35) return []
  const words = named.exec(plain)
  if (words !== null)
    return [words[1] === undefined ? 'B d Y' : `d-B-${(words[3]?.length ?? 0) > 2 ? 'Y' : 'y'}`]
  const found = numeric.exec(plain)
  if (found === null) return []
  const [, a = '', sign = '', b = '', c = ''] = found
  const clock = found[5] === undefined ? '' : found[7] === undefined ? ' H:M' : ' H:M:S'
  if (a.length === 4) return isMonth(b) && isDay(c) ? [`Y${sign}m${sign}d${clock}`] : []
  if (c.length !== 4 && c.length !== 2) return []
  const year = c.length === 4 ? 'Y' : 'y'
  const forms: DateForm[] = []
  if (isDay(a) && isMonth(b)) forms.push(`d${sign}m${sign}${year}${clock}`)
  if (isMonth(a) && isDay(b)) forms.push(`m${sign}d${sign}${year}${clock}`)
  return forms
}

function isMonth(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 12
}

function isDay(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 31 && digits.length <= 2
}
