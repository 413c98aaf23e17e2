import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metricHistory } from '../../shared/runs/history.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun, getRun } from '../../shared/runs/run.ts'
import { openStore, type Store } from '../../shared/store/store.ts'
import { skip } from '../skip.ts'

describe('openStore() on a disk of 2 MB', function () {
  let folder: string | undefined
  let store: Store | undefined

  before(function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      skip(this, 'a small disk of its own (tmpfs) can only be mounted by root on Linux')
    }
    folder = mkdtempSync(join(tmpdir(), 'daybook-full-'))
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder])
    if (mounted.status === 0) return
    rmSync(folder, { recursive: true })
    folder = undefined
    skip(this, 'this machine does not let us mount a tmpfs')
  })

  after(() => {
    store?.close()
    if (folder === undefined) return
    spawnSync('umount', [folder])
    rmSync(folder, { recursive: true, force: true })
  })

  it('says store_full, keeps every batch that was taken, and goes on once there is space', () => {
    assert(folder !== undefined)
    store = openStore(join(folder, 'daybook.db'))
    const run = createRun(store, { experimentId: '0', startMs: 1 }).id
    let taken = 0
    const batch = (first: number): { key: string; value: number; step: number; atMs: number }[] =>
      Array.from({ length: 1000 }, (_none, i) => ({ key: 'loss', value: 1, step: first + i, atMs: 1 }))
    assert.throws(
      () => {
        for (; taken < 1000; taken++) logBatch(store as Store, run, { metrics: batch(taken * 1000) })
      },
      { code: 'store_full', message: /the disk is full$/ },
    )
    assert(taken > 0 && taken < 1000)
    const { points } = metricHistory(store, { runId: run, key: 'loss' })
    assert.equal(points.length, taken * 1000)
    assert.equal(getRun(store, run).metrics['loss']?.step, taken * 1000 - 1)
    assert.deepEqual(store.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }].map(asRow))

    assert.equal(spawnSync('mount', ['-o', 'remount,size=32m', folder]).status, 0)
    logBatch(store, run, { metrics: batch(taken * 1000) })
    store.close()
    store = openStore(join(folder, 'daybook.db'))
    assert.equal(metricHistory(store, { runId: run, key: 'loss' }).points.length, (taken + 1) * 1000)
    assert.deepEqual(store.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }].map(asRow))
  })
})

/** Rows of SQLite have no prototype. */
function asRow(record: Record<string, string>): object {
  return Object.assign(Object.create(null) as object, record)
}
