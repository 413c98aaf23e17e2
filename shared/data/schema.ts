import { parse, stringify } from 'yaml'
import { z } from 'zod'
import type { Finding } from '../base/finding.ts'
import { Problem } from '../base/problem.ts'
import { type Column, type ColumnKind, isText, showNumber } from './column.ts'
import { isIdName } from './column_role.ts'
import { hiddenValue } from './hidden_value.ts'
import type { Loaded } from './loaded.ts'
import type { ColumnProfile, TableProfile } from './profile.ts'
import { amount, listed, percent, plural, quoted } from './wording.ts'

const kinds = [
  'number',
  'integer',
  'boolean',
  'date',
  'timestamp',
  'time',
  'duration',
  'text',
  'binary',
  'nested',
] as const

const columnSchema = z.strictObject({
  type: z.enum(kinds),
  /** Largest share of missing values, 0 to 1. */
  missing: z.number().min(0).max(1).default(0),
  min: z.union([z.number(), z.string()]).optional(),
  max: z.union([z.number(), z.string()]).optional(),
  /** All kinds there may be. */
  values: z.array(z.string()).optional(),
  unique: z.boolean().optional(),
  maxLength: z.number().int().positive().optional(),
  /** Whether the column may be left out. */
  optional: z.boolean().optional(),
})

const tableSchema = z.strictObject({
  version: z.literal(1),
  rows: z.strictObject({ min: z.number().optional(), max: z.number().optional() }).optional(),
  /** Whether columns that are not named here may come. */
  more: z.boolean().default(true),
  columns: z.record(z.string(), columnSchema),
})

/** What a column has to be. */
export type ColumnSchema = z.output<typeof columnSchema>
/** What a table has to be: read and written by people, kept in git. */
export type TableSchema = z.output<typeof tableSchema>

/** At most so many kinds are listed; a column with more is free text. */
const mostValues = 30

/**
 * What a table that is known to be good says about the next one. Ranges are those seen, rounded outwards a little;
 * a person looks at it before it counts.
 */
export function inferSchema(profile: TableProfile): TableSchema {
  const columns = profile.columns.filter(({ kind }) => kind !== 'empty')
  return {
    version: 1,
    rows: { min: Math.floor(profile.rows / 2) },
    more: true,
    columns: Object.fromEntries(columns.map((column) => [column.name, inferColumn(column)])),
  }
}

function inferColumn(column: ColumnProfile): ColumnSchema {
  const { rows, nulls, distinct, distinctError, numbers, texts, top } = column
  const values = rows - nulls
  const missing = nulls === 0 ? 0 : Math.min(1, Math.ceil(((nulls / rows) * 1.5 + 0.01) * 100) / 100)
  const schema: ColumnSchema = { type: kindOf(column.kind), missing }
  if (
    distinctError === 0 &&
    distinct === values &&
    values > 20 &&
    (column.kind === 'integer' || column.kind === 'text')
  )
    if (isIdName(column.name)) schema.unique = true
  if (numbers !== null && numbers.finite > 0 && column.kind !== 'boolean' && schema.unique !== true) {
    const [least = NaN, most = NaN] = [numbers.quantiles[0], numbers.quantiles.at(-1)]
    if (column.kind === 'integer' || column.kind === 'number') {
      const [low, high] = widened(least, most)
      const isWhole = column.kind === 'integer'
      schema.min = isWhole ? Math.floor(low) : low
      schema.max = isWhole ? Math.ceil(high) : high
    } else if (column.kind === 'date' || column.kind === 'timestamp') schema.min = showNumber('date', least)
  }
  if (texts !== null && values > 0) {
    const listable =
      distinctError === 0 &&
      distinct <= mostValues &&
      distinct <= values / 4 &&
      top.length >= Math.min(20, distinct)
    const isHidden = top.some(({ value }) => value === hiddenValue)
    if (listable && distinct <= top.length && !isHidden) schema.values = top.map(({ value }) => value).sort()
    else schema.maxLength = Math.max(1, texts.longest * 2)
  }
  return schema
}

function kindOf(kind: ColumnKind): ColumnSchema['type'] {
  return kinds.find((known) => known === kind) ?? 'text'
}

/** A tenth of the range more on both sides, but not across zero. */
function widened(least: number, most: number): [number, number] {
  const room = (most - least) / 10
  const low = least >= 0 ? Math.max(0, least - room) : least - room
  const round = (value: number, up: boolean): number => {
    const unit = 10 ** Math.max(-12, Math.floor(Math.log10(Math.max(Math.abs(value), 1e-9))) - 2)
    return Number(((up ? Math.ceil(value / unit) : Math.floor(value / unit)) * unit).toPrecision(6))
  }
  return [low === 0 ? 0 : round(low, false), most <= 0 && most + room > 0 ? 0 : round(most + room, true)]
}

/** A schema as people write it. */
export function formatSchema(schema: TableSchema): string {
  return stringify(schema, { lineWidth: 110 })
}

/**
 * Reads a schema.
 * @throws Problem that says where it is wrong
 */
export function parseSchema(text: string): TableSchema {
  let value: unknown
  try {
    value = parse(text)
  } catch (error) {
    throw new Problem(
      'bad_request',
      `The schema is no YAML: ${(error as Error).message.split('\n')[0] ?? ''}`,
      { cause: error },
    )
  }
  const parsed = tableSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new Problem(
    'bad_request',
    `The schema, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not understood'}`,
  )
}

/** Where a table is not what the schema says, one finding for each rule broken. */
export function checkSchema(
  schema: TableSchema,
  { profile, sample }: Pick<Loaded, 'profile' | 'sample'>,
): Finding[] {
  const known = new Map(profile.columns.map((column) => [column.name, column]))
  const lost = Object.entries(schema.columns).filter(
    ([name, { optional }]) => !known.has(name) && optional !== true,
  )
  const fresh = profile.columns.filter(({ name }) => !(name in schema.columns)).map(({ name }) => name)
  const { min = 0, max = Infinity } = schema.rows ?? {}
  const found: Finding[] = []
  if (profile.rows < min || profile.rows > max)
    found.push(
      broken(
        [],
        `There are ${plural(profile.rows, 'row')}; the schema wants ${max === Infinity ? `at least ${amount(min)}` : `${amount(min)} to ${amount(max)}`}`,
      ),
    )
  if (lost.length > 0) {
    const names = lost.map(([name]) => name)
    found.push(broken(names, `${listed(names)} ${names.length === 1 ? 'is' : 'are'} not there`))
  }
  if (!schema.more && fresh.length > 0)
    found.push(broken(fresh, `${listed(fresh)} ${fresh.length === 1 ? 'is' : 'are'} not in the schema`))
  for (const [name, wanted] of Object.entries(schema.columns)) {
    const column = known.get(name)
    if (column === undefined) continue
    const odd = oddValues(
      wanted,
      sample.columns.find((each) => each.name === name),
    )
    found.push(...[...checkColumn(wanted, column), ...odd].map((says) => broken([name], says)))
  }
  return found
}

function checkColumn(wanted: ColumnSchema, column: ColumnProfile): string[] {
  const { name, kind, rows, nulls, distinct, numbers, texts } = column
  const said: string[] = []
  if (kind === 'empty') return rows > 0 && wanted.missing < 1 ? [`${name} has no value at all`] : []
  if (!fits(kind, wanted.type)) return [`${name} is ${kind}, the schema says ${wanted.type}`]
  const missing = (nulls + (numbers?.nans ?? 0)) / Math.max(1, rows)
  if (missing > wanted.missing)
    said.push(
      `${name} is missing in ${percent(missing)} of the rows; at most ${percent(wanted.missing)} is allowed`,
    )
  const [least, most] = [numbers?.quantiles[0], numbers?.quantiles.at(-1)]
  const isDate = kind === 'date' || kind === 'timestamp'
  const limit = (value: number | string | undefined): number | undefined =>
    typeof value === 'string' ? Date.parse(value) : value
  const shown = (value: number): string => (isDate ? showNumber('date', value) : amount(value))
  const [low, high] = [limit(wanted.min), limit(wanted.max)]
  if (least !== undefined && low !== undefined && least < low)
    said.push(`${name} is ${shown(least)}, below ${shown(low)}`)
  if (most !== undefined && high !== undefined && most > high)
    said.push(`${name} is ${shown(most)}, above ${shown(high)}`)
  if (wanted.unique === true && distinct < rows - nulls && column.distinctError === 0)
    said.push(`${name} must be unique, but ${plural(rows - nulls - distinct, 'row')} repeat one`)
  if (wanted.maxLength !== undefined && (texts?.longest ?? 0) > wanted.maxLength)
    said.push(
      `${name} has a text of ${amount(texts?.longest ?? 0)} characters, at most ${amount(wanted.maxLength)} are allowed`,
    )
  return said
}

/** Kinds that the schema does not list, with their rows among those looked at. */
function oddValues({ values }: ColumnSchema, column: Column | undefined): string[] {
  if (values === undefined || column === undefined || !isText(column)) return []
  const known = new Set(values)
  const counts = new Map<string, number>()
  for (const code of column.codes) {
    const text = column.dictionary[code]
    if (text !== undefined && !known.has(text)) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  if (counts.size === 0) return []
  const told = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([text, count]) => `${quoted(text)} (${amount(count)})`)
  return [`${column.name} has ${listed(told)}, not in the schema`]
}

function fits(kind: ColumnKind, wanted: ColumnSchema['type']): boolean {
  return (
    kind === wanted ||
    (wanted === 'number' && kind === 'integer') ||
    (wanted === 'timestamp' && kind === 'date')
  )
}

function broken(columns: readonly string[], says: string): Finding {
  return {
    rule: 'schema',
    level: 'stop',
    where: columns.length === 0 ? { kind: 'table' } : { kind: 'columns', columns },
    says,
    why: 'The data is not what was agreed on: what was learnt from the former may not hold for it.',
    evidence: {},
    example: null,
    fixes: [],
    weight: 0.8,
  }
}
