/** The check that numbers of payment cards and some national ids carry. The text holds digits only. */
export function luhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at])
    const doubled = at % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return digits.length > 1 && sum % 10 === 0
}

/** The rest of a decimal number of any length after division. */
export function remainder(digits: string, by: number): number {
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % by
  return rest
}

/** How long an IBAN is in each country that has one. @see ISO 13616 */
const ibanLengths = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 ' +
    'SI19 SK24 SM27 ST25 SV28 TN24 TR26 UA29 VA22 VG24 XK20'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

/** Whether a text without blanks is an IBAN: country, length and check digits (ISO 7064, mod 97-10). */
export function isIban(text: string): boolean {
  const compact = text.toUpperCase()
  if (ibanLengths.get(compact.slice(0, 2)) !== compact.length || !/^[A-Z]{2}\d{2}[A-Z\d]+$/.test(compact))
    return false
  const turned = compact.slice(4) + compact.slice(0, 4)
  const digits = turned.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  return remainder(digits, 97) === 1
}

/** Whether digits are the number of a payment card: a known issuer's beginning and length, and Luhn's check. */
export function isCard(digits: string): boolean {
  const known =
    /^4(?:\d{12}|\d{15}|\d{18})$|^5[1-5]\d{14}$|^2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}$|^3[47]\d{13}$|^3(?:0[0-5]|[68]\d)\d{11}$|^6(?:011|4[4-9]\d|5\d\d)\d{12}$|^35(?:2[89]|[3-8]\d)\d{12}$/
  return known.test(digits) && !/^(\d)\1+$/.test(digits) && luhn(digits)
}

/** The sum of digits times their weights. */
export function weighted(digits: string, weights: readonly number[]): number {
  return weights.reduce((sum, weight, at) => sum + weight * Number(digits[at] ?? 0), 0)
}

const multiplication = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const permutation = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** Verhoeff's check (1969), which India's Aadhaar carries. */
export function verhoeff(digits: string): boolean {
  let check = 0
  for (let at = 0; at < digits.length; at++) {
    const permuted = Number(permutation[at % 8]?.[Number(digits[digits.length - 1 - at])])
    check = Number(multiplication[check]?.[permuted])
  }
  return check === 0
}

/** Whether digits are a day of a month. */
export function isDay(month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31
}
