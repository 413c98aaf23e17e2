import assert from 'node:assert/strict'
import { Problem } from '../../shared/base/problem.ts'
import { notebookLanguage, parseNotebook } from '../../shared/notebook/document.ts'

const code = { cell_type: 'code', execution_count: 2, metadata: {}, outputs: [], source: ['a\n', 'b'] }
const whole = { cells: [code], metadata: {}, nbformat: 4, nbformat_minor: 4 }

function textWith(cell: unknown): string {
  return JSON.stringify({ ...whole, cells: [code, cell] }, null, 1)
}

function problemOf(text: string): Problem {
  try {
    parseNotebook(text, 'x.ipynb')
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
  return assert.fail('it was read')
}

describe('parseNotebook()', () => {
  it('gives cells with their source joined, their tags and their id', () => {
    const tagged = { ...code, id: 'abc', metadata: { tags: ['parameters'] }, source: 'x = 1\n' }
    const { cells, minor } = parseNotebook(
      JSON.stringify({ ...whole, cells: [code, tagged], nbformat_minor: 5 }),
    )
    assert.equal(minor, 5)
    assert.deepEqual(
      cells.map(({ index, id, type, source, tags, executionCount }) => ({
        index,
        id,
        type,
        source,
        tags,
        executionCount,
      })),
      [
        { index: 0, id: null, type: 'code', source: 'a\nb', tags: [], executionCount: 2 },
        { index: 1, id: 'abc', type: 'code', source: 'x = 1\n', tags: ['parameters'], executionCount: 2 },
      ],
    )
  })

  it('gives outputs with text joined and JSON as it is', () => {
    const outputs = [
      { output_type: 'stream', name: 'stderr', text: ['a\n', 'b'] },
      {
        output_type: 'display_data',
        data: { 'text/plain': ['<', '>'], 'application/json': ['a', 'b'] },
        metadata: { m: 1 },
      },
      { output_type: 'execute_result', data: { 'text/plain': '1' }, metadata: {}, execution_count: 7 },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['t', 'u'] },
    ]
    const { cells } = parseNotebook(JSON.stringify({ ...whole, cells: [{ ...code, outputs }] }))
    assert.deepEqual(cells[0]!.outputs, [
      { output_type: 'stream', name: 'stderr', text: 'a\nb' },
      {
        output_type: 'display_data',
        data: { 'text/plain': '<>', 'application/json': ['a', 'b'] },
        metadata: { m: 1 },
      },
      { output_type: 'execute_result', data: { 'text/plain': '1' }, metadata: {}, execution_count: 7 },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['t', 'u'] },
    ])
  })

  it('reads NaN and Infinity, as Python writes them, and keeps a member called __proto__ a member', () => {
    const text = JSON.stringify(whole).replace(
      '"metadata":{},"nb',
      '"metadata":{"__proto__":{"a":[NaN,-Infinity,1e3]}},"nb',
    )
    const { metadata } = parseNotebook(text)
    assert.deepEqual(Object.keys(metadata), ['__proto__'])
    assert.deepEqual(Object.getOwnPropertyDescriptor(metadata, '__proto__')?.value, {
      a: [NaN, -Infinity, 1000],
    })
  })

  it('takes the last of two members of one name, as every parser does', () => {
    const text = JSON.stringify(whole).replace('"nbformat":4', '"nbformat":3,"nbformat":4')
    assert.equal(parseNotebook(text).cells.length, 1)
  })

  it('reads a byte order mark and CRLF', () => {
    const text = '\ufeff' + JSON.stringify(whole, null, 2).replaceAll('\n', '\r\n')
    assert.equal(parseNotebook(text).text, text)
  })

  const tolerated: [string, unknown, string][] = [
    ['no metadata in a cell', { cell_type: 'markdown', source: '' }, 'cells[1].metadata'],
    [
      'no outputs',
      { cell_type: 'code', metadata: {}, source: '', execution_count: null },
      'cells[1].outputs',
    ],
    [
      'no execution_count',
      { cell_type: 'code', metadata: {}, source: '', outputs: [] },
      'cells[1].execution_count',
    ],
    ['tags that are no list', { ...code, metadata: { tags: 'a' } }, 'cells[1].metadata.tags'],
  ]
  for (const [what, cell, path] of tolerated) {
    it(`reads a notebook with ${what}, and says so`, () => {
      assert.deepEqual(
        parseNotebook(textWith(cell)).doubts.map((doubt) => doubt.path),
        [path],
      )
    })
  }

  it('reads a minor version to come, its new kinds of cells as raw', () => {
    const cells = [
      { cell_type: 'future', metadata: {} },
      { ...code, outputs: [{ output_type: 'future', x: 1 }] },
    ]
    const text = JSON.stringify({ ...whole, cells, nbformat_minor: 99 })
    assert.deepEqual(
      parseNotebook(text).cells.map(({ type, source }) => [type, source]),
      [
        ['raw', ''],
        ['code', 'a\nb'],
      ],
    )
  })

  it('says which ids are missing or given twice where cells have ids', () => {
    const cells = [{ ...code, id: 'a' }, { ...code, id: 'a' }, code]
    const { doubts } = parseNotebook(JSON.stringify({ ...whole, cells, nbformat_minor: 5 }))
    assert.deepEqual(doubts, [
      { cell: 1, path: 'cells[1].id', says: 'is that of another cell' },
      { cell: 2, path: 'cells[2].id', says: 'is missing' },
    ])
  })

  for (const [major, word] of [
    [2, 'nbconvert'],
    [3, 'nbconvert'],
    [5, 'update'],
  ] as const) {
    it(`refuses nbformat ${major} as unsupported`, () => {
      const problem = problemOf(JSON.stringify({ ...whole, nbformat: major }))
      assert.equal(problem.code, 'notebook_unsupported')
      assert.match(problem.message, new RegExp(`x.ipynb: it is of nbformat ${major}`))
      assert.match(problem.hint ?? '', new RegExp(word))
    })
  }

  const structural: [string, unknown, string, number | null][] = [
    ['a list', [], 'the text', null],
    ['no version', { cells: [], metadata: {} }, 'nbformat', null],
    ['a version that is text', { ...whole, nbformat: '4' }, 'nbformat', null],
    ['no minor version', { cells: [], metadata: {}, nbformat: 4 }, 'nbformat_minor', null],
    ['no cells', { metadata: {}, nbformat: 4, nbformat_minor: 2 }, 'cells', null],
    ['cells that are an object', { ...whole, cells: {} }, 'cells', null],
    ['metadata that is a list', { ...whole, metadata: [] }, 'metadata', null],
    ['a cell that is a number', { ...whole, cells: [code, 3] }, 'cells[1]', 1],
    [
      'a cell of unknown type',
      { ...whole, cells: [{ ...code, cell_type: 'heading' }] },
      'cells[0].cell_type',
      0,
    ],
    [
      'a cell without source',
      { ...whole, cells: [{ cell_type: 'raw', metadata: {} }] },
      'cells[0].source',
      0,
    ],
    [
      'a source with a number in it',
      { ...whole, cells: [{ ...code, source: ['a', 1] }] },
      'cells[0].source[1]',
      0,
    ],
    ['outputs that are text', { ...whole, cells: [{ ...code, outputs: 'x' }] }, 'cells[0].outputs', 0],
    [
      'an output of unknown type',
      { ...whole, cells: [{ ...code, outputs: [{ output_type: 'pyout' }] }] },
      'cells[0].outputs[0].output_type',
      0,
    ],
    [
      'a count that is text',
      { ...whole, cells: [{ ...code, execution_count: '1' }] },
      'cells[0].execution_count',
      0,
    ],
    ['an id that is a number', { ...whole, cells: [{ ...code, id: 1 }] }, 'cells[0].id', 0],
  ]
  for (const [what, value, path, cell] of structural) {
    it(`refuses ${what} with its path`, () => {
      const problem = problemOf(JSON.stringify(value, null, 1))
      assert.equal(problem.code, 'notebook_invalid')
      assert.equal(problem.details?.['path'], path)
      assert.equal(problem.details['cell'], cell)
      assert.match(problem.message, /^Cannot read x\.ipynb: .*must be/)
    })
  }

  const broken: [string, string, number, number, RegExp][] = [
    ['an open brace', '{"cells": [', 1, 12, /expected a value, found the end of the text/],
    ['a comma too many', '{\n "a": 1,\n}', 3, 1, /expected a member name in double quotes, found "}"/],
    ['a missing comma', '{\n "a": 1\n "b": 2}', 3, 2, /expected "," or "}" after a member, found/],
    ['single quotes', "{'a': 1}", 1, 2, /expected a member name in double quotes/],
    [
      'a line end in a string',
      '{"a": "x\ny"}',
      1,
      9,
      /expected the end of a string before the control character/,
    ],
    ['an unknown escape', '{"a": "\\q"}', 1, 8, /expected an escape that JSON knows/],
    ['a half escape', '{"a": "\\u12G4"}', 1, 8, /expected an escape that JSON knows/],
    ['a leading zero', '{"a": 012}', 1, 7, /expected a value, found "012"/],
    ['a word', '{"a": nil}', 1, 7, /expected a value, found "nil"/],
    ['more behind the end', '{} x', 1, 4, /expected the end of the text, found "x"/],
    ['endless nesting', '['.repeat(100_000), 1, 1001, /values are nested more than 1000 levels deep/],
  ]
  for (const [what, text, line, column, reason] of broken) {
    it(`refuses ${what} with line and column`, () => {
      const problem = problemOf(text)
      assert.equal(problem.code, 'notebook_invalid')
      assert.deepEqual([problem.details?.['line'], problem.details?.['column']], [line, column])
      assert.match(problem.message, new RegExp(`line ${line}, column ${column}: ${reason.source}`))
    })
  }

  const strangers: [string, string, RegExp][] = [
    ['an empty file', ' \n', /empty/],
    ['conflict marks', '{\n<<<<<<< HEAD\n "a": 1\n=======\n "a": 2\n>>>>>>> x\n}', /conflict marks/],
    ['a pointer of git-lfs', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /git lfs pull/],
    ['a web page', '<!DOCTYPE html>\n<html>', /raw file/],
  ]
  for (const [what, text, hint] of strangers) {
    it(`says what to do about ${what}`, () => assert.match(problemOf(text).hint ?? '', hint))
  }
})

describe('notebookLanguage()', () => {
  const cases: [unknown, string | null][] = [
    [{ language_info: { name: 'Python' } }, 'python'],
    [{ kernelspec: { language: 'R', name: 'ir' } }, 'r'],
    [{ kernelspec: { language: 'R' }, language_info: { name: 'julia' } }, 'julia'],
    [{ kernelspec: null, language_info: 'x' }, null],
    [{}, null],
  ]
  for (const [metadata, language] of cases) {
    it(`is ${language} for ${JSON.stringify(metadata)}`, () => {
      assert.equal(notebookLanguage(parseNotebook(JSON.stringify({ ...whole, metadata }))), language)
    })
  }
})
