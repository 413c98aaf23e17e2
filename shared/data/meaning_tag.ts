import { cellType } from './cell_type.ts'
import type { ColumnFacts } from './column_facts.ts'

/** What values are more exactly than their class says. */
export type MeaningTag =
  | 'constant'
  | 'key'
  | 'boolean'
  | 'year'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'epoch'
  | 'url'
  | 'e-mail'
  | 'phone'
  | 'postal code'
  | 'currency'
  | 'percentage'
  | 'latitude'
  | 'longitude'
  | 'ip'
  | 'uuid'
  | 'json'
  | 'list'
  | 'path'
  | 'colour'
  | 'country code'
  | 'language code'
  | 'number with unit'

/** A rule asks for its form in all samples that have a value, for a name, or for both. */
interface Rule {
  tag: MeaningTag
  form?: RegExp
  called?: RegExp
}

const rules: readonly Rule[] = [
  { tag: 'uuid', form: /^\{?[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\}?$/i },
  { tag: 'json', form: /^(?:\{\s*".*\}|\[\s*[{"].*\])$/s },
  { tag: 'colour', form: /^#(?:[\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i },
  { tag: 'path', form: /^(?:[a-z]:\\|\.{0,2}\/)?(?:[\w .-]+[/\\])+[\w .-]+\.\w{1,5}$/i },
  {
    tag: 'epoch',
    form: /^1[0-9]{9}(?:\d{3})?(?:\.\d+)?$/,
    called: /time|date|stamp|epoch|created|updated|_at$|ts$/i,
  },
  { tag: 'year', form: /^(?:1[6-9]|20)\d{2}(?:\.0)?$/, called: /year|yr|jahr|\bann[eé]e|^a[nñ]o/i },
  {
    tag: 'postal code',
    form: /^(?:\d{4,6}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2})$/i,
    called: /zip|post(?:al)?.?(?:code|cd)?|plz|pincode/i,
  },
  { tag: 'phone', form: /^\+?[\d ().\-/]{7,20}$/, called: /phone|\btel\b|_tel|mobile|fax|telefon/i },
  { tag: 'latitude', form: /^-?(?:[0-8]?\d|90)(?:\.\d+)?$/, called: /lat(?:itude)?(?:$|[_ .])/i },
  {
    tag: 'longitude',
    form: /^-?(?:1[0-7]\d|\d{1,2}|180)(?:\.\d+)?$/,
    called: /^lo?ng?(?:$|[_ .])|longitude|[_ .]lo?ng?$/i,
  },
  { tag: 'country code', form: /^[A-Z]{2,3}$/, called: /country|nation|iso/i },
  { tag: 'language code', form: /^[a-z]{2}(?:[-_][A-Z]{2})?$/, called: /lang/i },
  { tag: 'list', form: /^[[(].*[,;].*[\])]$|^[^,;|]+(?:[;|][^,;|]+)+$/s },
]

const byType = {
  url: 'url',
  email: 'e-mail',
  percent: 'percentage',
  currency: 'currency',
  date: 'date',
  time: 'time',
  datetime: 'timestamp',
  ip: 'ip',
  unit: 'number with unit',
  boolean: 'boolean',
} as const

/** The tags that fit a column, by its samples, name and counts. */
export function columnTags({ name, samples, distinct, nulls, total, numbers }: ColumnFacts): MeaningTag[] {
  const texts = samples.map((sample) => sample.trim()).filter((sample) => sample !== '')
  const tags: MeaningTag[] = []
  if (distinct === 1) tags.push('constant')
  if (
    distinct === total &&
    nulls === 0 &&
    total > 20 &&
    !(numbers !== undefined && !Number.isInteger(numbers.max))
  )
    tags.push('key')
  if (texts.length === 0) return tags
  const types = new Set(texts.map(cellType))
  const [type] = types
  if (types.size === 1 && type !== undefined && type in byType) tags.push(byType[type as keyof typeof byType])
  if (numbers !== undefined && distinct === 2 && numbers.min === 0 && numbers.max === 1) tags.push('boolean')
  for (const { tag, form, called } of rules) {
    if (form !== undefined && !texts.every((text) => form.test(text))) continue
    if (called === undefined || called.test(name)) tags.push(tag)
  }
  return [...new Set(tags)]
}
