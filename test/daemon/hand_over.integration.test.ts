import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { apiVersion } from '../../shared/api/contract.ts'
import type { DaemonStatus } from '../../shared/api/daemon_methods.ts'
import { version } from '../../shared/api/version.ts'
import { makeDaemonProject, type DaemonProject } from './project.ts'

describe('a daemon of another version that still runs', function () {
  this.timeout(30_000)
  let project: DaemonProject
  let old: ChildProcess | null = null
  beforeEach(() => (project = makeDaemonProject()))
  afterEach(async () => {
    old?.kill()
    await project.close()
  })

  async function startOld(api: number, itsVersion: string): Promise<ChildProcess> {
    const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'old_daemon.ts')]
    const child = spawn(process.execPath, [...args, project.root, String(api), itsVersion], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    return child
  }

  for (const api of [apiVersion, apiVersion - 1]) {
    it(`makes way for a newer one, if it speaks API ${api} and we ${apiVersion}`, async () => {
      old = await startOld(api, '0.0.1')
      const { url, started } = await project.json<{ url: string; started: boolean }>(['daemon', 'ensure'])
      assert.equal(started, true)
      assert.ok(old.exitCode === 0 || (await once(old, 'exit'))[0] === 0)
      const status = await project.json<DaemonStatus>(['daemon', 'status'])
      assert.deepEqual([status.url, status.version], [url, version])
    })
  }

  it('stays, if it speaks a newer API than ours, and what to do is said', async () => {
    old = await startOld(apiVersion + 1, '9.0.0')
    const { code, stderr } = await project.daybook(['daemon', 'ensure'])
    assert.equal(code, 1)
    assert.match(stderr, /A newer Daybook \(API \d+, here \d+\) serves this project/)
    assert.match(stderr, /Update this installation/)
    assert.equal(old.exitCode, null)
    old.kill()
    await once(old, 'exit')
  })
})
