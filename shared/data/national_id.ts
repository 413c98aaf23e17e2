import { isDay, luhn, remainder, verhoeff, weighted } from './checksum.ts'

/** A number that a state gives a person. */
export interface NationalId {
  /** ISO 3166 code of the country. */
  country: string
  /** What people there call it. */
  name: string
  /** The whole text, as people write it. */
  written: RegExp
  /** Whether the text without separators, in capitals, is one. */
  check: (compact: string) => boolean
  /** The share of random texts of this form that pass the check, about. */
  chance: number
  /** What a column of them is called. */
  called: RegExp
}

const at = (text: string, index: number): number => Number(text[index])
const two = (text: string, index: number): number => Number(text.slice(index, index + 2))

/** National ids with a check that can be computed, or a form that nothing else has. */
export const nationalIds: readonly NationalId[] = [
  {
    country: 'US',
    name: 'social security number',
    written: /^\d{3}-\d{2}-\d{4}$/,
    check: (t) => !/^(?:000|666|9)/.test(t) && t.slice(3, 5) !== '00' && t.slice(5) !== '0000',
    chance: 0.9,
    called: /\bssn\b|social.?sec/i,
  },
  {
    country: 'GB',
    name: 'National Insurance number',
    written: /^[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]$/i,
    check: (t) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(t),
    chance: 0.02,
    called: /\bnino\b|national.?ins/i,
  },
  {
    country: 'GB',
    name: 'NHS number',
    written: /^\d{3}[ -]?\d{3}[ -]?\d{4}$/,
    check: (t) => (11 - (weighted(t, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 === at(t, 9),
    chance: 0.09,
    called: /\bnhs/i,
  },
  {
    country: 'FR',
    name: 'NIR',
    written: /^[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}$/i,
    check: (t) => {
      const digits = t.slice(0, 13).replace('2A', '19').replace('2B', '18')
      const month = two(t, 3)
      return ((month >= 1 && month <= 12) || month >= 20) && 97 - remainder(digits, 97) === two(t, 13)
    },
    chance: 0.009,
    called: /\bnir\b|s[ée]cu/i,
  },
  {
    country: 'ES',
    name: 'DNI or NIE',
    written: /^(?:\d{8}|[XYZ]\d{7})-?[A-Z]$/i,
    check: (t) =>
      'TRWAGMYFPDXBNJZSQVHLCKE'[
        Number(t.slice(0, 8).replace(/^[XYZ]/, (l) => String('XYZ'.indexOf(l)))) % 23
      ] === t[8],
    chance: 0.04,
    called: /\bdni\b|\bnie\b|\bnif\b/i,
  },
  {
    country: 'IT',
    name: 'codice fiscale',
    written: /^[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]$/i,
    check: (t) => {
      const odd = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
      ]
      let sum = 0
      for (let index = 0; index < 15; index++) {
        const code = t.charCodeAt(index)
        const value = code >= 65 ? code - 65 : code - 48
        sum += index % 2 === 0 ? (odd[value] ?? 0) : value
      }
      return String.fromCharCode(65 + (sum % 26)) === t[15]
    },
    chance: 0.001,
    called: /codice.?fisc|\bcf\b/i,
  },
  {
    country: 'DE',
    name: 'tax id',
    written: /^[1-9]\d ?\d{3} ?\d{3} ?\d{3}$/,
    check: (t) => {
      let product = 10
      for (let index = 0; index < 10; index++) {
        const sum = (at(t, index) + product) % 10
        product = ((sum === 0 ? 10 : sum) * 2) % 11
      }
      const distinct = new Set(t.slice(0, 10)).size
      return distinct >= 8 && distinct <= 9 && (11 - product) % 10 === at(t, 10)
    },
    chance: 0.03,
    called: /steuer|\bidnr|tax.?id/i,
  },
  {
    country: 'NL',
    name: 'BSN',
    written: /^\d{9}$/,
    check: (t) => /[1-9]/.test(t) && weighted(t, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    chance: 0.09,
    called: /\bbsn\b|burgerservice|sofi/i,
  },
  {
    country: 'BE',
    name: 'national number',
    written: /^\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}$/,
    check: (t) => {
      const body = t.slice(0, 9)
      const check = two(t, 9)
      return (
        isDay(two(t, 2), two(t, 4)) &&
        (97 - remainder(body, 97) === check || 97 - remainder(`2${body}`, 97) === check)
      )
    },
    chance: 0.001,
    called: /rijksregister|registre.?national|\bniss\b/i,
  },
  {
    country: 'PL',
    name: 'PESEL',
    written: /^\d{11}$/,
    check: (t) =>
      isDay(two(t, 2) % 20, two(t, 4)) &&
      (10 - (weighted(t, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 === at(t, 10),
    chance: 0.02,
    called: /pesel/i,
  },
  {
    country: 'SE',
    name: 'personnummer',
    written: /^(?:19|20)?\d{6}[-+]?\d{4}$/,
    check: (t) => {
      const ten = t.slice(-10)
      return isDay(two(ten, 2), two(ten, 4)) && luhn(ten)
    },
    chance: 0.004,
    called: /person.?n(?:umme)?r|\bpnr\b/i,
  },
  {
    country: 'FI',
    name: 'HETU',
    written: /^\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]$/i,
    check: (t) => {
      const digits = t.replace(/[^0-9A-Z]/g, '')
      const body = digits.slice(0, 6) + t.slice(-4, -1)
      return (
        isDay(two(t, 2), two(t, 0)) && '0123456789ABCDEFHJKLMNPRSTUVWXY'[remainder(body, 31)] === t.at(-1)
      )
    },
    chance: 0.001,
    called: /hetu|henkil/i,
  },
  {
    country: 'NO',
    name: 'fødselsnummer',
    written: /^\d{6} ?\d{5}$/,
    check: (t) => {
      const first = (11 - (weighted(t, [3, 7, 6, 1, 8, 9, 4, 5, 2]) % 11)) % 11
      const second = (11 - (weighted(t, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11)) % 11
      return isDay(two(t, 2), two(t, 0) % 40) && first === at(t, 9) && second === at(t, 10)
    },
    chance: 0.0005,
    called: /f[øo]dsels|\bfnr\b/i,
  },
  {
    country: 'CH',
    name: 'AHV number',
    written: /^756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}$/,
    check: (t) => (10 - (weighted(t, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]) % 10)) % 10 === at(t, 12),
    chance: 0.0001,
    called: /\bahv\b|\bavs\b|sozialvers/i,
  },
  {
    country: 'BR',
    name: 'CPF',
    written: /^\d{3}\.?\d{3}\.?\d{3}-?\d{2}$/,
    check: (t) => {
      const first = ((weighted(t, [10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
      const second = ((weighted(t, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10) % 11) % 10
      return !/^(\d)\1+$/.test(t) && first === at(t, 9) && second === at(t, 10)
    },
    chance: 0.01,
    called: /\bcpf\b/i,
  },
  {
    country: 'CN',
    name: 'resident id',
    written: /^[1-9]\d{5}(?:19|20)\d{2}\d{4}\d{3}[\dX]$/i,
    check: (t) => {
      const rest = weighted(t, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11
      return isDay(two(t, 10), two(t, 12)) && '10X98765432'[rest] === t[17]
    },
    chance: 0.0001,
    called: /身份证|resident.?id|id.?card/i,
  },
  {
    country: 'IN',
    name: 'Aadhaar',
    written: /^[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}$/,
    check: verhoeff,
    chance: 0.08,
    called: /aadhaa?r|\buid\b/i,
  },
  {
    country: 'CA',
    name: 'social insurance number',
    written: /^[1-79]\d{2}[- ]?\d{3}[- ]?\d{3}$/,
    check: luhn,
    chance: 0.08,
    called: /\bsin\b|social.?ins/i,
  },
  {
    country: 'TR',
    name: 'T.C. kimlik no',
    written: /^[1-9]\d{10}$/,
    check: (t) => {
      const odd = at(t, 0) + at(t, 2) + at(t, 4) + at(t, 6) + at(t, 8)
      const even = at(t, 1) + at(t, 3) + at(t, 5) + at(t, 7)
      const sum = Array.from(t.slice(0, 10)).reduce((total, digit) => total + Number(digit), 0)
      return (((odd * 7 - even) % 10) + 10) % 10 === at(t, 9) && sum % 10 === at(t, 10)
    },
    chance: 0.01,
    called: /kimlik|\btckn?\b/i,
  },
  {
    country: 'KR',
    name: 'resident registration number',
    written: /^\d{6}-[1-4]\d{6}$/,
    check: (t) =>
      isDay(two(t, 2), two(t, 4)) &&
      (11 - (weighted(t, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11)) % 10 === at(t, 12),
    chance: 0.01,
    called: /주민|\brrn\b/i,
  },
  {
    country: 'ZA',
    name: 'identity number',
    written: /^\d{6} ?\d{4} ?[01]\d\d$/,
    check: (t) => isDay(two(t, 2), two(t, 4)) && luhn(t),
    chance: 0.002,
    called: /sa.?id|identity.?n/i,
  },
]

/** The national ids that a text can be, in the order of the table. */
export function nationalIdsOf(text: string): NationalId[] {
  const trimmed = text.trim()
  if (trimmed.length < 9 || trimmed.length > 21) return []
  return nationalIds.filter((id) => id.written.test(trimmed) && id.check(compactFor(id, trimmed)))
}

function compactFor(id: NationalId, text: string): string {
  return id.country === 'FI' ? text.toUpperCase() : text.replace(/[\s.+-]/g, '').toUpperCase()
}
