import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DisplayBoard, openFold } from '../../shared/kernel/fold.ts'
import type { FoldOptions } from '../../shared/kernel/fold.ts'
import { openKernelFold } from '../../shared/kernel/kernel_fold.ts'
import type { KernelMessage } from '../../shared/kernel/message.ts'
import type { NotebookOutput } from '../../shared/notebook/output.ts'
import { display, message, stream, update } from './message_sequence.ts'

function foldAll(messages: readonly KernelMessage[], options: FoldOptions = {}) {
  const fold = openFold(options)
  for (const one of messages) fold.take(one)
  return fold
}

function textOf(output: NotebookOutput): string {
  if (output.output_type === 'stream') return `${output.name}:${output.text}`
  if (output.output_type === 'error') return `error:${output.ename}`
  return String(output.data['text/plain'])
}

function shortly(outputs: readonly NotebookOutput[]): string[] {
  return outputs.map(textOf)
}

const clear = (wait: boolean) => message('clear_output', { wait })
const failure = message('error', { ename: 'E', evalue: 'v', traceback: ['t'] })
const idle = message('status', { execution_state: 'idle' })

describe('openFold()', () => {
  const cases: [string, KernelMessage[], string[]][] = [
    ['joins a stream', [stream('a'), stream('b\n'), stream('c')], ['stdout:ab\nc']],
    [
      'keeps streams apart',
      [stream('a'), stream('b', 'stderr'), stream('c')],
      ['stdout:a', 'stderr:b', 'stdout:c'],
    ],
    [
      'keeps a stream apart from what is shown between',
      [stream('a'), display('x'), stream('b')],
      ['stdout:a', 'x', 'stdout:b'],
    ],
    [
      'folds overwritten lines over messages',
      [stream('10%'), stream('\r20%'), stream('\r30%\n')],
      ['stdout:30%\n'],
    ],
    ['clears at once', [stream('a'), clear(false), idle], []],
    ['clears at once, then goes on', [stream('a'), clear(false), stream('b')], ['stdout:b']],
    ['clears before the next output', [stream('a'), clear(true), stream('b')], ['stdout:b']],
    ['does not clear without a next output', [stream('a'), clear(true), idle], ['stdout:a']],
    ['clears before an error too', [stream('a'), clear(true), failure], ['error:E']],
    [
      'updates displays',
      [display('a', 'd'), display('b'), display('c', 'd'), update('x', 'd')],
      ['x', 'b', 'x'],
    ],
    ['updates with a second display of one id', [display('a', 'd'), display('b', 'd')], ['b', 'b']],
    ['updates until it is really cleared', [display('a', 'd'), clear(true), update('b', 'd')], ['b']],
    ['does not update what was cleared', [display('a', 'd'), clear(false), update('b', 'd')], []],
    ['ignores an update of nothing', [update('b', 'd')], []],
    ['ignores what is no output', [idle, message('execute_input', { code: 'x', execution_count: 1 })], []],
    [
      'ignores what a comm prints',
      [message('stream', { name: 'stdout', text: 'a' }, { type: 'comm_msg' })],
      [],
    ],
  ]
  for (const [what, messages, expected] of cases) {
    it(what, () => assert.deepEqual(shortly(foldAll(messages).outputs), expected))
  }

  it('gives outputs as nbformat has them', () => {
    const data = {
      'text/plain': ['a', 'b'],
      'image/png': 'aGk=\n',
      'application/json': ['a'],
      'application/x': { a: 1 },
    }
    const result = message('execute_result', { data, metadata: { m: 1 }, execution_count: 3, transient: {} })
    const fold = foldAll([result, failure])
    assert.deepEqual(fold.outputs, [
      {
        output_type: 'execute_result',
        execution_count: 3,
        data: {
          'text/plain': 'ab',
          'image/png': 'aGk=\n',
          'application/json': ['a'],
          'application/x': '{"a":1}',
        },
        metadata: { m: 1 },
      },
      { output_type: 'error', ename: 'E', evalue: 'v', traceback: ['t'] },
    ])
    assert.equal(fold.executionCount, 3)
  })

  it('makes whole what a sloppy kernel leaves out', () => {
    const fold = foldAll([message('display_data', {}), message('error', {}), message('stream', {})])
    assert.deepEqual(fold.outputs, [
      { output_type: 'display_data', data: {}, metadata: {} },
      { output_type: 'error', ename: '', evalue: '', traceback: [] },
      { output_type: 'stream', name: 'stdout', text: '' },
    ])
  })

  it('takes the count from execute_input, and from an aborted reply none', () => {
    assert.equal(foldAll([message('execute_input', { code: '', execution_count: 4 })]).executionCount, 4)
    assert.equal(foldAll([message('execute_reply', { status: 'aborted' })]).executionCount, null)
  })

  it('says which executions a message changes', () => {
    const board = new DisplayBoard()
    const [first, second] = [openFold({ board }), openFold({ board })]
    assert.deepEqual(first.take(display('a', 'd')), ['cell-1'])
    assert.deepEqual(second.take(update('b', 'd', 'cell-2')), ['cell-1'])
    assert.deepEqual(second.take(display('c', 'd', 'cell-2')), ['cell-1', 'cell-2'])
    assert.deepEqual([shortly(first.outputs), shortly(second.outputs)], [['c'], ['c']])
    first.close()
    assert.deepEqual(second.take(update('e', 'd', 'cell-2')), ['cell-2'])
    assert.deepEqual(second.take(idle), [])
  })

  it('gives the same array until something changes', () => {
    const fold = foldAll([stream('a')])
    assert.equal(fold.outputs, fold.outputs)
    const before = fold.outputs
    fold.take(stream('b'))
    assert.notEqual(fold.outputs, before)
    assert.deepEqual(shortly(before), ['stdout:a'])
  })
})

describe('openFold(), with bounds', () => {
  const limitBytes = 1000

  it('cuts a stream, says where, and counts what it did not keep', () => {
    const fold = foldAll([stream('x'.repeat(600)), stream('y'.repeat(600)), stream('z'), stream('z')], {
      limitBytes,
    })
    assert.ok(fold.isCut)
    assert.deepEqual(fold.outputs, [
      { output_type: 'stream', name: 'stdout', text: 'x'.repeat(600) + 'y'.repeat(300) },
      {
        output_type: 'stream',
        name: 'stderr',
        text: '[Daybook: output cut here, as it is over 1,000 characters; 3 messages after it not kept]\n',
      },
    ])
  })

  it('keeps the error that ends a flood', () => {
    const fold = foldAll([stream('x'.repeat(5000)), failure], { limitBytes })
    assert.deepEqual(
      shortly(fold.outputs).map((text) => text.slice(0, 10)),
      ['stdout:xxx', 'stderr:[Da', 'error:E'],
    )
  })

  it('does not keep half of a picture', () => {
    const fold = foldAll([display('a'), display('x'.repeat(2000)), display('b')], { limitBytes })
    assert.deepEqual(
      shortly(fold.outputs).map((text) => text.slice(0, 20)),
      ['a', 'stderr:[Daybook: out'],
    )
  })

  it('begins anew when the outputs are cleared', () => {
    const fold = foldAll([stream('x'.repeat(5000)), clear(false), stream('y')], { limitBytes })
    assert.deepEqual([shortly(fold.outputs), fold.isCut], [['stdout:y'], false])
  })

  it('is not cut by a bar that is drawn again and again, nor by a display that is updated', () => {
    const bars = Array.from({ length: 500 }, (_, i) => stream(`\r${i} of 500`))
    const updates = Array.from({ length: 500 }, (_, i) => update(`step ${i}`, 'd'))
    const fold = foldAll([...bars, display('step', 'd'), ...updates], { limitBytes })
    assert.deepEqual([shortly(fold.outputs), fold.isCut], [['stdout:499 of 500', 'step 499'], false])
  })

  it('keeps the supervisor’s mark, even when the outputs are cleared', () => {
    const cut = message('daybook_cut', { reason: 'limit', limit_bytes: 10_000_000 })
    const fold = foldAll([stream('a'), cut, clear(false)])
    assert.deepEqual(shortly(fold.outputs), ['stderr:[Daybook: output cut here, as it is over 10 MB]\n'])
  })

  it('says where a supervisor was gone', () => {
    const gap = message('daybook_gap', { open: ['cell-1'], to_ms: 1 })
    assert.deepEqual(shortly(foldAll([stream('a'), gap, stream('b')]).outputs), [
      'stdout:a',
      'stderr:[Daybook: what the kernel said while nobody listened is missing here]\n',
      'stdout:b',
    ])
  })

  it('shortens an endless traceback', () => {
    const error = message('error', {
      ename: 'E',
      evalue: 'v'.repeat(1e6),
      traceback: Array.from({ length: 1000 }, () => 'l'.repeat(1000)),
    })
    const [output] = foldAll([error]).outputs
    assert.ok(JSON.stringify(output).length < 300_000)
    assert.ok(output?.output_type === 'error' && output.traceback.at(-1) === '[Daybook: traceback cut here]')
  })

  it('never keeps much more than the limit, whatever comes', () => {
    const anyMessage = fc.oneof(
      fc
        .record({ text: fc.string({ maxLength: 300 }), name: fc.constantFrom('stdout', 'stderr') })
        .map(({ text, name }) => stream(text, name)),
      fc
        .record({ text: fc.string({ maxLength: 300 }), id: fc.constantFrom('d', 'e', undefined) })
        .map(({ text, id }) => display(text, id)),
      fc
        .record({ text: fc.string({ maxLength: 900 }), id: fc.constantFrom('d', 'e') })
        .map(({ text, id }) => update(text, id)),
      fc.boolean().map(clear),
    )
    const property = fc.property(fc.array(anyMessage, { maxLength: 60 }), (messages) => {
      const { outputs } = foldAll(messages, { limitBytes })
      const size = outputs.reduce((sum, output) => sum + textOf(output).length, 0)
      assert.ok(size <= limitBytes + 150, `${size} characters`)
    })
    fc.assert(property, { numRuns: 500 })
  })
})

describe('Output widgets', () => {
  const open = message('comm_open', {
    comm_id: 'w',
    target_name: 'jupyter.widget',
    data: { state: { _model_name: 'OutputModel', outputs: [], msg_id: '' } },
  })
  const state = (values: Record<string, unknown>) =>
    message('comm_msg', { comm_id: 'w', data: { method: 'update', state: values } })

  it('catch what is printed while they are entered', () => {
    const board = new DisplayBoard()
    const fold = openFold({ board })
    for (const one of [
      open,
      stream('a'),
      state({ msg_id: 'cell-1' }),
      stream('b'),
      display('c'),
      state({ msg_id: '' }),
      stream('d'),
    ]) {
      fold.take(one)
    }
    assert.deepEqual(shortly(fold.outputs), ['stdout:ad'])
    assert.deepEqual(shortly(board.widgetOutputs('w') ?? []), ['stdout:b', 'c'])
  })

  it('catch what a callback prints, and clear it', () => {
    const fold = openKernelFold()
    const callback = { id: 'callback', type: 'comm_msg' }
    fold.take(open)
    fold.take(state({ msg_id: 'callback' }))
    fold.take(message('stream', { name: 'stdout', text: 'a' }, callback))
    fold.take(message('clear_output', { wait: true }, callback))
    fold.take(message('stream', { name: 'stdout', text: 'b' }, callback))
    assert.deepEqual(shortly(fold.board.widgetOutputs('w') ?? []), ['stdout:b'])
  })

  it('catch in the innermost of several, and no more once closed', () => {
    const board = new DisplayBoard()
    const fold = openFold({ board })
    const second = { ...open, content: { ...open.content, comm_id: 'v' } }
    const enter = (id: string) =>
      message('comm_msg', { comm_id: id, data: { method: 'update', state: { msg_id: 'cell-1' } } })
    for (const one of [open, second, enter('w'), enter('v'), stream('in v')]) fold.take(one)
    fold.take(message('comm_close', { comm_id: 'v', data: {} }))
    fold.take(stream('in w'))
    fold.take(message('comm_close', { comm_id: 'w', data: {} }))
    fold.take(stream('in the cell'))
    assert.deepEqual(shortly(fold.outputs), ['stdout:in the cell'])
  })

  it('show what the kernel puts into their state', () => {
    const board = new DisplayBoard()
    const fold = openFold({ board })
    fold.take(open)
    fold.take(state({ outputs: [{ output_type: 'stream', name: 'stdout', text: 'x' }] }))
    assert.deepEqual(shortly(board.widgetOutputs('w') ?? []), ['stdout:x'])
    assert.equal(board.widgetOutputs('other'), null)
  })
})

describe('openKernelFold()', () => {
  it('keeps executions apart and updates displays across them', () => {
    const fold = openKernelFold()
    const changed = [
      display('a', 'd', 'one'),
      stream('x', 'stdout', 'two'),
      update('b', 'd', 'two'),
      message('stream', { name: 'stdout', text: 'late' }, { id: 'one' }),
    ].map((one) => fold.take(one))
    assert.deepEqual(changed, [['one'], ['two'], ['one'], ['one']])
    assert.deepEqual(shortly(fold.execution('one')?.outputs ?? []), ['b', 'stdout:late'])
    assert.deepEqual(shortly(fold.execution('two')?.outputs ?? []), ['stdout:x'])
    assert.equal(fold.execution('three'), null)
  })

  it('forgets an execution and its displays', () => {
    const fold = openKernelFold()
    fold.take(display('a', 'd', 'one'))
    fold.forget('one')
    assert.equal(fold.execution('one'), null)
    assert.deepEqual(fold.take(update('b', 'd', 'two')), [])
  })

  it('forgets displays when the kernel is restarted, and keeps what was shown', () => {
    const fold = openKernelFold()
    fold.take(display('a', 'd', 'one'))
    fold.take({ ...message('daybook_restarted', {}), parent_header: {} })
    assert.deepEqual(fold.take(update('b', 'd', 'two')), [])
    assert.deepEqual(shortly(fold.execution('one')?.outputs ?? []), ['a'])
  })

  it('marks a gap in the executions that were open', () => {
    const fold = openKernelFold()
    fold.take(stream('a', 'stdout', 'one'))
    fold.take(stream('a', 'stdout', 'two'))
    assert.deepEqual(fold.take({ ...message('daybook_gap', { open: ['two'] }), parent_header: {} }), ['two'])
    assert.equal(fold.execution('one')?.outputs.length, 1)
    assert.equal(fold.execution('two')?.outputs.length, 2)
  })

  it('never fails, whatever the content', () => {
    const types = [
      'stream',
      'display_data',
      'update_display_data',
      'execute_result',
      'error',
      'clear_output',
      'comm_open',
      'comm_msg',
      'comm_close',
      'execute_input',
      'daybook_cut',
      'daybook_gap',
    ]
    const anyContent = fc.dictionary(
      fc.constantFrom(
        'data',
        'metadata',
        'transient',
        'text',
        'name',
        'traceback',
        'comm_id',
        'target_name',
        'wait',
        'open',
        'limit_bytes',
      ),
      fc.oneof(
        fc.jsonValue(),
        fc.constant({ display_id: 'd' }),
        fc.constant({ state: { msg_id: 'cell-1', outputs: [1] } }),
      ),
    )
    const anyMessage = fc
      .record({ type: fc.constantFrom(...types), content: anyContent })
      .map(({ type, content }) => message(type, content))
    const property = fc.property(fc.array(anyMessage, { maxLength: 10 }), (messages) => {
      const fold = openKernelFold({ limitBytes: 500 })
      for (const one of messages) fold.take(one)
      JSON.stringify(fold.execution('cell-1')?.outputs)
    })
    fc.assert(property, { numRuns: 1000 })
  })
})
