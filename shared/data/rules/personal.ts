import { type Column, isText, textAt } from '../column.ts'
import { columnPii, type ColumnPii } from '../pii.ts'
import type { Rule, Said } from '../rule.ts'
import { listed, percent, pythonText } from '../wording.ts'

/** Data about persons. */
export const personalData: Rule = {
  id: 'personal-data',
  title: 'Data about persons',
  level: 'warn',
  why: 'A model can repeat what it learnt from, logs and examples carry it on, and the law asks for a reason to keep it.',
  source: 'own detectors with checksums (Luhn, ISO 7064, national ids); e-mail and phone by form',
  thresholds: { confidence: 0.6 },
  check: (data, { confidence = 0.6 }) =>
    data.sample.columns.flatMap((column) =>
      personalIn(column, confidence).map((found) => say(column, found)),
    ),
}

const known = new WeakMap<Column, readonly ColumnPii[]>()

function personalIn(column: Column, confidence: number): readonly ColumnPii[] {
  if (column.kind !== 'text' && column.kind !== 'integer') return []
  // The shortest number that says something of a person, a phone number, has seven digits.
  if (column.kind === 'integer' && column.numbers?.every((value) => !(Math.abs(value) >= 1e6)) === true)
    return []
  const all = known.get(column) ?? columnPii(column.name, textsOf(column))
  known.set(column, all)
  return all.filter((found) => found.confidence >= confidence && !isHarmless(found))
}

/** Whether the values of a column are data about persons: no sentence may show them. */
export function isPersonal(column: Column): boolean {
  return personalIn(column, 0.6).length > 0
}

/** At most so many values are handed on: the detectors look at 2,000. */
const looked = 4000

function textsOf(column: Column): (string | null)[] {
  if (isText(column) && column.dictionary.length <= looked) return [...column.dictionary]
  const step = Math.max(1, Math.floor(column.length / looked))
  return Array.from({ length: Math.min(column.length, looked) }, (_, i) => textAt(column, i * step))
}

/** A place on a map or a birth date alone names nobody. */
function isHarmless({ kind }: ColumnPii): boolean {
  return kind === 'location' || kind === 'birth-date' || kind === 'mac'
}

const words: Readonly<Record<string, string>> = {
  email: 'e-mail addresses',
  phone: 'phone numbers',
  iban: 'account numbers (IBAN)',
  card: 'card numbers',
  'national-id': 'national ids',
  ip: 'IP addresses',
  address: 'street addresses',
  mac: 'addresses of network cards (MAC)',
  'birth-date': 'dates of birth',
  location: 'exact places',
  'person-name': 'names of persons',
  secret: 'passwords or keys',
}

function say(column: Column, { kind, detail, where, share, masked }: ColumnPii): Said {
  const name = pythonText(column.name)
  const what = detail ?? words[kind] ?? kind
  const holds = where === 'cell' ? 'holds' : 'has texts with'
  const example = masked.length === 0 ? '' : `, such as ${listed(masked.slice(0, 2))}`
  const some = share > 0.99 ? '' : ` in ${percent(share)} of its values`
  const title = where === 'cell' ? 'Put a hash in its place' : 'Leave it out'
  const salted = `import hashlib, secrets\nsalt = secrets.token_bytes(16)\ndf[${name}] = df[${name}].map(\n    lambda text: hashlib.sha256(salt + str(text).encode()).hexdigest()[:16], na_action="ignore"\n)`
  const drop = `df = df.drop(columns=[${name}])`
  return {
    where: { kind: 'columns', columns: [column.name] },
    says: `${column.name} ${holds} ${what}${some}${example}`,
    level: kind === 'secret' ? 'stop' : 'warn',
    evidence: { share },
    weight: 0.6 + 0.2 * share,
    fixes: [
      { title, language: 'pandas', code: where === 'cell' ? salted : drop },
      { title: 'Leave it out', language: 'polars', code: `df = df.drop(${name})` },
    ],
  }
}
