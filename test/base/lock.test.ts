import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeLock } from '../../shared/base/lock.ts'

describe('takeLock()', () => {
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-test-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('gives the lock to one at a time', () => {
    const path = join(folder, 'lock')
    const first = takeLock(path)
    assert.notEqual(first, null)
    assert.equal(takeLock(path), null)
    first?.release()
    const again = takeLock(path)
    assert.notEqual(again, null)
    again?.release()
  })

  it('is free once its process was killed', async () => {
    const path = join(folder, 'lock')
    const code = `import { takeLock } from ${JSON.stringify(new URL('../../shared/base/lock.ts', import.meta.url).href)}
      takeLock(${JSON.stringify(path)}); console.log('taken'); setInterval(() => {}, 1000)`
    const holder = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      code,
    ])
    await once(holder.stdout, 'data')
    assert.equal(takeLock(path), null)
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const lock = takeLock(path)
    assert.notEqual(lock, null)
    lock?.release()
  })
})
