import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { TopicBoard } from '../../shared/daemon/topics.ts'

describe('TopicBoard', () => {
  it('tells the present version at once, and many changes as one', async () => {
    const board = new TopicBoard(5)
    const heard: number[] = []
    board.listen('runs.changed', (version) => heard.push(version))
    for (let i = 0; i < 1000; i++) board.bump('runs.changed')
    await sleep(30)
    assert.deepEqual(heard, [1, 1001])
    board.close()
  })
  it('tells nothing of other topics, and nothing after stopping', async () => {
    const board = new TopicBoard(1)
    const heard: number[] = []
    const stop = board.listen('runs.changed', (version) => heard.push(version))
    board.bump('models.changed')
    stop()
    board.bump('runs.changed')
    await sleep(20)
    assert.deepEqual(heard, [1])
    board.close()
  })
})
