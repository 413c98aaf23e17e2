import assert from 'node:assert/strict'
import { RestartPause } from '../../shared/serving/restart_pause.ts'

describe('RestartPause', () => {
  it('doubles with each death, up to the most', () => {
    const pause = new RestartPause({ firstMs: 1_000, mostMs: 10_000, calmMs: 60_000 })
    assert.deepEqual(
      [5, 5, 5, 5, 5, 5].map((livedMs) => pause.nextMs(livedMs)),
      [1_000, 2_000, 4_000, 8_000, 10_000, 10_000],
    )
  })

  it('begins anew after a calm life, not after a long pause', () => {
    const pause = new RestartPause({ firstMs: 1_000, mostMs: 100_000, calmMs: 60_000 })
    for (let death = 0; death < 7; death++) pause.nextMs(10)
    // What it waited for does not count as life: 64 s of pause, then 10 ms of life.
    assert.equal(pause.nextMs(10), 100_000)
    assert.equal(pause.nextMs(60_000), 1_000)
    assert.equal(pause.nextMs(10), 2_000)
  })
})
