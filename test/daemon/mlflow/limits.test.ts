import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { skip } from '../../skip.ts'
import {
  checkBatchSize,
  checkExperimentId,
  checkName,
  checkRunId,
  fitParam,
  fitTag,
} from '../../../shared/daemon/mlflow/limits.ts'
import { MlflowProblem } from '../../../shared/daemon/mlflow/problem.ts'
import {
  pythonFloat,
  pythonLength,
  pythonNormpath,
  pythonRepr,
  pythonSlice,
} from '../../../shared/daemon/mlflow/python_text.ts'

const python = spawnSync('python3', ['--version']).status === 0

describe('what MLflow takes and refuses', () => {
  for (const name of ['a', 'a/b', 'a b', 'a.b', 'a-b:c', 'äß/中', '_', '1', 'val loss/epoch 1.5']) {
    it(`takes the name ${name}`, () => checkName(name, 'key'))
  }

  for (const name of [
    '',
    '.',
    '..',
    '../a',
    '/a',
    'a/',
    'a//b',
    './a',
    'a/./b',
    'a/../b',
    'a?',
    'a\n',
    'a,b',
    'é\u0301',
    '😀',
  ]) {
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      assert.throws(
        () => checkName(name, 'key'),
        (error: unknown) =>
          error instanceof MlflowProblem &&
          error.message.startsWith(
            `Invalid value ${JSON.stringify(name)} for parameter 'key' supplied: Names may`,
          ),
      )
    })
  }

  it('cuts values off by characters, not by halves of them, and refuses names that are too long', () => {
    assert.equal(fitParam('k', '😀'.repeat(6001), ''), '😀'.repeat(6000))
    assert.equal(fitTag('k', 'x'.repeat(8001), ''), 'x'.repeat(8000))
    assert.equal(fitParam('k'.repeat(250), '', ''), '')
    assert.throws(
      () => fitParam('k'.repeat(251), '', ''),
      /^MlflowProblem: 'Param key' exceeds the maximum length of 250/,
    )
  })

  it('takes so much in one batch, and no more', () => {
    checkBatchSize(800, 100, 100)
    for (const [metrics, params, tags, says] of [
      [1001, 0, 0, '1000 metrics. Got 1001 metrics'],
      [0, 101, 0, '100 params. Got 101 params'],
      [0, 0, 101, '100 tags. Got 101 tags'],
      [900, 100, 1, '1000 metrics, params, and tags. Got 1001'],
    ] as const) {
      assert.throws(
        () => checkBatchSize(metrics, params, tags),
        (error: unknown) => error instanceof MlflowProblem && error.message.includes(says),
      )
    }
  })

  it('reads ids as MLflow does', () => {
    assert.equal(checkExperimentId('7'), '7')
    assert.equal(checkExperimentId(' 007 '), '7')
    assert.throws(() => checkExperimentId('x'), /Invalid experiment ID 'x'/)
    checkRunId('0123456789abcdef0123456789abcdef')
    for (const id of ['', '-a', 'a/b', 'a'.repeat(257)]) assert.throws(() => checkRunId(id), MlflowProblem)
  })
})

describe('texts as Python writes them', () => {
  const texts = fc.array(
    fc.string({
      unit: fc.constantFrom('a', '.', '..', '/', '//', "'", '"', '\\', '\n', '\u0001', 'ß', '😀', ' '),
      maxLength: 8,
    }),
    { minLength: 1, maxLength: 200 },
  )
  const ask = (code: string, values: unknown): unknown => {
    const { stdout } = spawnSync(
      'python3',
      [
        '-c',
        `import sys, json, posixpath\nvalues = json.load(sys.stdin)\nprint(json.dumps([${code} for v in values]))`,
      ],
      {
        input: JSON.stringify(values),
        encoding: 'utf8',
      },
    )
    return JSON.parse(stdout)
  }

  it('are what Python itself makes of the same', function () {
    if (!python) skip(this, 'python3 is not on the path')
    this.timeout(60_000)
    fc.assert(
      fc.property(texts, (values) => {
        assert.deepEqual(values.map(pythonRepr), ask('repr(v)', values))
        assert.deepEqual(values.map(pythonNormpath), ask('posixpath.normpath(v)', values))
        assert.deepEqual(values.map(pythonLength), ask('len(v)', values))
        assert.deepEqual(
          values.map((value) => pythonSlice(value, 3)),
          ask('v[:3]', values),
        )
      }),
      { numRuns: 5 },
    )
    const numbers = [0, 1, -1, 0.1, 1e15, 123456.789, -2.5]
    assert.deepEqual(numbers.map(pythonFloat), ask('repr(float(v))', numbers))
  })
})
