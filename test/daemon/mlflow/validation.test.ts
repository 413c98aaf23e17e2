import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  bool,
  double,
  integer,
  listOf,
  objectOf,
  oneOf,
  readParams,
  required,
  text,
  textOrEmpty,
} from '../../../shared/daemon/mlflow/validation.ts'

const metric = objectOf({
  key: required(text),
  value: required(double),
  timestamp: required(integer),
  step: integer,
})

describe('readParams()', () => {
  it('reads what a body and what a query holds alike', () => {
    const shape = { n: integer, d: double, b: bool, l: listOf(text), s: text, v: oneOf('ALL', 'NONE') }
    const expected = { n: 5, d: 1.5, b: true, l: ['x'], s: 'a', v: 'ALL' }
    assert.deepEqual(
      readParams({ n: 5, d: 1.5, b: true, l: ['x'], s: 'a', v: 'ALL', other: 1 }, shape),
      expected,
    )
    assert.deepEqual(readParams({ n: '5', d: '1.5', b: 'True', l: 'x', s: 'a', v: 'ALL' }, shape), expected)
  })

  it('takes run_uuid for run_id, null for absent, and reads an absent value as empty where asked', () => {
    assert.deepEqual(
      readParams({ run_uuid: 'r', key: null }, { run_id: required(text), key: text, value: textOrEmpty }),
      { run_id: 'r', value: '' },
    )
  })

  it('keeps doubles that are no numbers', () => {
    const shape = { a: required(double), b: required(double), c: required(double) }
    assert.deepEqual(readParams({ a: 'NaN', b: '-Infinity', c: NaN }, shape), {
      a: NaN,
      b: -Infinity,
      c: NaN,
    })
  })

  // Messages as MLflow 3.18 gives them; its clients' users search for them.
  const refused: [Record<string, unknown>, string][] = [
    [
      {},
      "Missing value for required parameter 'run_id'. See the API docs for more information about request parameters.",
    ],
    [{ run_id: '' }, "Missing value for required parameter 'run_id'. See the API docs"],
    [
      { run_id: 12 },
      "Invalid value 12 for parameter 'run_id' supplied:  Hint: Value was of type 'int'. See the API docs",
    ],
    [{ run_id: 'a', metrics: 'x' }, 'Invalid value "x" for parameter \'metrics\' supplied'],
    [
      { run_id: 'a', metrics: [{ value: 1, timestamp: 1 }] },
      "Missing value for required parameter 'metrics[0].key'.",
    ],
    [
      { run_id: 'a', metrics: [{ key: 'k', timestamp: 1 }] },
      "Missing value for required parameter 'metrics[0].value'.",
    ],
    [
      { run_id: 'a', metrics: [{ key: 'k', value: 'x', timestamp: 1 }] },
      'Invalid value "x" for parameter \'metrics[0].value\' supplied',
    ],
    [
      { run_id: 'a', metrics: [{ key: 'k', value: 1, timestamp: 1.5 }] },
      "Invalid value 1.5 for parameter 'metrics[0].timestamp' supplied:  Hint: Value was of type 'float'.",
    ],
    [{ run_id: 'a', metrics: [null] }, "Invalid value [null] for parameter 'metrics' supplied"],
  ]
  for (const [raw, message] of refused) {
    it(`refuses ${JSON.stringify(raw)}`, () => {
      assert.throws(
        () => readParams(raw, { run_id: required(text), metrics: listOf(metric) }),
        (error: Error & { code?: string }) =>
          error.code === 'INVALID_PARAMETER_VALUE' && error.message.startsWith(message),
      )
    })
  }

  it('gives a value of the right type or INVALID_PARAMETER_VALUE, whatever comes', () => {
    const shape = { n: integer, d: double, b: bool, l: listOf(metric), s: required(text) }
    fc.assert(
      fc.property(
        fc.record({
          n: fc.jsonValue(),
          d: fc.jsonValue(),
          b: fc.jsonValue(),
          l: fc.jsonValue(),
          s: fc.jsonValue(),
        }),
        (raw) => {
          try {
            const read = readParams(raw, shape)
            assert(read.n === undefined || Number.isInteger(read.n))
            assert(read.d === undefined || typeof read.d === 'number')
            assert(read.b === undefined || typeof read.b === 'boolean')
            assert(read.l === undefined || read.l.every((entry) => typeof entry.key === 'string'))
            assert(read.s.length > 0)
          } catch (error) {
            assert.equal((error as { code?: string }).code, 'INVALID_PARAMETER_VALUE')
          }
        },
      ),
    )
  })
})
