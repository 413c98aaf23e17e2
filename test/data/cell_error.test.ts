import assert from 'node:assert/strict'
import fc from 'fast-check'
import { findCellErrors, type CellError } from '../../shared/data/cell_error.ts'
import { editDistance } from '../../shared/data/cell_error_typo.ts'

/** Forty rows of a clean table of places and measures. */
function cleanTable(): { names: string[]; cells: string[][] } {
  const towns = [
    ['10115', 'Berlin', 'BE'],
    ['20095', 'Hamburg', 'HH'],
    ['50667', 'Köln', 'NW'],
    ['80331', 'München', 'BY'],
  ] as const
  const rows = Array.from({ length: 80 }, (_, row) => {
    const [zip, town, state] = towns[row % 4]!
    return [
      String(row + 1),
      zip,
      town,
      state,
      (20 + ((row * 37) % 100) / 10).toFixed(1),
      `2024-03-${String(10 + (row % 20))}`,
    ]
  })
  const names = ['id', 'zip', 'town', 'state', 'degrees', 'day']
  return { names, cells: names.map((_, at) => rows.map((row) => row[at]!)) }
}

/** What is found after one cell was changed. */
function after(column: string, row: number, text: string): CellError[] {
  const table = cleanTable()
  table.cells[table.names.indexOf(column)]![row] = text
  return findCellErrors(table)
}

describe('cell errors', () => {
  it('are none in a clean table', () => assert.deepEqual(findCellErrors(cleanTable()), []))

  const damages: readonly [what: string, column: string, text: string, kinds: string, suggestion?: string][] =
    [
      ['a town that is not in its zip code', 'town', 'Hamburg', 'dependency', 'Berlin'],
      ['a letter replaced', 'town', 'Berxin', 'dependency typo', 'Berlin'],
      ['no value where the others have one', 'state', '', 'dependency', 'BE'],
      ['a word among numbers', 'degrees', 'warm', 'format'],
      ['a number with a unit', 'degrees', '21.5 C', 'unit'],
      ['a missing value in words', 'degrees', 'N/A', 'missing', ''],
      ['a date written otherwise', 'day', '12 March 2024', 'format'],
    ]
  for (const [what, column, text, kinds, suggestion] of damages) {
    it(`find ${what}`, () => {
      const found = after(column, 4, text)
      assert.deepEqual(
        found.map(({ row }) => row),
        [4],
        JSON.stringify(found),
      )
      assert.ok(kinds.split(' ').includes(found[0]!.kind), found[0]!.kind)
      assert.ok(found[0]!.why.length > 10)
      if (suggestion !== undefined) assert.equal(found[0]!.suggestion, suggestion)
    })
  }

  it('find two cells in one, and the one that is empty', () => {
    const table = cleanTable()
    table.cells[2]![8] = 'Berlin BE'
    table.cells[3]![8] = ''
    assert.deepEqual(
      findCellErrors(table).map(({ row, column }) => [row, column]),
      [
        [8, 2],
        [8, 3],
      ],
    )
  })

  it('find that a unit is written in several ways, in all cells', () => {
    const cells = [
      Array.from({ length: 60 }, (_, row) => `${12 + (row % 5)}${row % 2 === 0 ? ' oz' : ' oz.'}`),
    ]
    const found = findCellErrors({ names: ['size'], cells })
    assert.equal(found.length, 60)
    assert.equal(found[0]?.suggestion, '12')
  })

  it('leave words alone that the whole table uses for nothing', () => {
    const cells = [0, 1].map((shift) =>
      Array.from({ length: 60 }, (_, row) => ((row + shift) % 4 === 0 ? 'empty' : String(row * 3 + shift))),
    )
    assert.deepEqual(findCellErrors({ names: ['a', 'b'], cells }), [])
  })

  it('are looked for in any table', () => {
    const cell = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom('', 'a', 'b', '1', '2 kg', 'N/A'))
    const table = fc
      .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 40 }))
      .chain(([width, rows]) =>
        fc.array(fc.array(cell, { minLength: rows, maxLength: rows }), {
          minLength: width,
          maxLength: width,
        }),
      )
    fc.assert(
      fc.property(table, (cells) => {
        for (const { row, column, confidence } of findCellErrors({ names: cells.map(String), cells })) {
          assert.ok(cells[column]?.[row] !== undefined)
          assert.ok(confidence >= 0 && confidence <= 1)
        }
      }),
    )
  })

  it('measure how far texts are apart', () => {
    assert.equal(editDistance('kitten', 'sitting', 9), 3)
    assert.equal(editDistance('ab', 'ba', 9), 1)
    assert.equal(editDistance('abcdef', 'uvwxyz', 3), 3)
  })
})
