/**
 * How a date is written, in the letters of strftime: `Y-m-d`, `d/m/Y`, `B d, Y`, `m/d/y I:M p`; `y` is a year of two
 * digits, `B` a month's name and `b` a short one.
 */
export type DateForm = string

const monthName = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?'
const time =
  '(?:[T ]+(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.\\d+)?)?(\\s*[ap]m)?\\s*(?:z|[+-]\\d{2}:?\\d{2})?)?'
const numeric = new RegExp(`^(\\d{1,4})([-/.])(\\d{1,2})\\2(\\d{1,4})${time}$`, 'i')
const named = new RegExp(
  `^(?:\\d{1,2}([ -])(${monthName})([ -]|, ?)(\\d{4}|\\d{2})|(${monthName}) \\d{1,2}(,? )\\d{4})${time}$`,
  'i',
)

/** All forms in which a text is a date; `01/02/2021` has two. None if it is no date. */
export function dateForms(text: string): DateForm[] {
  const plain = text.trim()
  if (plain.length < 6 || plain.length > 35) return []
  const words = named.exec(plain)
  if (words !== null) {
    const [, sign = '', middle, gap = '', year = '', lead = '', comma = ''] = words
    const clock = clockForm(words.slice(7))
    return monthForms(middle ?? lead).map((month) =>
      middle === undefined
        ? `${month} d${comma}Y${clock}`
        : `d${sign}${month}${gap}${year.length > 2 ? 'Y' : 'y'}${clock}`,
    )
  }
  const found = numeric.exec(plain)
  if (found === null) return []
  const [, a = '', sign = '', b = '', c = ''] = found
  const clock = clockForm(found.slice(5))
  if (a.length === 4) return isMonth(b) && isDay(c) ? [`Y${sign}m${sign}d${clock}`] : []
  if (c.length !== 4 && c.length !== 2) return []
  const year = c.length === 4 ? 'Y' : 'y'
  const forms: DateForm[] = []
  if (isDay(a) && isMonth(b)) forms.push(`d${sign}m${sign}${year}${clock}`)
  if (isMonth(a) && isDay(b)) forms.push(`m${sign}d${sign}${year}${clock}`)
  return forms
}

/** A form as a person writes it: `YYYY/MM/DD hh:mm`. */
export function showDateForm(form: DateForm): string {
  return form.replace(/[YymdBbHIMSp]/g, (letter) => shown[letter] ?? letter)
}

/** A form as Python's strftime has it. */
export function strftimeForm(form: DateForm): string {
  return form.replace(/[YymdBbHIMSp]/g, (letter) => `%${letter}`)
}

const shown: Readonly<Record<string, string>> = {
  ...{ Y: 'YYYY', y: 'YY', m: 'MM', d: 'DD', B: 'Month', b: 'Mon' },
  ...{ H: 'hh', I: 'hh', M: 'mm', S: 'ss', p: 'AM/PM' },
}

/** `May` is a month's name and a short one. */
function monthForms(name: string): string[] {
  const isShort = name.replace('.', '').length === 3
  const dot = name.endsWith('.') ? '.' : ''
  return [...(isShort ? [`b${dot}`] : []), ...(!isShort || /^may$/i.test(name) ? [`B${dot}`] : [])]
}

function clockForm([hour, , second, half]: readonly (string | undefined)[]): string {
  if (hour === undefined) return ''
  const seconds = second === undefined ? '' : ':S'
  return half === undefined ? ` H:M${seconds}` : ` I:M${seconds}${half.startsWith(' ') ? ' ' : ''}p`
}

function isMonth(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 12
}

function isDay(digits: string): boolean {
  return Number(digits) >= 1 && Number(digits) <= 31 && digits.length <= 2
}
