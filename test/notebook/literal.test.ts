import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Problem } from '../../shared/base/problem.ts'
import { parameterLanguage, WrittenNumber } from '../../shared/notebook/literal.ts'
import type { ParameterValue } from '../../shared/notebook/literal.ts'
import { readLiteral } from '../../shared/notebook/literal_reader.ts'
import { readTypedValue } from '../../shared/notebook/typed_value.ts'

const nested = { 'a b': [1, null, true], c: {} }

describe('literal()', () => {
  const cases: [ParameterValue, string, string, string][] = [
    [null, 'None', 'NULL', 'nothing'],
    [true, 'True', 'TRUE', 'true'],
    [false, 'False', 'FALSE', 'false'],
    [7, '7', '7', '7'],
    [12345678901234567890n, '12345678901234567890', '12345678901234567890', '12345678901234567890'],
    [new WrittenNumber(1), '1.0', '1.0', '1.0'],
    [new WrittenNumber(1e22), '1e+22', '1e+22', '1e+22'],
    [0.1, '0.1', '0.1', '0.1'],
    [1e-7, '1e-07', '1e-07', '1e-07'],
    [-0, '-0.0', '-0.0', '-0.0'],
    [NaN, "float('nan')", 'NaN', 'NaN'],
    [-Infinity, "float('-inf')", '-Inf', '-Inf'],
    ['a"b\\c\n', '"a\\"b\\\\c\\n"', '"a\\"b\\\\c\\n"', '"a\\"b\\\\c\\n"'],
    ['$x', '"$x"', '"$x"', '"\\$x"'],
    ['é€😀', '"\\xe9\\u20ac\\U0001f600"', '"\\u00e9\\u20ac\\U0001f600"', '"\\u00e9\\u20ac\\U0001f600"'],
    [
      nested,
      '{"a b": [1, None, True], "c": {}}',
      'list("a b" = list(1, NULL, TRUE), "c" = list())',
      'Dict("a b" => [1, nothing, true], "c" => Dict())',
    ],
  ]
  for (const [value, python, r, julia] of cases) {
    it(`writes ${python} for each language`, () => {
      assert.equal(parameterLanguage('python').literal(value), python)
      assert.equal(parameterLanguage('R').literal(value), r)
      assert.equal(parameterLanguage('Julia').literal(value), julia)
    })
  }

  it('refuses a zero character for R, which has none', () => {
    assert.throws(() => parameterLanguage('r').literal('a\0'), Problem)
  })
})

describe('parameterLanguage()', () => {
  it('refuses a language that it cannot write', () => {
    assert.throws(() => parameterLanguage('scala'), { code: 'parameter_invalid' })
  })

  const names: [string, boolean, boolean, boolean][] = [
    ['learning_rate', true, true, true],
    ['_x', true, false, true],
    ['.x', false, true, false],
    ['.2x', false, false, false],
    ['a.b', false, true, false],
    ['β', true, true, true],
    ['x2', true, true, true],
    ['2x', false, false, false],
    ['x!', false, false, true],
    ['lambda', false, true, true],
    ['repeat', true, false, true],
    ['struct', true, true, false],
    ['match', true, true, true],
    ['TRUE', true, false, true],
    ['a b', false, false, false],
    ['a;b', false, false, false],
    ['a\nb', false, false, false],
    ['', false, false, false],
    ['__proto__', true, false, true],
  ]
  for (const [name, python, r, julia] of names) {
    it(`knows where ${JSON.stringify(name)} is a name`, () => {
      const told = ['python', 'r', 'julia'].map((language) => parameterLanguage(language).isName(name))
      assert.deepEqual(told, [python, r, julia])
    })
  }
})

describe('readTypedValue()', () => {
  const cases: [string, ParameterValue][] = [
    ['True', true],
    ['False', false],
    ['None', null],
    ['true', 'true'],
    ['3', 3],
    ['-3', -3],
    ['+3', 3],
    [' 3 ', 3],
    ['007', 7],
    ['1_000', 1000],
    ['1__0', '1__0'],
    ['_1', '_1'],
    ['9007199254740993', 9007199254740993n],
    ['1.0', new WrittenNumber(1)],
    ['1.', new WrittenNumber(1)],
    ['.5', 0.5],
    ['1e3', new WrittenNumber(1000)],
    ['1e-3', 0.001],
    ['1e400', Infinity],
    ['-inf', -Infinity],
    ['Infinity', Infinity],
    ['0x10', '0x10'],
    ['1e', '1e'],
    ['.', '.'],
    ['', ''],
    ['a=b', 'a=b'],
    ['[1]', '[1]'],
  ]
  for (const [text, value] of cases) {
    it(`reads ${JSON.stringify(text)} as papermill does`, () => assert.deepEqual(readTypedValue(text), value))
  }

  it('reads nan', () => assert.ok(Number.isNaN(readTypedValue('NaN'))))
})

const anyParameter: fc.Arbitrary<ParameterValue> = fc.letrec<{ value: ParameterValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true }).map((value) => (Number.isInteger(value) ? new WrittenNumber(value) : value)),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

describe('readLiteral()', () => {
  it('reads back what literal() writes for Python', () => {
    const property = fc.property(anyParameter, (value) => {
      const text = parameterLanguage('python').literal(value)
      // float('inf') is a call.
      if (text.includes('float(')) return
      assert.deepEqual(readLiteral(text, 'python'), value)
    })
    fc.assert(property, { numRuns: 500 })
  })

  it('reads back what literal() writes for Julia', () => {
    const property = fc.property(anyParameter, (value) => {
      assert.deepEqual(readLiteral(parameterLanguage('julia').literal(value), 'julia'), value)
    })
    fc.assert(property, { numRuns: 500 })
  })

  const cases: [string, ParameterValue | undefined][] = [
    ['(1, 2)', [1, 2]],
    ['(1,)', [1]],
    ['(1)', 1],
    ['0x1f', 31],
    ['007', undefined],
    ['00', 0],
    ["r'a\\n'", 'a\\n'],
    ["'''a\n'''", 'a\n'],
    ["'\\N{DASH}'", undefined],
    ["b'a'", undefined],
    ["f'a'", undefined],
    ["'a' 'b'", undefined],
    ['[1, 2', undefined],
    ['{1, 2}', undefined],
    ['x', undefined],
    ['1 + 1', undefined],
    ['-True', undefined],
    ['constructor', undefined],
    ['', undefined],
    ['['.repeat(100_000), undefined],
  ]
  for (const [text, value] of cases) {
    it(`reads ${JSON.stringify(text.slice(0, 20))} of Python`, () =>
      assert.deepEqual(readLiteral(text, 'python'), value))
  }

  it('reads R', () => {
    assert.deepEqual(readLiteral('c(1L, 2.5, -Inf)', 'r'), [1, 2.5, -Infinity])
    assert.deepEqual(readLiteral("list('a', TRUE, NULL)", 'r'), ['a', true, null])
    assert.equal(readLiteral('seq(1, 2)', 'r'), undefined)
  })

  it('never fails, whatever the text', () => {
    const property = fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('python', 'r', 'julia'),
      (text, language) => {
        readLiteral(text, language)
      },
    )
    fc.assert(property, { numRuns: 1000 })
  })
})
