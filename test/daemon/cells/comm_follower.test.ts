import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommNews } from '../../../shared/api/comm_methods.ts'
import { CommFollower } from '../../../shared/daemon/cells/comm_follower.ts'

const update = (comm: string, state: Record<string, unknown>, buffers: string[] = []): CommNews => ({
  kind: 'message',
  comm,
  data: { method: 'update', state, buffer_paths: [] },
  buffers,
  parent: null,
})

describe('a follower of widgets', () => {
  function follow() {
    const told: CommNews[] = []
    const listener = {
      ready: true,
      onNews: (news: CommNews) => told.push(news),
      isReady: () => listener.ready,
    }
    const follower = new CommFollower(listener, (comm) => (comm === 'out' ? [] : null))
    return { told, listener, follower }
  }

  it('is told many changes of a widget as one, behind what they may refer to', async () => {
    const { told, follower } = follow()
    for (let i = 0; i < 1000; i++) follower.tell(update('bar', { value: i, [`k${i % 2}`]: i }))
    follower.tell({ kind: 'opened', comm: 'child', state: {}, bytes: [] })
    follower.tell(update('bar', { children: ['child'] }))
    await sleep(60)
    assert.deepEqual(told, [
      { kind: 'opened', comm: 'child', state: {}, bytes: [] },
      update('bar', { value: 999, k0: 998, k1: 999, children: ['child'] }),
    ])
    follower.close()
  })

  it('is told everything else one by one, in its order', async () => {
    const { told, follower } = follow()
    const custom: CommNews = {
      kind: 'message',
      comm: 'a',
      data: { method: 'custom' },
      buffers: [],
      parent: null,
    }
    const all = [
      update('a', { x: 1 }),
      custom,
      update('a', { x: 2 }),
      update('a', { x: 3 }, ['AA==']),
      custom,
    ]
    for (const news of all) follower.tell(news)
    await sleep(60)
    assert.deepEqual(told, all)
    follower.close()
  })

  it('waits for a listener that is busy, and tells an Output widget once as it is then', async () => {
    const { told, listener, follower } = follow()
    listener.ready = false
    follower.tell(update('a', { x: 1 }))
    follower.caught('out')
    follower.caught('out')
    follower.caught('gone')
    await sleep(60)
    assert.deepEqual(told, [])
    listener.ready = true
    await sleep(60)
    assert.deepEqual(told, [update('a', { x: 1 }), { kind: 'outputs', comm: 'out', outputs: [] }])
    follower.close()
  })
})
