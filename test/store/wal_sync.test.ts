import assert from 'node:assert/strict'
import { join } from 'node:path'
import { keepSynced, type LogFile } from '../../shared/store/wal_sync.ts'
import { eachWithStore } from '../runs/store.ts'

describe('keepSynced()', () => {
  const held = eachWithStore()
  const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30))

  /** A log whose syncs are answered by hand. */
  function fakeLog(): LogFile & {
    writes: number
    waiting: ((error: Error | null) => void)[]
    open: boolean
  } {
    const log = {
      writes: 0,
      open: true,
      waiting: [] as ((error: Error | null) => void)[],
      stamp: () => String(log.writes),
      sync: (done: (error: Error | null) => void) => void log.waiting.push(done),
      close: () => (log.open = false),
    }
    return log
  }

  it('syncs once for what is new, again after a failure, and not at all for nothing', async () => {
    const log = fakeLog()
    const stop = keepSynced('none', { everyMs: 1, log })
    await soon()
    assert.equal(log.waiting.length, 1, 'one at a time')
    log.waiting.pop()?.(null)
    await soon()
    assert.equal(log.waiting.length, 0, 'nothing is new')
    log.writes++
    await soon()
    log.waiting.pop()?.(new Error('EIO'))
    await soon()
    assert.equal(log.waiting.length, 1, 'tried again')
    stop()
    assert.ok(log.open, 'a sync is under way')
    log.waiting.pop()?.(null)
    assert.ok(!log.open)
  })

  it('follows the log of a real store, and leaves its locks alone', async () => {
    held.store.run("INSERT INTO key_name (name) VALUES ('a')")
    const real = keepSynced(held.store.path, { everyMs: 1 })
    await soon()
    held.store.transaction(() => {
      held.store.run("INSERT INTO key_name (name) VALUES ('b')")
      real()
      held.store.run("INSERT INTO key_name (name) VALUES ('c')")
    })
    assert.equal(held.store.all('SELECT 1 FROM key_name').length >= 3, true)
    assert.throws(() => keepSynced(join(held.folder, 'none.db')), /ENOENT/)
  })
})
