import assert from 'node:assert/strict'
import type { Schema } from '../../shared/models/signature.ts'
import { inputRecord, tensorValues } from '../../shared/serving/frame.ts'
import type { ModelOutput } from '../../shared/serving/model_output.ts'
import { readInfer, writeInfer } from '../../shared/serving/open_inference.ts'

describe('the Open Inference Protocol', () => {
  const columns: Schema = {
    kind: 'columns',
    columns: [
      { name: 'age', type: 'long', required: true },
      { name: 'city', type: 'string', required: true },
    ],
  }
  const tensor: Schema = { kind: 'tensors', tensors: [{ name: null, dtype: 'float64', shape: [-1, 2] }] }
  const output: ModelOutput = {
    form: 'array',
    parts: [{ name: 'output', dtype: '<i8', shape: [2], values: BigInt64Array.from([1n, 0n]) }],
    chances: {
      name: 'chances',
      dtype: '<f8',
      shape: [2, 2],
      values: Float64Array.from([0.25, 0.75, 0.5, 0.5]),
    },
    computeMs: 1,
  }

  /** JSON and raw tensors behind it, as the binary extension sends them. */
  function binary(head: unknown, raw: readonly Buffer[]): [Buffer, number] {
    const json = Buffer.from(JSON.stringify(head))
    return [Buffer.concat([json, ...raw]), json.length]
  }

  it('reads columns as JSON and as bytes alike', () => {
    const asJson = {
      inputs: [
        { name: 'age', datatype: 'INT64', shape: [2], data: [30, 40] },
        { name: 'city', datatype: 'BYTES', shape: [2, 1], data: [['Bern'], ['Zürich']] },
      ],
    }
    const ages = Buffer.alloc(16)
    ages.writeBigInt64LE(30n, 0)
    ages.writeBigInt64LE(40n, 8)
    const texts = Buffer.concat(
      ['Bern', 'Zürich'].flatMap((text) => {
        const bytes = Buffer.from(text)
        const length = Buffer.alloc(4)
        length.writeUInt32LE(bytes.length)
        return [length, bytes]
      }),
    )
    const [body, json] = binary(
      {
        id: 'a',
        inputs: [
          { name: 'age', datatype: 'INT64', shape: [2], parameters: { binary_data_size: 16 } },
          { name: 'city', datatype: 'BYTES', shape: [2], parameters: { binary_data_size: texts.length } },
        ],
      },
      [ages, texts],
    )
    for (const request of [
      readInfer(Buffer.from(JSON.stringify(asJson)), null, columns),
      readInfer(body, json, columns),
    ]) {
      assert.equal(request.input.rows, 2)
      assert.deepEqual(inputRecord(request.input, 1), { age: 40, city: 'Zürich' })
    }
  })

  it('reads arrays whose bytes begin anywhere in the body', () => {
    const values = Buffer.from(Float64Array.from([1, 2, 3, 4]).buffer)
    const [body, json] = binary(
      {
        id: 'odd',
        inputs: [{ name: 'x', datatype: 'FP64', shape: [2, 2], parameters: { binary_data_size: 32 } }],
      },
      [values],
    )
    const { input, id } = readInfer(body, json, tensor)
    assert.equal(id, 'odd')
    assert.ok(input.kind === 'tensors' && input.tensors[0] !== undefined)
    assert.deepEqual(Array.from(tensorValues(input.tensors[0])), [1, 2, 3, 4])
  })

  it('answers with the id, as JSON, or as bytes in the order of the outputs', () => {
    const head = { id: 'same', inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 2], data: [1, 2] }] }
    const plain = readInfer(Buffer.from(JSON.stringify(head)), null, tensor)
    const answer = { name: 'm', version: '3', output }
    assert.deepEqual(JSON.parse(writeInfer(plain, answer).json), {
      model_name: 'm',
      model_version: '3',
      id: 'same',
      outputs: [{ name: 'predict', datatype: 'INT64', shape: [2], data: [1, 0] }],
    })
    const wanted = {
      ...head,
      outputs: [{ name: 'chances', parameters: { binary_data: true } }, { name: 'predict' }],
    }
    const { json, raw } = writeInfer(readInfer(Buffer.from(JSON.stringify(wanted)), null, tensor), answer)
    const told = JSON.parse(json) as { outputs: unknown[] }
    assert.deepEqual(told.outputs, [
      { name: 'chances', datatype: 'FP64', shape: [2, 2], parameters: { binary_data_size: 32 } },
      { name: 'predict', datatype: 'INT64', shape: [2], data: [1, 0] },
    ])
    assert.equal(raw[0]?.readDoubleLE(8), 0.75)
  })

  const one = { name: 'x', datatype: 'FP64', shape: [1, 2], data: [1, 2] }
  const refused: [string, unknown, RegExp][] = [
    ['no inputs', { inputs: [] }, /no "inputs"/],
    ['another number of values', { inputs: [{ ...one, data: [1] }] }, /1 values for the shape \(1, 2\)/],
    ['an unknown type', { inputs: [{ ...one, datatype: 'FP7' }] }, /FP7 is not known/],
    ['a text in numbers', { inputs: [{ ...one, data: [1, 'x'] }] }, /row 0: "x" is no FP64/],
    [
      'bytes that are not there',
      { inputs: [{ ...one, parameters: { binary_data_size: 16 } }] },
      /says 16 bytes, 0 are left/,
    ],
    ['an output that is not there', { inputs: [one], outputs: [{ name: 'nothing' }] }, /no output "nothing"/],
  ]
  for (const [what, head, says] of refused) {
    it(`refuses ${what}`, () =>
      assert.throws(
        () => {
          const body = Buffer.from(JSON.stringify(head))
          const request = readInfer(body, body.length, tensor)
          writeInfer(request, { name: 'm', version: '1', output })
        },
        { message: says },
      ))
  }
})
