import assert from 'node:assert/strict'
import type { Schema } from '../../shared/models/signature.ts'
import { parseSignature } from '../../shared/models/signature.ts'
import { inputRecord, type ModelInput } from '../../shared/serving/frame.ts'
import { readCsvBody, readJsonBody } from '../../shared/serving/mlflow_body.ts'

describe('bodies of /invocations', () => {
  const schema: Schema = {
    kind: 'columns',
    columns: [
      { name: 'age', type: 'long', required: true },
      { name: 'hours', type: 'double', required: true },
      { name: 'city', type: 'string', required: false },
      { name: 'member', type: 'boolean', required: false },
    ],
  }
  const tensor: Schema = { kind: 'tensors', tensors: [{ name: null, dtype: 'float64', shape: [-1, 2] }] }
  const wanted = [
    { age: 30, hours: 40.5, city: 'Bern' },
    { age: 40, hours: NaN, city: null },
  ]

  const rows = (input: ModelInput): unknown[] =>
    Array.from({ length: input.rows }, (_, row) => inputRecord(input, row))

  it('takes all four forms of JSON, with bare NaN as Python writes it', () => {
    const bodies = [
      '{"dataframe_split": {"index": [0, 1], "columns": ["age", "hours", "city"], "data": [[30, 40.5, "Bern"], [40, NaN, null]]}}',
      '{"dataframe_records": [{"age": 30, "hours": 40.5, "city": "Bern"}, {"age": 40, "hours": null, "city": null}]}',
      '{"instances": [{"age": 30, "hours": 40.5, "city": "Bern"}, {"city": null, "hours": NaN, "age": 40}]}',
      '{"inputs": {"age": [30, 40], "hours": [40.5, NaN], "city": ["Bern", null]}, "params": {}}',
    ]
    for (const body of bodies) assert.deepEqual(rows(readJsonBody(body, schema)), wanted, body)
  })

  it('takes CSV, with quoted fields, and types by the signature', () => {
    const text = 'city,age,hours,unwanted\r\n"Bern, ""old""",30,40.5,x\r\n007,40,,y\n'
    assert.deepEqual(rows(readCsvBody(text, schema)), [
      { age: 30, hours: 40.5, city: 'Bern, "old"' },
      { age: 40, hours: NaN, city: '007' },
    ])
  })

  it('takes rows without names by their position, and arrays by their shape', () => {
    const three = { kind: 'columns' as const, columns: schema.columns.slice(0, 3) }
    assert.deepEqual(rows(readJsonBody('{"inputs": [[30, 40.5, "Bern"]]}', three)), [wanted[0]])
    const input = readJsonBody('{"instances": [[1, 2], [3, 4], [5, 6]]}', tensor)
    assert.equal(input.rows, 3)
    assert.deepEqual(rows(input)[2], { 0: 5, 1: 6 })
  })

  const refused: [string, string, Schema | null, RegExp][] = [
    ['a body that is no JSON', '{"inputs": [', schema, /no JSON/],
    ['a list', '[[1, 2]]', schema, /must be a JSON object/],
    [
      'two forms at once',
      '{"inputs": [], "instances": []}',
      schema,
      /exactly one of .* it has instances and inputs/,
    ],
    ['no form', '{"rows": []}', schema, /it has none/],
    ['a column that is missing', '{"dataframe_records": [{"age": 1}]}', schema, /missing: "hours"/],
    [
      'a text for a number',
      '{"dataframe_records": [{"age": 1, "hours": 2}, {"age": 1, "hours": "x"}]}',
      schema,
      /Column "hours", row 1: the value is "x", the model wants a number/,
    ],
    [
      'a fraction for a whole number',
      '{"dataframe_records": [{"age": 1.5, "hours": 2}]}',
      schema,
      /Column "age", row 0: the value is 1.5/,
    ],
    [
      'NaN for a whole number',
      '{"dataframe_records": [{"age": NaN, "hours": 2}]}',
      schema,
      /Column "age", row 0: the value is missing/,
    ],
    [
      'a number for a text',
      '{"dataframe_records": [{"age": 1, "hours": 2, "city": 3}]}',
      schema,
      /Column "city", row 0/,
    ],
    [
      'a row that is too short',
      '{"dataframe_split": {"columns": ["age", "hours"], "data": [[1, 2], [3]]}}',
      schema,
      /Row 1 has 1 values for 2/,
    ],
    [
      'an array of another shape',
      '{"inputs": [[1, 2, 3]]}',
      tensor,
      /shape \(1, 3\), the model wants \(-1, 2\)/,
    ],
    ['a ragged array', '{"inputs": [[1, 2], [3]]}', tensor, /row 1: not of the same length/],
    ['a text in an array', '{"inputs": [[1, 2], [3, "x"]]}', tensor, /row 1: "x" is no float64/],
    ['no rows', '{"dataframe_records": []}', schema, /no rows/],
  ]
  for (const [what, body, against, says] of refused) {
    it(`refuses ${what}, saying where`, () =>
      assert.throws(() => readJsonBody(body, against), { message: says }))
  }

  it('guesses types where there is no signature', () => {
    const input = readJsonBody(
      '{"dataframe_split": {"columns": ["a", "b", "c"], "data": [[1, "x", true], [null, null, false]]}}',
      null,
    )
    assert.deepEqual(rows(input), [
      { a: 1, b: 'x', c: true },
      { a: NaN, b: null, c: false },
    ])
  })

  it('reads signatures as MLflow writes them', () => {
    const read = parseSignature({
      inputs:
        '[{"type": "long", "name": "age", "required": true}, {"type": "array", "items": {"type": "double"}, "name": "v"}]',
      outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]',
      params: null,
    })
    assert.deepEqual(read.inputs, {
      kind: 'columns',
      columns: [
        { name: 'age', type: 'long', required: true },
        { name: 'v', type: 'nested', required: true },
      ],
    })
    assert.deepEqual(read.outputs, {
      kind: 'tensors',
      tensors: [{ name: null, dtype: 'int64', shape: [-1] }],
    })
    assert.deepEqual(parseSignature('nonsense'), { inputs: null, outputs: null })
  })
})
