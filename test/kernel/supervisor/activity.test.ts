import assert from 'node:assert/strict'
import { composeMessage } from '../../../shared/kernel/compose.ts'
import type { MessageHeader } from '../../../shared/kernel/message.ts'
import { until } from '../project.ts'
import { openActivity } from '../../../shared/kernel/supervisor/activity.ts'

const request = (type: string, msgId: string, subshell?: string): MessageHeader =>
  composeMessage(type, {}, { session: 's', msgId, ...(subshell !== undefined && { subshell }) }).header

describe('openActivity()', () => {
  it('is busy from the first busy to the last idle, over several requests', () => {
    const activity = openActivity()
    const [one, two] = [request('execute_request', 'a'), request('complete_request', 'b', 'sub')]
    assert.equal(activity.busy, false)
    activity.observe('status', one, 'busy')
    activity.observe('status', two, 'busy')
    activity.observe('status', two, 'idle')
    assert.deepEqual([activity.busy, activity.running], [true, 'a'])
    activity.observe('status', one, 'idle')
    activity.observe('status', one, 'idle')
    assert.deepEqual([activity.busy, activity.running], [false, null])
  })

  it('takes the cell for what runs, not what a tool executes on a subshell beside it', () => {
    const activity = openActivity()
    const [tool, cell] = [request('execute_request', 'tool', 'sub'), request('execute_request', 'cell')]
    activity.observe('status', tool, 'busy')
    assert.equal(activity.running, 'tool')
    activity.observe('status', cell, 'busy')
    assert.equal(activity.running, 'cell')
    const turned = openActivity()
    turned.observe('status', cell, 'busy')
    turned.observe('status', tool, 'busy')
    assert.equal(turned.running, 'cell')
  })

  it('is not interruptible before the code was echoed', async () => {
    const activity = openActivity()
    assert.equal(activity.interruptible, true)
    const cell = request('execute_request', 'cell')
    activity.observe('status', cell, 'busy')
    assert.equal(activity.interruptible, false)
    activity.observe('execute_input', cell, null)
    await until(() => activity.interruptible)
    activity.presume('another')
    assert.equal(activity.interruptible, true)
  })

  it('forgets what is dropped, and ignores what has no parent', () => {
    const activity = openActivity()
    activity.observe('status', {}, 'busy')
    assert.equal(activity.busy, false)
    activity.presume('a')
    activity.presume('b')
    assert.deepEqual(
      activity.requests().map(({ msg_id: id }) => id),
      ['a', 'b'],
    )
    activity.drop(['a'])
    assert.equal(activity.running, 'b')
    activity.clear()
    assert.equal(activity.busy, false)
  })
})
