import assert from 'node:assert/strict'
import { composeMessage } from '../../../shared/kernel/compose.ts'
import type { MessageHeader } from '../../../shared/kernel/message.ts'
import { until } from '../../until.ts'
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

  it('counts an execution from when it was sent, though the kernel cannot say that it runs', async () => {
    const activity = openActivity()
    const [stuck, queued] = [request('execute_request', 'stuck'), request('execute_request', 'queued')]
    activity.sent(stuck)
    activity.sent(queued)
    assert.deepEqual([activity.busy, activity.running], [true, 'stuck'])
    assert.deepEqual(activity.requests(), [stuck, queued])
    assert.equal(activity.interruptible, false, 'it may not have begun yet')
    await until(() => activity.interruptible)
    activity.observe('status', stuck, 'busy')
    activity.observe('status', stuck, 'idle')
    assert.deepEqual([activity.busy, activity.running], [true, 'queued'])
    assert.equal(activity.interruptible, false, 'the next one begins only now')
    // An aborted execution may have a reply alone.
    activity.observe('execute_reply', queued, null)
    assert.deepEqual([activity.busy, activity.running], [false, null])
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
    activity.sent(request('execute_request', 'c'))
    activity.drop(['a', 'c'])
    assert.equal(activity.running, 'b')
    activity.clear()
    assert.equal(activity.busy, false)
  })
})
