import assert from 'node:assert/strict'
import { Problem } from '../../shared/base/problem.ts'
import { statusOf, TooLargeError } from '../../shared/serving/http_exchange.ts'
import { ModelError } from '../../shared/serving/worker_process.ts'

describe('statusOf()', () => {
  const cases: readonly [error: Error, status: number][] = [
    [new ModelError('it wants numbers'), 400],
    [new Problem('bad_request', 'no JSON'), 400],
    [new Problem('unauthorized', 'no token'), 401],
    [new TooLargeError('too large'), 413],
    [new TypeError('a defect'), 500],
    [new Problem('busy', 'come again'), 503],
    [new Problem('store_full', 'the disk is full'), 507],
  ]
  for (const [error, status] of cases)
    it(`is ${status} where ${error.message}`, () => assert.equal(statusOf(error), status))
})
