import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { bootId, thisProcess } from '../../shared/base/process.ts'
import type { StatePaths } from '../../shared/base/project.ts'
import { readDaemonFile, writeDaemonFile, type DaemonFile } from '../../shared/daemon/discovery.ts'

describe('readDaemonFile()', () => {
  let paths: StatePaths
  const { pid, startTime } = thisProcess()
  const good: DaemonFile = {
    pid,
    start_time: startTime,
    url: 'http://127.0.0.1:20000',
    token: 'a'.repeat(32),
    version: '1.0.0',
    api: 1,
    project: '/p',
    host: hostname(),
    boot: bootId(),
    started_ms: 1,
    start: ['node'],
  }
  beforeEach(() => {
    const dir = mkdtempSync(join(tmpdir(), 'daybook-test-'))
    paths = { dir } as StatePaths
  })
  afterEach(() => rmSync(paths.dir, { recursive: true }))

  it('reads what was written', () => {
    writeDaemonFile(paths, good)
    assert.deepEqual(readDaemonFile(paths), good)
  })
  it('finds nothing where nothing is', () => assert.equal(readDaemonFile(paths), null))

  const refused: [string, Partial<DaemonFile>][] = [
    ['a foreign address', { url: 'http://10.0.0.1:20000' }],
    ['a name that only looks like loopback', { url: 'http://127.0.0.1.example.org:80' }],
    ['another host', { host: 'elsewhere' }],
    ['another boot', { boot: 'before' }],
    ['a process that is gone', { pid: 4_000_000 }],
    ['a process number that was given out again', { start_time: '1' }],
    ['no address at all', { url: 'nonsense' }],
  ]
  for (const [what, change] of refused) {
    it(`trusts no file with ${what}`, () => {
      writeDaemonFile(paths, { ...good, ...change })
      assert.equal(readDaemonFile(paths), null)
    })
  }
  it('trusts no file that others can read', () => {
    writeDaemonFile(paths, good)
    chmodSync(join(paths.dir, 'daemon.json'), 0o644)
    assert.equal(readDaemonFile(paths), null)
  })
  it('takes a broken file for none', () => {
    writeFileSync(join(paths.dir, 'daemon.json'), '{"pid":', { mode: 0o600 })
    assert.equal(readDaemonFile(paths), null)
  })
})
