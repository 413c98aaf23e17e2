import assert from 'node:assert/strict'
import type { Handlers } from '../../shared/api/contract.ts'
import { PageAccess, readOnly } from '../../shared/daemon/page_access.ts'
import { TopicBoard } from '../../shared/daemon/topics.ts'

describe('PageAccess', () => {
  let nowMs = 0
  const access = new PageAccess('secret', { nowMs: () => nowMs })
  const code = (): string =>
    /login=([^&]+)/.exec(access.link('http://x', { access: 'all', page: 'runs' }))?.[1] ?? ''

  it('gives a page its token for a code, once, within a minute', () => {
    const first = code()
    const token = access.login(first) ?? ''
    assert.equal(access.of(token), 'all')
    assert.equal(access.login(first), null)
    const second = code()
    nowMs += 61_000
    assert.equal(access.login(second), null)
    assert.equal(access.login('made up'), null)
  })
  it("never gives the project's own token away", () => {
    assert.equal(access.of('secret'), null)
    assert.doesNotMatch(access.link('http://x', { access: 'read', page: 'runs' }), /secret/)
  })
  it('gives readers a token that lasts, also for a daemon that comes back', () => {
    const token = /read=([^&]+)/.exec(access.link('http://x', { access: 'read', page: 'runs' }))?.[1] ?? ''
    assert.equal(access.of(token), 'read')
    assert.equal(new PageAccess('secret', { nowMs: () => 9 }).of(token), 'read')
    assert.equal(new PageAccess('other', { nowMs: () => 9 }).of(token), null)
  })
})

describe('readOnly()', () => {
  it('lets questions through and refuses changes, and journals', async () => {
    const called: string[] = []
    const handlers = Object.fromEntries(
      ['runs.window', 'runs.delete', 'daemon.stop'].map((name) => [name, () => called.push(name)]),
    ) as unknown as Handlers
    const parts = { handlers, topics: new TopicBoard(), followLog: async () => () => undefined }
    const limited = readOnly(parts)
    const call = (name: keyof Handlers): unknown =>
      (limited.handlers[name] as (params: unknown) => unknown)({})
    call('runs.window')
    assert.throws(() => call('runs.delete'), { code: 'forbidden' })
    assert.throws(() => call('daemon.stop'), { code: 'forbidden' })
    assert.deepEqual(called, ['runs.window'])
    const request = {
      topic: 'kernel.journal',
      of: 'k',
      cursor: 0,
      onEntry: () => undefined,
      onEnd: () => undefined,
      isReady: () => true,
    }
    await assert.rejects(limited.followLog(request), { code: 'forbidden' })
  })
})
