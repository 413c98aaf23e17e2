import assert from 'node:assert/strict'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openState } from '../../shared/base/project.ts'
import { skip } from '../skip.ts'

describe('openState()', () => {
  let root: string
  let elsewhere: string
  const before = { ...process.env }
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'daybook-test-'))
    elsewhere = mkdtempSync(join(tmpdir(), 'daybook-test-'))
    process.env['XDG_STATE_HOME'] = elsewhere
  })
  afterEach(() => {
    process.env = { ...before }
    rmSync(root, { recursive: true })
    rmSync(elsewhere, { recursive: true })
  })

  it('makes .daybook private to the user and ignored by git', () => {
    const paths = openState(root)
    assert.equal(paths.dir, join(root, '.daybook'))
    assert.equal(paths.movedBecause, null)
    assert.equal(statSync(paths.dir).mode & 0o077, 0)
    assert.equal(readFileSync(join(paths.dir, '.gitignore'), 'utf8'), '*\n')
    assert.ok(join(paths.runtime, 'a-socket-of-a-kernel').length < 107, "a socket's path has room")
  })
  it('places the state locally when told to, says why, and always at the same place', () => {
    process.env['DAYBOOK_STATE_LOCAL'] = '1'
    const paths = openState(root)
    assert.ok(paths.dir.startsWith(elsewhere))
    assert.match(paths.movedBecause ?? '', /DAYBOOK_STATE_LOCAL/)
    assert.equal(openState(root).dir, paths.dir)
    assert.equal(existsSync(join(root, '.daybook')), false)
  })
  it('follows no link that a repository may carry', () => {
    symlinkSync(elsewhere, join(root, '.daybook'))
    const paths = openState(root)
    assert.notEqual(paths.dir, join(root, '.daybook'))
    assert.match(paths.movedBecause ?? '', /link/)
  })
  it("leaves another user's state alone, and says so", function () {
    if (process.getuid?.() !== 0) skip(this, 'only root can give a folder to another user')
    mkdirSync(join(root, '.daybook'), { mode: 0o700 })
    chownSync(join(root, '.daybook'), 12345, 12345)
    const paths = openState(root)
    assert.ok(paths.dir.startsWith(elsewhere))
    assert.match(paths.movedBecause ?? '', /another user/)
    assert.equal(existsSync(join(root, '.daybook', 'artifacts')), false)
  })
})
