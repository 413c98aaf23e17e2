import assert from 'node:assert/strict'
import { howToFollow, type FollowQuestion } from '../../extension/python/follow.ts'

const question: FollowQuestion = {
  setting: 'ask',
  active: '/usr/bin/python3',
  kernel: '/project/.venv/bin/python',
  wasAsked: false,
}

/** Every Python of every environment leads to one file, as on a machine with one system Python. */
const realPathOf = (path: string): string => (/python[\d.]*$/.test(path) ? '/usr/bin/python3.11' : path)

describe("how the Python extension's interpreter follows a kernel", () => {
  const how = (told: Partial<FollowQuestion>): string => howToFollow({ ...question, ...told }, realPathOf)

  it('asks where they differ, once', () => {
    assert.equal(how({}), 'ask')
    assert.equal(how({ active: 'python' }), 'ask', 'where nothing was chosen it only has a name')
    assert.equal(how({ wasAsked: true }), 'nothing')
  })
  it('follows without a question where the user wants it always, however often', () => {
    assert.equal(how({ setting: 'always' }), 'follow')
    assert.equal(how({ setting: 'always', wasAsked: true }), 'follow')
  })
  it('does nothing where the user never wants it, or the kernel is no Python', () => {
    assert.equal(how({ setting: 'never' }), 'nothing')
    for (const setting of ['ask', 'always'] as const) assert.equal(how({ setting, kernel: null }), 'nothing')
  })
  it('knows an environment by its folder, and by each of its programs', () => {
    const same = ['/project/.venv/bin/python', '/project/.venv', '/project/.venv/bin/python3']
    for (const active of same) assert.equal(how({ active, setting: 'always' }), 'nothing', active)
    const other = ['/project/.venv2/bin/python', '/project', '/usr/bin/python3.11']
    for (const active of other) assert.equal(how({ active, setting: 'always' }), 'follow', active)
  })
  it('knows a folder under another name', () => {
    const linked = (path: string): string => realPathOf(path.replace('/home/me', '/data/me'))
    const told = { ...question, active: '/home/me/e/bin/python3', kernel: '/data/me/e/bin/python' }
    assert.equal(howToFollow(told, linked), 'nothing')
  })
})
