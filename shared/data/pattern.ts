/**
 * The shape of a text: upper case `A`, lower case `a`, digits `9`, all else as it is, runs of more than three
 * written once with a plus (`12-04-2021` is `99-99-9+`). At most 40 characters are looked at.
 */
export function patternOf(text: string): string {
  let pattern = ''
  let last = ''
  let run = 0
  for (let i = 0; i < text.length && i < 40; i++) {
    const sign = signOf(text.charCodeAt(i), text[i] ?? '')
    if (sign !== last) {
      pattern += repeated(last, run)
      last = sign
      run = 0
    }
    run++
  }
  return pattern + repeated(last, run) + (text.length > 40 ? '…' : '')
}

function repeated(sign: string, run: number): string {
  return run > 3 ? `${sign}+` : sign.repeat(run)
}

function signOf(code: number, character: string): string {
  if (code >= 48 && code <= 57) return '9'
  if (code >= 65 && code <= 90) return 'A'
  if (code >= 97 && code <= 122) return 'a'
  if (code < 128) return character
  const lower = character.toLowerCase()
  if (lower !== character.toUpperCase()) return character === lower ? 'a' : 'A'
  return /\p{L}/u.test(character) ? 'a' : character
}
