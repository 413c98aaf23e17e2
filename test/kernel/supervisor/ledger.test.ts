import assert from 'node:assert/strict'
import { composeMessage } from '../../../shared/kernel/compose.ts'
import { type Ledger, openLedger, type Verdict } from '../../../shared/kernel/supervisor/ledger.ts'

const limits = { executionBytes: 100, executionTotalBytes: 300 }

/** Tells a ledger what happens, in short. */
function narrate(ledger: Ledger): {
  ask: (id: string) => void
  hear: (type: string, parent: string, bodyBytes?: number, status?: string) => Verdict
} {
  let seq = 0
  const header = (type: string, msgId?: string): ReturnType<typeof composeMessage>['header'] =>
    composeMessage(type, {}, { session: 's', ...(msgId !== undefined && { msgId }) }).header
  return {
    ask: (id) =>
      void ledger.observe({
        seq: ++seq,
        direction: 'out',
        channel: 'shell',
        header: header('execute_request', id),
        parent: {},
        bodyBytes: 0,
        status: null,
      }),
    hear: (type, parent, bodyBytes = 0, status) =>
      ledger.observe({
        seq: ++seq,
        direction: 'in',
        channel: type === 'execute_reply' ? 'shell' : type === 'input_request' ? 'stdin' : 'iopub',
        header: header(type),
        parent: header('execute_request', parent),
        bodyBytes,
        status: status ?? null,
      }),
  }
}

describe('openLedger()', () => {
  it('holds an execution open until both reply and idle came, in either order', () => {
    for (const order of [
      ['reply', 'idle'],
      ['idle', 'reply'],
    ]) {
      const ledger = openLedger(limits)
      const { ask, hear } = narrate(ledger)
      ask('a')
      ask('b')
      assert.deepEqual(ledger.open(), ['a', 'b'])
      assert.equal(ledger.oldestOpenSeq(), 1)
      for (const step of order) {
        assert.deepEqual(ledger.open(), ['a', 'b'])
        if (step === 'reply') hear('execute_reply', 'a')
        else hear('status', 'a', 0, 'idle')
      }
      assert.deepEqual(ledger.open(), ['b'])
      assert.equal(ledger.oldestOpenSeq(), 2)
    }
  })

  it('cuts the output of an execution once, and never what tells how it went', () => {
    const ledger = openLedger(limits)
    const { ask, hear } = narrate(ledger)
    ask('a')
    assert.equal(hear('stream', 'a', 60), 'record')
    assert.equal(hear('display_data', 'a', 60), 'cut')
    assert.equal(hear('stream', 'a', 60), 'drop')
    for (const type of ['status', 'error', 'execute_input', 'execute_reply', 'input_request']) {
      assert.equal(hear(type, 'a', 1000), 'record', type)
    }
    assert.equal(hear('stream', 'b', 60), 'record')
  })

  it('makes room again when the output is cleared, up to the total', () => {
    const ledger = openLedger(limits)
    const { ask, hear } = narrate(ledger)
    ask('a')
    for (const verdict of ['record', 'record', 'record'] as const) {
      assert.equal(hear('display_data', 'a', 90), verdict)
      hear('clear_output', 'a')
    }
    assert.equal(hear('display_data', 'a', 90), 'cut_for_good')
    hear('clear_output', 'a')
    assert.equal(hear('display_data', 'a', 90), 'drop')
  })

  it('lets updates and comm messages count towards the total alone', () => {
    const { hear } = narrate(openLedger(limits))
    assert.equal(hear('update_display_data', 'a', 250), 'record')
    assert.equal(hear('stream', 'a', 10), 'record')
    assert.equal(hear('comm_msg', 'a', 250), 'cut_for_good')
  })

  it('goes on recording updates of displays when what is printed is cut', () => {
    const { hear } = narrate(openLedger(limits))
    assert.equal(hear('stream', 'a', 101), 'cut')
    assert.equal(hear('update_display_data', 'a', 90), 'record')
    for (let i = 0; i < 100; i++) assert.equal(hear('stream', 'a', 50), 'drop')
    assert.equal(hear('update_display_data', 'a', 90), 'record')
    hear('clear_output', 'a')
    assert.equal(hear('stream', 'a', 50), 'record')
  })

  it('goes on counting when an execution has ended: its threads may write', () => {
    const ledger = openLedger(limits)
    const { ask, hear } = narrate(ledger)
    ask('a')
    hear('stream', 'a', 90)
    hear('execute_reply', 'a')
    hear('status', 'a', 0, 'idle')
    assert.equal(hear('stream', 'a', 90), 'cut')
  })

  it('knows whether a question waits for its answer', () => {
    const ledger = openLedger(limits)
    const { ask, hear } = narrate(ledger)
    ask('a')
    hear('input_request', 'a')
    assert.equal(ledger.pendingInput?.msg_type, 'input_request')
    hear('execute_reply', 'a')
    assert.equal(ledger.pendingInput, null)
  })

  it('goes on from a snapshot as if nothing had happened', () => {
    const before = openLedger(limits)
    const first = narrate(before)
    first.ask('a')
    first.ask('b')
    first.hear('stream', 'a', 90)
    first.hear('input_request', 'a')
    const after = openLedger(
      limits,
      JSON.parse(JSON.stringify(before.snapshot())) as ReturnType<Ledger['snapshot']>,
    )
    assert.deepEqual(after.open(), ['a', 'b'])
    assert.deepEqual(after.pendingInput, before.pendingInput)
    assert.equal(narrate(after).hear('stream', 'a', 90), 'cut')
  })

  it('forgets executions that will not end any more', () => {
    const ledger = openLedger(limits)
    const { ask, hear } = narrate(ledger)
    ask('a')
    hear('input_request', 'a')
    ledger.forget(['a'])
    assert.deepEqual(ledger.open(), [])
    assert.equal(ledger.pendingInput, null)
    assert.equal(ledger.oldestOpenSeq(), null)
  })
})
