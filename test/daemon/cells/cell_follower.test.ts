import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { CellExecution } from '../../../shared/api/cell_methods.ts'
import { CellFollower } from '../../../shared/daemon/cells/cell_follower.ts'
import { outputChange } from '../../../shared/api/output_change.ts'
import type { NotebookOutput } from '../../../shared/notebook/output.ts'
import { apply, type ShownCell } from './shown_notebook.ts'

const plain = { noNullPrototype: true }
const stream = fc.record(
  {
    output_type: fc.constant('stream' as const),
    name: fc.constantFrom('stdout', 'stderr'),
    text: fc.string({ unit: fc.constantFrom('a', 'b', '\n') }),
  },
  plain,
)
const display = fc.record(
  {
    output_type: fc.constant('display_data' as const),
    data: fc.record({ 'text/plain': fc.string() }, plain),
    metadata: fc.constant({}),
  },
  plain,
)
const outputs = fc.array<NotebookOutput>(fc.oneof(stream, display), { maxLength: 5 })
const execution = { id: 'e' } as CellExecution

describe('a change of outputs', () => {
  it('makes the outputs that hold now of those that held before', () => {
    fc.assert(
      fc.property(outputs, outputs, (before, next) => {
        const cells = new Map<string, ShownCell>([['e', { execution, outputs: [...before] }]])
        const change = outputChange(before, next) ?? { length: next.length, set: [], append: [] }
        apply(cells, { kind: 'change', execution, ...change })
        assert.deepEqual(cells.get('e')!.outputs, next)
      }),
    )
  })

  it('is nothing for the same, only the added text for a stream that grew, and only its place for an update', () => {
    const [a, b]: NotebookOutput[] = [
      { output_type: 'stream', name: 'stdout', text: 'ab' },
      { output_type: 'display_data', data: { 'text/plain': 'x' }, metadata: {} },
    ]
    assert.equal(outputChange([a!, b!], [a!, b!]), null)
    const grown: NotebookOutput = { output_type: 'stream', name: 'stdout', text: 'abc' }
    assert.deepEqual(outputChange([a!, b!], [grown, b!]), { length: 2, set: [], append: [[0, 'c']] })
    const updated: NotebookOutput = { ...b!, output_type: 'display_data', data: {}, metadata: {} }
    assert.deepEqual(outputChange([a!, b!], [a!, updated]), { length: 2, set: [[1, updated]], append: [] })
    assert.deepEqual(outputChange([a!, b!], []), { length: 0, set: [], append: [] })
  })
})

describe('a follower of cells', () => {
  it('that is too slow is told what holds when it is ready, and nothing of what was between', async () => {
    let ready = true
    const told: ShownCell[] = []
    const cells = new Map<string, ShownCell>()
    let now: NotebookOutput[] = []
    const follower = new CellFollower(
      {
        isReady: () => ready,
        onNews(news) {
          apply(cells, news)
          told.push(structuredClone(cells.get('e')!))
        },
      },
      () => ({ execution, outputs: now }),
    )
    follower.changed('e', true)
    await pause(10)
    ready = false
    for (let i = 0; i < 100; i++) {
      now = [{ output_type: 'stream', name: 'stdout', text: 'x'.repeat(i) }]
      follower.changed('e', false)
    }
    await pause(100)
    assert.equal(told.length, 1)
    ready = true
    await pause(100)
    assert.equal(told.length, 2)
    assert.deepEqual(cells.get('e')!.outputs, now)
    follower.close()
  })
})

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
