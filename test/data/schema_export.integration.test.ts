import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { makeTable, numberColumn, textColumn } from '../../shared/data/column.ts'
import { profileTable } from '../../shared/data/summary.ts'
import { inferSchema } from '../../shared/data/schema.ts'
import { toFrictionless, toJsonSchema, toPandera } from '../../shared/data/schema_export.ts'
import { skip } from '../skip.ts'

const packages = ['pandas==2.*', 'pandera[pandas]==0.*', 'jsonschema==4.*', 'frictionless==5.*']

describe('a schema in the hands of others', function () {
  this.timeout(300_000)
  let python: string
  before(async function () {
    python = await cachedEnvironment('schema-peers', packages).catch((error: unknown) =>
      skip(this, `pandera, jsonschema and frictionless cannot be installed: ${(error as Error).message}`),
    )
  })

  it('passes what it was made from and names each column that breaks it', () => {
    const rows = 60
    const good = Array.from({ length: rows }, (_, i) => ({
      id: 1000 + i * 7,
      age: 20 + (i % 40),
      town: ['Rome', 'Oslo', 'São "Paulo"'][i % 3] ?? '',
      weight: i % 10 === 0 ? null : 50 + ((i * 37) % 400) / 10,
      day: new Date(Date.UTC(2020, 0, 1) + i * 86_400_000).toISOString().slice(0, 10),
    }))
    const table = makeTable([
      numberColumn(
        'id',
        'integer',
        Float64Array.from(good, ({ id }) => id),
      ),
      numberColumn(
        'age',
        'integer',
        Float64Array.from(good, ({ age }) => age),
      ),
      textColumn(
        'town',
        good.map(({ town }) => town),
      ),
      numberColumn(
        'weight',
        'number',
        Float64Array.from(good, ({ weight }) => weight ?? NaN),
        {
          missing: Uint8Array.from(good, ({ weight }) => Number(weight === null)),
        },
      ),
      numberColumn(
        'day',
        'date',
        Float64Array.from(good, ({ day }) => Date.parse(day)),
      ),
    ])
    const schema = inferSchema({ rows, columns: profileTable(table).columns })
    const bad = good.map((row, i) => ({
      ...row,
      age: i === 3 ? 900 : row.age,
      town: i === 5 ? 'Atlantis' : row.town,
      weight: i === 7 ? -800 : row.weight,
    }))
    const folder = mkdtempSync(join(tmpdir(), 'daybook-schema-'))
    try {
      const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
      write('pandera.py', toPandera(schema))
      write('jsonschema.json', toJsonSchema(schema))
      write('frictionless.json', toFrictionless(schema))
      for (const [name, list] of Object.entries({ good, bad })) {
        write(`${name}.json`, JSON.stringify(list))
        const cell = (value: string | number | null): string =>
          typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value ?? '')
        write(
          `${name}.csv`,
          [
            Object.keys(list[0] ?? {}).join(','),
            ...list.map((row) => Object.values(row).map(cell).join(',')),
          ].join('\n'),
        )
      }
      const program = fileURLToPath(new URL('schema_peers.py', import.meta.url))
      const told = JSON.parse(execFileSync(python, [program, folder], { encoding: 'utf8' })) as Record<
        string,
        { good: string[]; bad: string[] }
      >
      for (const tool of ['pandera', 'jsonschema', 'frictionless'])
        assert.deepEqual(told[tool], { good: [], bad: ['age', 'town', 'weight'] }, tool)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
