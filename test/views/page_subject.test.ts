import { strict as assert } from 'node:assert'
import type { Client } from '../../shared/api/client.ts'
import { subjectOf } from '../../shared/views/page_subject.ts'

/** A daemon that knows one thing of each kind by the id `a`. */
const daemon = {
  call: (method: string, { id }: { id: string }) => {
    if (id !== 'a') return Promise.reject(new Error('not found'))
    return Promise.resolve({ name: method === 'data.report' ? 'census/adult.parquet' : `of ${method}` })
  },
} as unknown as Pick<Client, 'call'>

describe('what a page is about', () => {
  it('is the name of its run, study or file', async () => {
    assert.equal(await subjectOf(daemon, { kind: 'run', id: 'a' }), 'of runs.get')
    assert.equal(await subjectOf(daemon, { kind: 'study', id: 'a' }), 'of studies.get')
    assert.equal(await subjectOf(daemon, { kind: 'data', id: 'a' }), 'adult.parquet')
  })

  it('is nothing for a page about many, or where it is not known', async () => {
    assert.equal(await subjectOf(daemon, { kind: 'runs' }), null)
    assert.equal(await subjectOf(daemon, { kind: 'data' }), null)
    assert.equal(await subjectOf(daemon, { kind: 'run', id: 'gone' }), null)
  })
})
