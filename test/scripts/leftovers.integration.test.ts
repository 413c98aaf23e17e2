import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { endLeftovers, findLeftovers, testMark } from '../../scripts/leftovers.mjs'
import { skip } from '../skip.ts'

describe('endLeftovers()', () => {
  before(function () {
    if (process.platform !== 'linux') skip(this, "reads other processes' environment, which only Linux shows")
  })

  function startSleeper(mark: string) {
    const code = 'console.log("up"); setTimeout(() => {}, 60_000)'
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    return spawn(process.execPath, ['-e', code], {
      env: { ...process.env, [testMark]: mark },
      stdio,
      detached: true,
    })
  }

  it('ends what carries the mark, however it was started, and nothing else', async () => {
    const [ours, other] = [startSleeper('mine'), startSleeper('yours')]
    try {
      await Promise.all([once(ours.stdout, 'data'), once(other.stdout, 'data')])
      const ended = once(ours, 'exit')
      assert.equal((await endLeftovers('mine', 0)).length, 1)
      await ended
      assert.deepEqual(findLeftovers('mine'), [])
      assert.deepEqual(
        findLeftovers('yours').map(({ pid }) => pid),
        [other.pid],
      )
    } finally {
      other.kill('SIGKILL')
    }
  })
  it('leaves time to those that are about to end', async () => {
    const child = startSleeper('soon')
    await once(child.stdout, 'data')
    setTimeout(() => child.kill('SIGTERM'), 300)
    assert.deepEqual(await endLeftovers('soon', 30_000), [])
  })
})
