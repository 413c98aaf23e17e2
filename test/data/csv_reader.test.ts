import assert from 'node:assert/strict'
import fc from 'fast-check'
import { csvReader, type Dialect, readRows, standardDialect } from '../../shared/data/csv_reader.ts'
import { writeCsv } from '../../shared/data/csv_table.ts'

const dialects: fc.Arbitrary<Dialect> = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', ', ', ':', '^'),
  quote: fc.constantFrom('"', "'", '`'),
  escape: fc.constantFrom('doubled' as const, 'backslash' as const),
  lineEnd: fc.constantFrom('\n' as const, '\r\n' as const, '\r' as const),
})

const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from('ab1 ,;|\t:^"\'`\\\n\r')), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('', 'Zoë', '12.5', 'a "quoted" word'),
)

const tables = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 8 }),
  )

describe('csv reader', () => {
  it('reads any table back that was written in any dialect, whole and in pieces', () => {
    fc.assert(
      fc.property(tables, dialects, fc.integer({ min: 1, max: 9 }), (rows, dialect, size) => {
        const text = writeCsv(rows, dialect)
        assert.deepEqual(readRows(text, dialect), rows)
        const reader = csvReader(dialect)
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
          text.slice(at * size, at * size + size),
        )
        assert.deepEqual([...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()], rows)
      }),
      { numRuns: 400 },
    )
  })

  it('gives rows for any text in any dialect', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        dialects,
        fc.integer({ min: 1, max: 4 }),
        (text, dialect, width) => {
          const rows = readRows(text, dialect, width)
          assert.ok(rows.every((row) => row.length > 0))
        },
      ),
    )
  })

  it('keeps a quote that does not close as part of its cell', () => {
    assert.deepEqual(readRows('a,"b\nc,d\n', standardDialect), [
      ['a', '"b'],
      ['c', 'd'],
    ])
    assert.deepEqual(readRows('a,"the "big" one",c\n', standardDialect), [['a', 'the "big" one', 'c']])
  })

  it('repairs a row towards the known width: a stray quote, another delimiter', () => {
    const text = 'a,b,c\n"1,2,"x, y"\n3;4;5\n6,7,8\n'
    assert.deepEqual(readRows(text, standardDialect, 3), [
      ['a', 'b', 'c'],
      ['"1', '2', 'x, y'],
      ['3', '4', '5'],
      ['6', '7', '8'],
    ])
  })

  it('leaves a row as it is when nothing makes it fit', () => {
    assert.deepEqual(readRows('a,b\n1\n1,2,3\n', standardDialect, 2), [['a', 'b'], ['1'], ['1', '2', '3']])
  })
})
