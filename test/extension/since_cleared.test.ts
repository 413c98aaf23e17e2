import assert from 'node:assert/strict'
import { sinceCleared } from '../../extension/notebook/since_cleared.ts'
import type { NotebookOutput } from '../../shared/notebook/output.ts'

const stream = (text: string): NotebookOutput => ({ output_type: 'stream', name: 'stdout', text })
const picture = (text: string): NotebookOutput => ({
  output_type: 'display_data',
  data: { 'text/plain': text },
  metadata: {},
})

describe('what is shown of a cell that was cleared while it runs', () => {
  const chart = picture('chart')
  const before = [stream('1\n2\n'), chart]

  it('is nothing at first', () => {
    assert.deepEqual(sinceCleared(before, before), [])
  })

  it('is what a stream says since, and new outputs, in their order', () => {
    const now = [stream('1\n2\n3\n'), chart, picture('second')]
    assert.deepEqual(sinceCleared(before, now), [stream('3\n'), picture('second')])
  })

  it('is a display that became another one', () => {
    assert.deepEqual(sinceCleared(before, [stream('1\n2\n'), picture('new')]), [picture('new')])
  })

  it('is everything once the cell has cleared its outputs itself', () => {
    assert.equal(sinceCleared(before, [stream('again\n')]), null)
    assert.deepEqual(sinceCleared(before, [stream('again\n'), picture('other')]), [
      stream('again\n'),
      picture('other'),
    ])
  })
})
