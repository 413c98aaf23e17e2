import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Problem } from '../../shared/base/problem.ts'
import { parseNotebook } from '../../shared/notebook/document.ts'
import type { NotebookDocument } from '../../shared/notebook/document.ts'
import { injectParameters, readParameters } from '../../shared/notebook/parameters.ts'

function cell(source: string, ...tags: string[]) {
  return {
    cell_type: 'code',
    execution_count: 1,
    metadata: tags.length > 0 ? { tags } : {},
    outputs: [],
    source,
  }
}

function notebook(cells: unknown[], language: string | null = 'python'): NotebookDocument {
  const metadata = language === null ? {} : { language_info: { name: language } }
  return parseNotebook(
    JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 4 }, null, 1),
    'n.ipynb',
  )
}

const prose = { cell_type: 'markdown', metadata: { tags: ['parameters'] }, source: '# Title' }

describe('injectParameters()', () => {
  it('puts the values behind the cell tagged parameters', () => {
    const { document, values, warnings } = injectParameters(
      notebook([prose, cell('import os'), cell('lr = 0.1\nname = "a"', 'parameters'), cell('fit(lr)')]),
      { lr: '1e-2', name: 'b c' },
    )
    assert.deepEqual(
      document.cells.map(({ source }) => source),
      ['# Title', 'import os', 'lr = 0.1\nname = "a"', '# Parameters\nlr = 0.01\nname = "b c"\n', 'fit(lr)'],
    )
    assert.deepEqual(document.cells[3]!.tags, ['injected-parameters'])
    assert.deepEqual([values, warnings], [{ lr: '0.01', name: 'b c' }, []])
  })

  it('fills the cell of an earlier time anew, without its outputs', () => {
    const old = {
      ...cell('# Parameters\nlr = 1\n', 'injected-parameters'),
      outputs: [{ output_type: 'stream', name: 'stdout', text: 'x' }],
    }
    const { document } = injectParameters(notebook([cell('lr = 0', 'parameters'), cell('x'), old]), { lr: 2 })
    assert.equal(document.cells.length, 3)
    const { source, outputs, executionCount } = document.cells[2]!
    assert.deepEqual([source, outputs, executionCount], ['# Parameters\nlr = 2\n', [], null])
  })

  it('puts the values before the first code cell where none is tagged, and warns', () => {
    const { document, warnings } = injectParameters(notebook([prose, cell('fit()')]), { lr: 1 })
    assert.deepEqual(
      document.cells.map(({ source }) => source),
      ['# Title', '# Parameters\nlr = 1\n', 'fit()'],
    )
    assert.deepEqual(warnings, [
      'n.ipynb has no cell tagged "parameters": the values are set before its first code cell, and code that sets them again wins',
    ])
  })

  it('warns of names that the notebook does not set, with the nearest that it does', () => {
    const { warnings } = injectParameters(notebook([cell('learning_rate = 1\ndepth = 2', 'parameters')]), {
      learnin_rate: 1,
      q: 2,
    })
    assert.deepEqual(warnings, [
      '"learnin_rate" is not set in the cell tagged "parameters" of n.ipynb: did you mean "learning_rate"?',
      '"q" is not set in the cell tagged "parameters" of n.ipynb: it sets learning_rate, depth',
    ])
  })

  it('leaves the notebook alone when there is nothing to set', () => {
    const document = notebook([cell('x')])
    assert.equal(injectParameters(document, {}).document, document)
  })

  it('records values as Python prints them', () => {
    const given = { a: 'True', b: 'None', c: 'inf', d: '1.0', e: [1, 'x'], f: 'nan' }
    const { values } = injectParameters(notebook([cell('', 'parameters')]), given)
    assert.deepEqual(values, { a: 'True', b: 'None', c: 'inf', d: '1.0', e: '[1, "x"]', f: 'nan' })
  })

  it('writes R and Julia, and takes a notebook without a language for Python', () => {
    const sourceFor = (language: string | null) =>
      injectParameters(notebook([cell('a = 1', 'parameters')], language), { a: 'True' }).document.cells[1]!
        .source
    assert.equal(sourceFor('R'), '# Parameters\na = TRUE\n')
    assert.equal(sourceFor('julia'), '# Parameters\na = true\n')
    assert.equal(sourceFor(null), '# Parameters\na = True\n')
  })

  const refused: [string, Record<string, unknown>, string][] = [
    ['a name that is none', { 'a b': 1 }, 'python'],
    ['a keyword', { class: 1 }, 'python'],
    ['code in a name', { 'a = 1; import os; b': 1 }, 'python'],
    ['a value that is not JSON', { a: () => 1 }, 'python'],
    ['another language', { a: 1 }, 'scala'],
  ]
  for (const [what, parameters, language] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => injectParameters(notebook([cell('a = 1', 'parameters')], language), parameters),
        (error) => error instanceof Problem && error.code === 'parameter_invalid',
      )
    })
  }
})

describe('readParameters()', () => {
  function read(source: string, language = 'python') {
    return readParameters(notebook([cell(source, 'parameters')], language))
  }

  it('reads names, defaults, types and comments', () => {
    assert.deepEqual(
      read('lr: float = 1e-3  # step size\ndepth = 3\npath = os.getcwd()\nk = 2  # type: int neighbours'),
      [
        { name: 'lr', text: '1e-3', value: 0.001, annotation: 'float', comment: 'step size' },
        { name: 'depth', text: '3', value: 3, annotation: null, comment: null },
        { name: 'path', text: 'os.getcwd()', value: undefined, annotation: null, comment: null },
        { name: 'k', text: '2', value: 2, annotation: 'int', comment: 'neighbours' },
      ],
    )
  })

  it('takes the last of two values, and none from inside of blocks, strings and brackets', () => {
    const source = `a = 1
if a:
    b = 2
s = '''
c = 3
'''
f(d=4)
e = [
    1,  # one
    2,
]  # both
a = 5
%env F=6
!export G=7 "
x, y = 1, 2
h == 8
z += 1
i = j = 9; k = 10
fn = lambda m=1: m
`
    const found = read(source).map(({ name, value }) => [name, value])
    assert.deepEqual(found, [
      ['a', 5],
      ['s', '\nc = 3\n'],
      ['e', [1, 2]],
      ['i', 9],
      ['j', 9],
      ['k', 10],
      ['fn', undefined],
    ])
  })

  it('reads nothing of a cell in another language', () => assert.deepEqual(read('%%bash\nA=1'), []))

  it('reads a cell that is timed', () => assert.equal(read('%%time\na = 1')[0]?.name, 'a'))

  it('reads R and Julia', () => {
    assert.deepEqual(
      read("n <- 10L # rows\nv = c(1, 2)\ns <- 'a <- 1'", 'R').map(({ name, value, comment }) => [
        name,
        value,
        comment,
      ]),
      [
        ['n', 10, 'rows'],
        ['v', [1, 2], null],
        ['s', 'a <- 1', null],
      ],
    )
    assert.deepEqual(
      read("n::Int = 10 # rows\nM = A'; t = 1\nok = true", 'julia').map(({ name, value, annotation }) => [
        name,
        value,
        annotation,
      ]),
      [
        ['n', 10, 'Int'],
        ['M', undefined, null],
        ['t', 1, null],
        ['ok', true, null],
      ],
    )
  })

  it('finds none without such a cell, or in a language it does not know', () => {
    assert.deepEqual(readParameters(notebook([prose, cell('a = 1')])), [])
    assert.deepEqual(read('val a = 1', 'scala'), [])
  })

  it('never fails, whatever the cell', () => {
    const property = fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('python', 'R', 'julia'),
      (source, language) => {
        read(source, language)
      },
    )
    fc.assert(property, { numRuns: 500 })
  })
})
