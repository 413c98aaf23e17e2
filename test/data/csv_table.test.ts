import assert from 'node:assert/strict'
import fc from 'fast-check'
import { readCsvTable, writeCsv } from '../../shared/data/csv_table.ts'
import { detectDialect } from '../../shared/data/dialect.ts'

const people = [
  ['name', 'born', 'town', 'note'],
  ['Ann Lee', '1970-01-02', 'Leeds', 'likes tea, and rain'],
  ['Bo Berg', '1981-11-30', 'Malmö', 'says "no"'],
  ['Cy Dent', '1990-05-06', 'Bath', ''],
  ['Di Eck', '2001-09-10', 'Ulm', 'two; three'],
]

describe('csv dialect', () => {
  for (const delimiter of [',', ';', '\t', '|', ', ']) {
    for (const quote of ['"', "'"]) {
      for (const lineEnd of ['\n', '\r\n', '\r'] as const) {
        it(`is found: ${JSON.stringify([delimiter, quote, lineEnd])}`, () => {
          const rows = people.map((row) => row.map((cell) => cell.replaceAll('"', quote)))
          const text = writeCsv(rows, { delimiter, quote, escape: 'doubled', lineEnd })
          const found = detectDialect(text)
          assert.deepEqual([found.delimiter, found.quote, found.lineEnd], [delimiter, quote, lineEnd])
          const table = readCsvTable(text)
          assert.deepEqual([table.columns, ...table.rows], rows)
        })
      }
    }
  }

  it('has one column where there is no delimiter', () => {
    const table = readCsvTable('word\nalpha\nbeta\ngamma\n')
    assert.equal(table.columns.length, 1)
    assert.equal(
      table.rows.flat().join(),
      table.columns[0] === 'word' ? 'alpha,beta,gamma' : 'word,alpha,beta,gamma',
    )
  })

  it('never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab1,;"\'\n\r\t \\')) }), (text) => {
        const { rows, columns } = readCsvTable(text)
        assert.ok(rows.every((row) => row.length === columns.length))
      }),
    )
  })
})

describe('csv layout', () => {
  const body =
    'day,sold,shop\n2024-01-01,3,north\n2024-01-02,5,south\n2024-01-03,1,north\n2024-01-04,8,east\n'

  it('leaves out notes before and after the table', () => {
    const table = readCsvTable(`Sales of the winter\n\n${body}\nSource: the shops\n`)
    assert.deepEqual(table.columns, ['day', 'sold', 'shop'])
    assert.equal(table.rows.length, 4)
    assert.equal(table.layout.preambleRows, 2)
  })

  it('sees that there is no header', () => {
    const table = readCsvTable(body.slice(body.indexOf('\n') + 1))
    assert.equal(table.layout.headerRows, 0)
    assert.deepEqual(table.columns, ['column 1', 'column 2', 'column 3'])
    assert.equal(table.rows.length, 4)
  })

  it('joins a header of two rows', () => {
    const table = readCsvTable(body.replace('day,sold,shop\n', 'day,sold,shop\n(UTC),pieces,name\n'))
    assert.deepEqual(table.columns, ['day (UTC)', 'sold pieces', 'shop name'])
    assert.equal(table.rows.length, 4)
  })

  it('ends the first table where the header comes again or a table of another width follows', () => {
    const again = readCsvTable(body + body)
    assert.deepEqual([again.rows.length, again.layout.furtherTables], [4, [5]])
    const other = readCsvTable(`${body}\nperson,town,age,pet,car\na,b,1,c,d\ne,f,2,g,h\ni,j,3,k,l\n`)
    assert.equal(other.rows.length, 4)
  })

  it('fills short rows, keeps what stands beyond, and counts both', () => {
    const table = readCsvTable(body.replace('5,south', '5').replace('1,north', '1,north,extra'))
    assert.deepEqual(table.rows[1], ['2024-01-02', '5', ''])
    assert.deepEqual(table.beyond.get(2), ['extra'])
    assert.equal(table.layout.raggedRows, 2)
  })

  it('has nothing in an empty file', () => {
    assert.deepEqual([readCsvTable('').columns, readCsvTable('').rows], [[], []])
  })
})
