import { isCard, isIban } from './checksum.ts'
import { nationalIdsOf } from './national_id.ts'

/** What kind of personal data a text is. */
export type PiiKind =
  | 'email'
  | 'phone'
  | 'iban'
  | 'card'
  | 'national-id'
  | 'ip'
  | 'mac'
  | 'address'
  | 'person-name'
  | 'birth-date'
  | 'location'
  | 'secret'

/** A place in a text that holds personal data. */
export interface PiiMatch {
  kind: PiiKind
  start: number
  end: number
  /** What it is more exactly, for example `US social security number`. */
  detail?: string
}

interface Detector {
  kind: PiiKind
  pattern: RegExp
  /** Whether a text with these signs can match at all: told before, since patterns cost more. */
  needs: (signs: Signs) => boolean
  /** Decides about a text that the pattern found; the text is the match. */
  check?: (text: string) => boolean | string
}

/** How many of some signs a text has. */
interface Signs {
  length: number
  digits: number
  ats: number
  colons: number
  dashes: number
  dots: number
  pluses: number
  isSecret: boolean
}

const digitsOf = (text: string): string => text.replace(/\D/g, '')

/** In order: what an earlier one takes, a later one does not see. */
const detectors: readonly Detector[] = [
  {
    kind: 'secret',
    needs: secret,
    pattern: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/g,
    check: () => 'private key',
  },
  { kind: 'secret', needs: secret, pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, check: () => 'AWS access key' },
  {
    kind: 'secret',
    needs: secret,
    pattern: /\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_\w{40,}/g,
    check: () => 'GitHub token',
  },
  { kind: 'secret', needs: secret, pattern: /\bxox[abprs]-[A-Za-z0-9-]{20,}/g, check: () => 'Slack token' },
  { kind: 'secret', needs: secret, pattern: /\bsk-(?:[a-z]+-)*[A-Za-z0-9_-]{32,}/g, check: () => 'API key' },
  {
    kind: 'secret',
    needs: secret,
    pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g,
    check: () => 'signed token',
  },
  {
    kind: 'email',
    needs: ({ ats }) => ats > 0,
    pattern:
      /(?<![\w.%+-])[\w%+-](?:[\w.%+-]{0,63})@(?:[\p{L}\d](?:[\p{L}\d-]{0,62})\.){1,8}\p{L}{2,24}(?![\w@])/gu,
  },
  {
    kind: 'iban',
    needs: ({ length, digits }) => length >= 12 && digits >= 2,
    pattern: /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z\d]{4}){2,7}(?:[ -]?[A-Z\d]{1,4})?\b/gi,
    check: (text) => isIban(text.replace(/[ -]/g, '')),
  },
  {
    kind: 'card',
    needs: ({ digits }) => digits >= 13,
    pattern: /(?<![\d.,-])(?:\d[ -]?){12,18}\d(?![\d.,]\d|\d|-\d)/g,
    check: (text) => isGrouped(text) && isCard(digitsOf(text)),
  },
  {
    kind: 'mac',
    needs: ({ colons, dashes }) => colons >= 5 || dashes >= 5,
    pattern: /\b(?:[\da-f]{2}([:-]))(?:[\da-f]{2}\1){4}[\da-f]{2}\b/gi,
  },
  {
    kind: 'ip',
    needs: ({ dots, digits }) => dots >= 3 && digits >= 4,
    pattern:
      /(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?![\d.]*\d)/g,
    check: isAddressOfHost,
  },
  {
    kind: 'ip',
    needs: ({ colons }) => colons >= 3,
    pattern:
      /(?<![\w:])(?:[\da-f]{1,4}:){7}[\da-f]{1,4}(?![\w:])|(?<![\w:])(?:[\da-f]{1,4}:){1,6}(?::[\da-f]{1,4}){1,6}(?![\w:])/gi,
    check: (text) => text.split(':').length > 3,
  },
  {
    kind: 'national-id',
    needs: ({ digits }) => digits >= 6,
    pattern: /(?<![\w.-])[A-Za-z\d][A-Za-z\d.+-]{7,19}[A-Za-z\d](?![\w-]|\.\d)/g,
    check: (text) => isSureId(text),
  },
  {
    kind: 'national-id',
    needs: ({ digits }) => digits >= 7,
    pattern: /(?<![\w.-])[1-9]\d{2,5}(?: \d{2,4}){2,6}(?![\w-]|\.\d)/g,
    check: (text) => isSureId(text),
  },
  {
    kind: 'national-id',
    needs: ({ digits }) => digits >= 12,
    pattern: /(?<![\w.-])[12] \d\d \d\d (?:\d\d|2[AB]) \d{3} \d{3} \d\d(?!\w)/g,
    check: (text) => isSureId(text),
  },
  {
    kind: 'phone',
    needs: ({ digits, pluses }) => digits >= 8 && pluses > 0,
    pattern: /(?<![\w+.-])\+\d[\d ().\-/]{7,20}\d(?!\w)/g,
    check: (text) => within(digitsOf(text).length, 8, 15),
  },
  {
    kind: 'phone',
    needs: ({ digits }) => digits >= 10,
    pattern: /(?<![\w+.-])(?:1[-. ])?\(?[2-9]\d{2}\)?[-. ] ?[2-9]\d{2}[-. ]\d{4}(?![\w-]|\.\d)/g,
  },
  {
    kind: 'phone',
    needs: ({ digits }) => digits >= 10,
    pattern: /(?<![\w+.-])\([2-9]\d{2}\)\d{3}-?\d{4}(?![\w-])/g,
  },
  {
    kind: 'phone',
    needs: ({ digits }) => digits >= 9,
    pattern: /(?<![\w+.,-])(?<!\d )\(?0[1-9]\d{0,3}\)?[ /-]\d{2,4}(?:[ -]?\d{2,4}){1,3}(?![\w-]|[.,]\d)/g,
    check: (text) => within(digitsOf(text).length, 9, 12) && !isDateLike(text),
  },
]

/** So much of a text is looked at. */
const longest = 100_000

/**
 * Finds personal data in a text: e-mail, phone, IBAN and card with their checks, national ids whose form or check
 * leaves little to chance, IP and MAC addresses, keys. Names and street addresses are found by column only.
 * The places do not overlap and are in order.
 */
export function findPii(text: string): PiiMatch[] {
  const looked = text.slice(0, longest)
  const signs = signsOf(looked)
  const found: PiiMatch[] = []
  for (const { kind, pattern, check, needs } of detectors) {
    if (!needs(signs)) continue
    for (const match of looked.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length]
      if (found.some((other) => start < other.end && end > other.start)) continue
      const answer = check === undefined ? true : check(match[0])
      if (answer === false) continue
      found.push(typeof answer === 'string' ? { kind, start, end, detail: answer } : { kind, start, end })
    }
  }
  return found.sort((a, b) => a.start - b.start)
}

function secret({ isSecret }: Signs): boolean {
  return isSecret
}

function signsOf(text: string): Signs {
  const { length } = text
  const signs = { length, digits: 0, ats: 0, colons: 0, dashes: 0, dots: 0, pluses: 0, isSecret: false }
  for (let i = 0; i < length; i++) {
    const sign = text.charCodeAt(i)
    if (sign >= 0x30 && sign <= 0x39) signs.digits++
    else if (sign === 0x40) signs.ats++
    else if (sign === 0x3a) signs.colons++
    else if (sign === 0x2d) signs.dashes++
    else if (sign === 0x2e) signs.dots++
    else if (sign === 0x2b) signs.pluses++
  }
  // Every secret that is known is longer than that.
  signs.isSecret = length >= 20 && /BEGIN|xox|sk-|gh[pousr]_|github_pat|AKIA|ASIA|eyJ/.test(text)
  return signs
}

/** The text with what was found hidden, so that the kind and a little of the form remain: `m…@example.org`, `…4242`. */
export function maskPii(text: string, found: readonly PiiMatch[] = findPii(text)): string {
  let masked = ''
  let from = 0
  for (const match of found) {
    masked += text.slice(from, match.start) + maskOne(match.kind, text.slice(match.start, match.end))
    from = match.end
  }
  return masked + text.slice(from)
}

/** One value hidden as its kind allows. */
export function maskOne(kind: PiiKind, value: string): string {
  switch (kind) {
    case 'email':
      return `${Array.from(value)[0] ?? ''}…@${value.slice(value.lastIndexOf('@') + 1)}`
    case 'iban':
      return `${value.slice(0, 2)}…`
    case 'card':
      return `…${digitsOf(value).slice(-4)}`
    case 'ip':
      return value.includes('.') ? `${value.split('.').slice(0, 2).join('.')}.…` : '…:…'
    case 'phone':
      return value.startsWith('+') ? `${value.slice(0, 3)}…` : '…'
    case 'person-name':
      return value
        .split(/\s+/)
        .flatMap((part) => /[\p{L}\d]/u.exec(part)?.[0] ?? [])
        .map((letter) => `${letter}.`)
        .join(' ')
    default:
      return '…'
  }
}

/** Groups of a card are of four digits, or of four, six and five: other blanks part several numbers. */
function isGrouped(text: string): boolean {
  return /^\d+$|^\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}$|^\d{4}([ -])\d{6}\2\d{4,5}$/.test(text)
}

/** Four numbers with points are a version as well: those that no host has are left out. */
function isAddressOfHost(text: string): boolean {
  const parts = text.split('.').map(Number)
  const [first = 0] = parts
  return first !== 0 && !(parts.every((part) => part < 20) && first < 10) && text !== '255.255.255.255'
}

/** In a text without a column around it, only what chance rarely makes: a strict check, or a form of its own. */
function isSureId(text: string): false | string {
  const separated = /\D/.test(text)
  const id = nationalIdsOf(text).find(
    ({ chance, country }) => chance < (separated ? 0.05 : 0.003) || (country === 'US' && separated),
  )
  return id === undefined ? false : `${id.country} ${id.name}`
}

function isDateLike(text: string): boolean {
  return /^\d{1,2}[-/ ]\d{1,2}[-/ ]\d{2,4}$/.test(text) || /^\d{4}-\d{2}-\d{2}/.test(text)
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high
}
