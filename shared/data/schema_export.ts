import type { ColumnSchema, TableSchema } from './schema.ts'
import { pythonNumber, pythonText } from './wording.ts'

/** Forms in which a schema can be handed to other tools. */
export const schemaForms = ['yaml', 'pandera', 'frictionless', 'jsonschema'] as const
/** One of them. */
export type SchemaForm = (typeof schemaForms)[number]

/**
 * A schema as Python code for pandera.
 * @see https://pandera.readthedocs.io: DataFrameSchema, Column, Check
 */
export function toPandera(schema: TableSchema): string {
  const columns = Object.entries(schema.columns).map(
    ([name, column]) => `        ${pythonText(name)}: ${panderaColumn(column)},`,
  )
  return `import pandera.pandas as pa

schema = pa.DataFrameSchema(
    {
${columns.join('\n')}
    },
    strict=${schema.more ? 'False' : 'True'},
    coerce=True,
)
`
}

const panderaTypes: Readonly<Partial<Record<ColumnSchema['type'], string>>> = {
  integer: '"Int64"',
  number: 'float',
  boolean: '"boolean"',
  text: 'str',
  date: '"datetime64[ns]"',
  timestamp: '"datetime64[ns]"',
}

function panderaColumn({
  type,
  missing,
  min,
  max,
  values,
  unique,
  maxLength,
  optional,
}: ColumnSchema): string {
  const literal = (value: number | string): string =>
    typeof value === 'number' ? pythonNumber(value) : pythonText(value)
  const checks = [
    ...(min === undefined ? [] : [`pa.Check.ge(${literal(min)})`]),
    ...(max === undefined ? [] : [`pa.Check.le(${literal(max)})`]),
    ...(values === undefined ? [] : [`pa.Check.isin([${values.map(pythonText).join(', ')}])`]),
    ...(maxLength === undefined ? [] : [`pa.Check.str_length(max_value=${maxLength})`]),
  ]
  const parts = [
    panderaTypes[type] ?? 'None',
    ...(checks.length === 0 ? [] : [`checks=[${checks.join(', ')}]`]),
    `nullable=${missing > 0 ? 'True' : 'False'}`,
    ...(unique === true ? ['unique=True'] : []),
    ...(optional === true ? ['required=False'] : []),
  ]
  return `pa.Column(${parts.join(', ')})`
}

/** A schema as a Frictionless Table Schema. @see https://specs.frictionlessdata.io/table-schema */
export function toFrictionless(schema: TableSchema): string {
  const types: Partial<Record<ColumnSchema['type'], string>> = {
    text: 'string',
    timestamp: 'datetime',
    nested: 'object',
    binary: 'string',
  }
  const fields = Object.entries(schema.columns).map(([name, column]) => {
    const { type, missing, min, max, values, unique, maxLength } = column
    const constraints = {
      ...(missing === 0 ? { required: true } : {}),
      ...(min === undefined ? {} : { minimum: min }),
      ...(max === undefined ? {} : { maximum: max }),
      ...(values === undefined ? {} : { enum: values }),
      ...(unique === true ? { unique: true } : {}),
      ...(maxLength === undefined ? {} : { maxLength }),
    }
    return {
      name,
      type: types[type] ?? type,
      ...(Object.keys(constraints).length > 0 ? { constraints } : {}),
    }
  })
  return JSON.stringify({ fields }, null, 2)
}

/** A schema of one row as JSON Schema. @see https://json-schema.org/draft/2020-12 */
export function toJsonSchema(schema: TableSchema): string {
  const types: Partial<Record<ColumnSchema['type'], string>> = {
    integer: 'integer',
    number: 'number',
    boolean: 'boolean',
    duration: 'number',
  }
  const properties = Object.fromEntries(
    Object.entries(schema.columns).map(([name, { type, missing, min, max, values, maxLength }]) => {
      const plain = type === 'nested' ? undefined : (types[type] ?? 'string')
      return [
        name,
        {
          ...(plain === undefined ? {} : { type: missing > 0 ? [plain, 'null'] : plain }),
          ...(type === 'date' ? { format: 'date' } : type === 'timestamp' ? { format: 'date-time' } : {}),
          ...(typeof min === 'number' ? { minimum: min } : {}),
          ...(typeof max === 'number' ? { maximum: max } : {}),
          ...(values === undefined ? {} : { enum: missing > 0 ? [...values, null] : values }),
          ...(maxLength === undefined ? {} : { maxLength }),
        },
      ]
    }),
  )
  const required = Object.entries(schema.columns).flatMap(([name, { missing, optional }]) =>
    missing === 0 && optional !== true ? [name] : [],
  )
  return JSON.stringify(
    {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties,
      required,
      additionalProperties: schema.more,
    },
    null,
    2,
  )
}
