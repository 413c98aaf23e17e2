import assert from 'node:assert/strict'
import { makeTable, numberColumn, textColumn } from '../../shared/data/column.ts'
import { lint } from '../../shared/data/lint.ts'
import { loadTable } from '../../shared/data/load_table.ts'
import type { Loaded } from '../../shared/data/loaded.ts'
import { checkSchema, formatSchema, inferSchema, parseSchema } from '../../shared/data/schema.ts'
import { toFrictionless, toJsonSchema, toPandera } from '../../shared/data/schema_export.ts'

function table(of: { ages?: number[]; towns?: (string | null)[]; ids?: number[] } = {}): Loaded {
  const rows = 40
  const ages = of.ages ?? Array.from({ length: rows }, (_, i) => 20 + i)
  const towns = of.towns ?? Array.from({ length: rows }, (_, i) => ['Rome', 'Oslo'][i % 2] ?? '')
  const ids = of.ids ?? Array.from({ length: rows }, (_, i) => 1000 + i * 7)
  return loadTable(
    't',
    makeTable([
      numberColumn('id', 'integer', Float64Array.from(ids)),
      numberColumn('age', 'integer', Float64Array.from(ages)),
      textColumn('town', towns),
    ]),
  )
}

describe('a schema', () => {
  const schema = inferSchema(table().profile)
  it('is read as it was written, and is what a person would write', () => {
    assert.deepEqual(parseSchema(formatSchema(schema)), schema)
    assert.equal(
      formatSchema(schema),
      `version: 1
rows:
  min: 20
more: true
columns:
  id:
    type: integer
    missing: 0
    unique: true
  age:
    type: integer
    missing: 0
    min: 16
    max: 63
  town:
    type: text
    missing: 0
    values:
      - Oslo
      - Rome
`,
    )
  })
  it('says nothing of the data that it was made from', () =>
    assert.deepEqual(checkSchema(schema, table()), []))
  it('tells what is not as agreed', () => {
    const says = (data: Loaded): string[] => checkSchema(schema, data).map((finding) => finding.says)
    const ages = Array.from({ length: 40 }, (_, i) => (i === 3 ? 130 : 20 + i))
    assert.deepEqual(says(table({ ages })), ['age is 130, above 63'])
    const towns = Array.from({ length: 40 }, (_, i) => (i < 2 ? 'Paris' : i < 4 ? null : 'Rome'))
    assert.deepEqual(says(table({ towns })), [
      'town is missing in 5 % of the rows; at most 0 % is allowed',
      "town has 'Paris' (2), not in the schema",
    ])
    assert.deepEqual(says(table({ ids: Array.from({ length: 40 }, () => 5) })), [
      'id must be unique, but 39 rows repeat one',
    ])
    const less = loadTable('t', makeTable([textColumn('age', ['a', 'b'])]))
    assert.deepEqual(says(less), [
      'There are 2 rows; the schema wants at least 20',
      'id and town are not there',
      'age is text, the schema says integer',
    ])
    const strict = { ...schema, more: false, columns: { age: schema.columns['age']! } }
    assert.match(checkSchema(strict, table())[0]!.says, /id and town are not in the schema/)
    assert.equal(lint(less, { schema }).findings[0]?.rule, 'schema')
  })
  it('says where it is wrong', () => {
    assert.throws(() => parseSchema('version: 2\ncolumns: {}'), /version/)
    assert.throws(() => parseSchema('version: 1\ncolumns: {a: {type: word}}'), /columns.a.type/)
    assert.throws(() => parseSchema(': ['), /no YAML/)
  })
  it('goes to pandera, Frictionless and JSON Schema', () => {
    assert.match(
      toPandera(schema),
      /"age": pa.Column\("Int64", checks=\[pa.Check.ge\(16\), pa.Check.le\(63\)\], nullable=False\)/,
    )
    assert.match(toPandera(schema), /"id": pa.Column\("Int64", nullable=False, unique=True\)/)
    const { fields } = JSON.parse(toFrictionless(schema)) as { fields: unknown[] }
    assert.deepEqual(fields[2], {
      name: 'town',
      type: 'string',
      constraints: { required: true, enum: ['Oslo', 'Rome'] },
    })
    const json = JSON.parse(toJsonSchema(schema)) as {
      required: string[]
      properties: Record<string, unknown>
    }
    assert.deepEqual(json.required, ['id', 'age', 'town'])
    assert.deepEqual(json.properties['age'], { type: 'integer', minimum: 16, maximum: 63 })
  })
})
