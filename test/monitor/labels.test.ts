import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appendLabels, parseLabels, readLabels } from '../../shared/serving/label.ts'

describe('labels', () => {
  it('are read in every form that programs send', () => {
    const one = { requestId: 'a', row: 0, label: 'y', toldMs: 5 }
    assert.deepEqual(parseLabels({ labels: [{ requestId: 'a', label: 'y' }] }, 5), [one])
    assert.deepEqual(parseLabels([{ requestId: 'a', row: 0, label: 'y' }], 5), [one])
    assert.deepEqual(parseLabels({ requestId: 'a', labels: ['y', false] }, 5), [
      one,
      { ...one, row: 1, label: false },
    ])
  })
  it('are refused with the entry that is wrong', () => {
    const wrong: [unknown, RegExp][] = [
      [{}, /come as a list/],
      [[{ requestId: 'a', label: 1 }, { label: 1 }], /labels\[1\] has no requestId/],
      [[{ requestId: 'a', row: -1, label: 1 }], /labels\[0\]: row must be/],
      [[{ requestId: 'a', label: null }], /labels\[0\]: label must be/],
      [[7], /labels\[0\] is not an object/],
    ]
    for (const [body, says] of wrong) assert.throws(() => parseLabels(body, 0), says)
  })
  it('count as they were told last, and survive a torn line', () => {
    const folder = mkdtempSync(join(tmpdir(), 'd-'))
    const label = { requestId: 'a', row: 0, label: 1, toldMs: 10 }
    appendLabels(folder, 'gateway', [{ ...label, label: 2, toldMs: 20 }])
    appendLabels(folder, 'daemon', [label, { ...label, row: 1 }])
    appendFileSync(join(folder, 'daemon.jsonl'), '{"requestId":"b","ro')
    assert.deepEqual([...readLabels(folder)].map(([key, value]) => [key, value.label]).sort(), [
      ['a/0', 2],
      ['a/1', 1],
    ])
    rmSync(folder, { recursive: true })
  })
})
