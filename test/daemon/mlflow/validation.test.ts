import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseBody } from '../../../shared/daemon/mlflow/request.ts'
import {
  bool,
  double,
  int64,
  integer,
  listOf,
  objectOf,
  oneOf,
  readParams,
  required,
  text,
  textOrEmpty,
} from '../../../shared/daemon/mlflow/validation.ts'

const json = 'application/json'
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

describe('int64', () => {
  it('keeps a number that a double cannot hold, from a body or a query', () => {
    const step = { step: required(int64) }
    const body = parseBody(
      Buffer.from('{"step": 4611686018427387905, "a": [9007199254740993]}'),
      'POST',
      json,
    )
    assert.deepEqual(body, { step: 4611686018427387905n, a: [9007199254740993n] })
    assert.deepEqual(readParams(body, step), { step: 4611686018427387905n })
    assert.deepEqual(readParams({ step: '4611686018427387905' }, step), { step: 4611686018427387905n })
    assert.deepEqual(readParams({ step: '0000000000000000005' }, step), { step: 5 })
  })

  it('leaves doubles and texts alone, however many digits they have', () => {
    const body = parseBody(
      Buffer.from(
        '{"v": 0.12345678901234567890, "t": "12345678901234567890", "w": 1e300, "z": 12345678901234567890}',
      ),
      'POST',
      json,
    )
    assert.deepEqual(body, {
      v: 0.12345678901234568,
      t: '12345678901234567890',
      w: 1e300,
      z: 12345678901234567890n,
    })
    assert.deepEqual(readParams(body, { v: double, w: double, z: double }), {
      v: 0.12345678901234568,
      w: 1e300,
      z: 12345678901234567000,
    })
  })
})
