import { isCard, luhn, remainder } from '../../shared/data/checksum.ts'
import { nationalIds } from '../../shared/data/national_id.ts'
import type { PiiKind } from '../../shared/data/pii_text.ts'

type Random = () => number

/** A column that was made, and what personal data it holds, if any. */
export interface PlantedColumn {
  name: string
  values: string[]
  kind: PiiKind | undefined
}

const pick = <T>(of: ArrayLike<T>, random: Random): T => of[Math.floor(random() * of.length)]!
const whole = (low: number, high: number, random: Random): number =>
  low + Math.floor(random() * (high - low + 1))
const digits = (count: number, random: Random): string =>
  Array.from({ length: count }, () => whole(0, 9, random)).join('')

const given =
  'Ann Bea Carl Dora Emil Finn Greta Hans Ines Jon Kira Luis Maria Nora Otto Paul Rosa Sven Tom Uta'.split(
    ' ',
  )
const family =
  'Adler Brown Chen Diaz Evans Frank Gupta Huber Ivanov Jensen Keller Lopez Meyer Novak Olsen Patel Rossi Silva Weber Young'.split(
    ' ',
  )
const streets = ['High Street', 'Mill Road', 'Oak Avenue', 'Park Lane', 'Elm Drive', 'Lake Boulevard']

/** How one value of each kind is made; several for kinds with several forms. */
const makers: readonly { kind: PiiKind; names: readonly string[]; make: (random: Random) => string }[] = [
  {
    kind: 'email',
    names: ['email', 'x1'],
    make: (r) =>
      `${pick(given, r).toLowerCase()}.${pick(family, r).toLowerCase()}${whole(1, 99, r)}@${pick(['example.org', 'mail.example.com', 'firma.example.de'], r)}`,
  },
  {
    kind: 'phone',
    names: ['phone', 'x2'],
    make: (r) =>
      pick(
        [
          () => `+49 ${whole(30, 89, r)} ${digits(7, r)}`,
          () => `+1-${whole(201, 989, r)}-${whole(200, 999, r)}-${digits(4, r)}`,
          () => `+44 20 7946 ${digits(4, r)}`,
        ],
        r,
      )(),
  },
  {
    kind: 'phone',
    names: ['contact phone', 'x3'],
    make: (r) => `(${whole(201, 989, r)}) ${whole(200, 999, r)}-${digits(4, r)}`,
  },
  { kind: 'phone', names: ['mobile_number'], make: (r) => `${whole(2, 9, r)}${digits(9, r)}` },
  { kind: 'iban', names: ['iban', 'x4'], make: (r) => iban(pick(['DE', 'NL', 'FR'], r), r) },
  { kind: 'card', names: ['card_number', 'x5'], make: (r) => card(r) },
  {
    kind: 'ip',
    names: ['client_ip', 'x6'],
    make: (r) => `${whole(11, 223, r)}.${whole(0, 255, r)}.${whole(0, 255, r)}.${whole(1, 254, r)}`,
  },
  {
    kind: 'mac',
    names: ['mac', 'x7'],
    make: (r) => Array.from({ length: 6 }, () => whole(0, 255, r).toString(16).padStart(2, '0')).join(':'),
  },
  {
    kind: 'person-name',
    names: ['customer_name', 'FullName'],
    make: (r) => `${pick(given, r)} ${pick(family, r)}`,
  },
  { kind: 'person-name', names: ['last_name'], make: (r) => pick(family, r) },
  { kind: 'address', names: ['home_address', 'x8'], make: (r) => `${whole(1, 999, r)} ${pick(streets, r)}` },
  {
    kind: 'birth-date',
    names: ['date_of_birth', 'dob'],
    make: (r) =>
      `${whole(1930, 2015, r)}-${String(whole(1, 12, r)).padStart(2, '0')}-${String(whole(1, 28, r)).padStart(2, '0')}`,
  },
  ...nationalIds.map((id) => ({
    kind: 'national-id' as const,
    names: [
      id.chance < 0.05 || id.country === 'US' ? 'x9' : calledLike(id.called),
      `their ${calledLike(id.called)}`,
    ],
    make: (r: Random) => nationalId(id.country, id.name, r),
  })),
]

/** A name that the pattern for a column's name fits. */
function calledLike(called: RegExp): string {
  return /[a-z]{2,}/i.exec(called.source.replaceAll('\\b', '').replace(/.\?/g, ''))?.[0] ?? 'id'
}

/** Columns that look a little like personal data and are none. */
const harmless: readonly { names: readonly string[]; make: (random: Random) => string }[] = [
  { names: ['id', 'order_no'], make: (r) => digits(9, r) },
  { names: ['population', 'views'], make: (r) => String(whole(1, 9_999_999_999, r)) },
  { names: ['timestamp', 'ts'], make: (r) => String(1_600_000_000 + whole(0, 99_999_999, r)) },
  {
    names: ['date', 'shipped'],
    make: (r) =>
      `20${digits(2, r)}-${String(whole(1, 12, r)).padStart(2, '0')}-${String(whole(1, 28, r)).padStart(2, '0')}`,
  },
  { names: ['version', 'release'], make: (r) => `${whole(1, 9, r)}.${whole(0, 19, r)}.${whole(0, 19, r)}` },
  {
    names: ['uuid', 'key'],
    make: (r) => `${hex(8, r)}-${hex(4, r)}-4${hex(3, r)}-a${hex(3, r)}-${hex(12, r)}`,
  },
  { names: ['ean', 'barcode'], make: (r) => digits(13, r) },
  { names: ['isbn'], make: (r) => `978-${whole(0, 9, r)}-${digits(2, r)}-${digits(6, r)}-${whole(0, 9, r)}` },
  { names: ['price', 'amount'], make: (r) => `$${whole(1, 999, r)}.${digits(2, r)}` },
  { names: ['sku', 'part'], make: (r) => `${pick('ABCDEF', r)}${pick('GHKLM', r)}-${digits(4, r)}` },
  {
    names: ['product name', 'model'],
    make: (r) =>
      `${pick(['Alpine', 'Brook', 'Cedar', 'Delta'], r)} ${pick(['Chair', 'Lamp', 'Table', 'Desk'], r)} ${whole(1, 99, r)}`,
  },
  { names: ['city', 'station name'], make: (r) => pick(['Leeds', 'Ulm', 'Bath', 'Nice', 'Brno', 'Gent'], r) },
  { names: ['score', 'p_value'], make: (r) => r().toFixed(12) },
  { names: ['ratio', 'x'], make: (r) => `${whole(100, 999, r)}-${whole(10, 99, r)}` },
  {
    names: ['grid', 'cell'],
    make: (r) => `${whole(10, 90, r)}.${digits(2, r)}, ${whole(10, 90, r)}.${digits(2, r)}`,
  },
  { names: ['time', 'duration'], make: (r) => `${whole(0, 23, r)}:${digits(1, r)}${whole(0, 9, r)}` },
  {
    names: ['comment'],
    make: (r) => `It took ${whole(2, 90, r)} days and cost ${whole(10, 900, r)} in 20${digits(2, r)}.`,
  },
]

/** One column a kind and name, and the harmless ones; `rows` values each, a tenth of them empty. */
export function plantColumns(rows: number, random: Random): PlantedColumn[] {
  const column = (
    name: string,
    make: (random: Random) => string,
    kind: PiiKind | undefined,
  ): PlantedColumn => ({
    name,
    kind,
    values: Array.from({ length: rows }, () => (random() < 0.1 ? '' : make(random))),
  })
  return [
    ...makers.flatMap(({ kind, names, make }) => names.map((name) => column(name, make, kind))),
    ...harmless.flatMap(({ names, make }) => names.map((name) => column(name, make, undefined))),
  ]
}

/** Sentences, some of which hold one piece of personal data that can be told without a column's name. */
export function plantSentences(count: number, random: Random): { text: string; kind: PiiKind | undefined }[] {
  const telling = makers.filter(
    ({ kind, names }) =>
      ['email', 'iban', 'card', 'ip', 'mac'].includes(kind) ||
      (kind === 'phone' && names[0] !== 'mobile_number'),
  )
  return Array.from({ length: count }, () => {
    const { kind, make } = pick(telling, random)
    if (random() < 0.5)
      return { text: `Please look at ${pick(harmless, random).make(random)} before Monday.`, kind: undefined }
    return { text: `Please answer ${make(random)}, it is urgent (case ${digits(6, random)}).`, kind }
  })
}

function hex(count: number, random: Random): string {
  return Array.from({ length: count }, () => pick('0123456789abcdef', random)).join('')
}

function iban(country: string, random: Random): string {
  const body = country === 'NL' ? `ABNA${digits(10, random)}` : digits(country === 'DE' ? 18 : 23, random)
  const asDigits = `${body}${country}00`.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))
  const check = String(98 - remainder(asDigits, 97)).padStart(2, '0')
  const text = `${country}${check}${body}`
  return random() < 0.5 ? text : text.replace(/(.{4})(?=.)/g, '$1 ')
}

function card(random: Random): string {
  const body = `${pick(['4', '51', '55', '6011'], random)}${digits(15, random)}`.slice(0, 15)
  const text = Array.from('0123456789', (last) => body + last).find(luhn)!
  if (!isCard(text)) return card(random)
  return random() < 0.5 ? text : text.replace(/(.{4})(?=.)/g, '$1 ')
}

const months = (random: Random): string => String(whole(1, 12, random)).padStart(2, '0')
const days = (random: Random): string => String(whole(1, 28, random)).padStart(2, '0')

/** Texts of each form at random until one passes the check. */
function nationalId(country: string, name: string, random: Random): string {
  const id = nationalIds.find((one) => one.country === country && one.name === name)!
  const letters = (count: number): string =>
    Array.from({ length: count }, () => pick('ABCDEFGHIJKLMNPRSTUVWXYZ', random)).join('')
  const [year, month, day] = [digits(2, random), months(random), days(random)]
  const forms: Record<string, () => string> = {
    'US social security number': () => `${digits(3, random)}-${digits(2, random)}-${digits(4, random)}`,
    'GB National Insurance number': () => `${letters(2)}${digits(6, random)}${pick('ABCD', random)}`,
    'FR NIR': () => `${whole(1, 2, random)}${year}${month}${digits(10, random)}`,
    'ES DNI or NIE': () => digits(8, random) + letters(1),
    'IT codice fiscale': () =>
      `${letters(6)}${year}${pick('ABCDEHLMPRST', random)}${day}${letters(1)}${digits(3, random)}${letters(1)}`,
    'BE national number': () => `${year}.${month}.${day}-${digits(3, random)}.${digits(2, random)}`,
    'PL PESEL': () => `${year}${month}${day}${digits(5, random)}`,
    'SE personnummer': () => `${year}${month}${day}-${digits(4, random)}`,
    'FI HETU': () =>
      `${day}${month}${year}-${digits(3, random)}${pick('0123456789ABCDEFHJKLMNPRSTUVWXY', random)}`,
    'NO fødselsnummer': () => `${day}${month}${year}${digits(5, random)}`,
    'CH AHV number': () => `756.${digits(4, random)}.${digits(4, random)}.${digits(2, random)}`,
    'BR CPF': () => `${digits(3, random)}.${digits(3, random)}.${digits(3, random)}-${digits(2, random)}`,
    'CN resident id': () =>
      `${whole(1, 9, random)}${digits(5, random)}19${year}${month}${day}${digits(4, random)}`,
    'KR resident registration number': () =>
      `${year}${month}${day}-${whole(1, 4, random)}${digits(6, random)}`,
    'ZA identity number': () => `${year}${month}${day}${digits(4, random)}0${digits(2, random)}`,
    'TR T.C. kimlik no': () => `${whole(1, 9, random)}${digits(10, random)}`,
    'DE tax id': () => `${whole(1, 9, random)}${digits(10, random)}`,
    'GB NHS number': () => `${digits(3, random)} ${digits(3, random)} ${digits(4, random)}`,
    'NL BSN': () => digits(9, random),
    'IN Aadhaar': () =>
      `${whole(2, 9, random)}${digits(3, random)} ${digits(4, random)} ${digits(4, random)}`,
    'CA social insurance number': () =>
      `${whole(1, 7, random)}${digits(2, random)}-${digits(3, random)}-${digits(3, random)}`,
  }
  const form = forms[`${country} ${name}`]!
  while (true) {
    const text = form()
    if (id.written.test(text) && id.check(country === 'FI' ? text : text.replace(/[\s.+-]/g, ''))) return text
  }
}
