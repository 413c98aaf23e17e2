import assert from 'node:assert/strict'
import { composeMessage } from '../../shared/kernel/compose.ts'
import type { KernelMessage, MessageHeader } from '../../shared/kernel/message.ts'
import { WidgetStates } from '../../shared/kernel/widget_states.ts'

const cell = composeMessage('execute_request', {}, { session: 's', msgId: 'cell' }).header

function say(
  type: string,
  comm: string,
  data: Record<string, unknown>,
  more: { parent?: MessageHeader; buffers?: Uint8Array[]; target?: string } = {},
): KernelMessage {
  const { parent = cell, buffers = [], target = 'jupyter.widget' } = more
  const content = { comm_id: comm, data, ...(type === 'comm_open' ? { target_name: target } : {}) }
  return composeMessage(type, content, { session: 's', parent, buffers })
}

describe('states of widgets', () => {
  it('are what was said last of each part, by the kernel or by a view', () => {
    const states = new WidgetStates()
    assert.equal(states.take(say('comm_open', 'a', { state: { value: 1, max: 9 } })), true)
    states.take(say('comm_msg', 'a', { method: 'update', state: { value: 2 } }))
    states.take(say('comm_msg', 'a', { method: 'custom', content: { value: 5 } }))
    states.take(say('comm_msg', 'a', { method: 'echo_update', state: { value: 3 } }))
    assert.deepEqual(Object.fromEntries([...states.entries()].map(([id, { state }]) => [id, state])), {
      a: { value: 3, max: 9 },
    })
    states.take(say('comm_close', 'a', {}))
    assert.deepEqual([...states.entries()], [])
  })

  it('hold bytes beside them, until the part that they belong to is another', () => {
    const states = new WidgetStates()
    const open = { state: { image: {} }, buffer_paths: [['image', 'data']] }
    states.take(say('comm_open', 'a', open, { buffers: [new Uint8Array([1, 2])] }))
    const bytes = () => [...states.entries()].flatMap(([, widget]) => [...widget.bytes.values()])
    assert.deepEqual(bytes(), [{ path: ['image', 'data'], data: new Uint8Array([1, 2]) }])
    states.take(say('comm_msg', 'a', { method: 'update', state: { image: null }, buffer_paths: [] }))
    assert.deepEqual(bytes(), [])
  })

  it('leave comms of other targets alone, and comms that were never opened', () => {
    const states = new WidgetStates()
    assert.equal(states.take(say('comm_open', 'a', { state: {} }, { target: 'mine' })), false)
    assert.equal(states.take(say('comm_msg', 'b', { method: 'update', state: { value: 1 } })), false)
    assert.equal(states.take(composeMessage('comm_msg', { comm_id: 5 }, { session: 's' })), false)
    assert.deepEqual([...states.entries()], [])
  })

  it('know which execution made the widget that a view speaks of, also through a callback', () => {
    const states = new WidgetStates()
    states.take(say('comm_open', 'a', { state: {} }))
    states.noteSent('click', 'a')
    assert.equal(states.madeIn('click'), 'cell')
    const click = composeMessage('comm_msg', {}, { session: 's', msgId: 'click' }).header
    states.take(say('comm_open', 'b', { state: {} }, { parent: click }))
    states.noteSent('again', 'b')
    assert.equal(states.madeIn('again'), 'cell')
    assert.equal(states.madeIn('unknown'), undefined)
    states.clear()
    assert.equal(states.madeIn('click'), undefined)
  })
})
