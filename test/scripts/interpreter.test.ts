import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPython } from '../../scripts/interpreter.mjs'
import { skip } from '../skip.ts'

describe('findPython()', () => {
  const kept = { path: process.env['PATH'], named: process.env['DAYBOOK_PYTHON'] }
  let folder = ''

  before(function () {
    if (process.platform === 'win32')
      skip(this, 'stands in for Python with shell scripts, which Windows has not')
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'p-'))
    process.env['PATH'] = folder
    delete process.env['DAYBOOK_PYTHON']
  })
  afterEach(() => {
    process.env['PATH'] = kept.path
    if (kept.named !== undefined) process.env['DAYBOOK_PYTHON'] = kept.named
    else delete process.env['DAYBOOK_PYTHON']
    rmSync(folder, { recursive: true })
  })

  /** A program that says it is a Python of this version, or that breaks. */
  function put(name: string, version: string | null): string {
    const path = join(folder, name)
    writeFileSync(path, version === null ? '#!/bin/sh\nexit 1\n' : `#!/bin/sh\necho "python ${version}"\n`)
    chmodSync(path, 0o755)
    return path
  }

  it("takes the user's python3 if it is new enough", async () => {
    put('python3', '3 11 2')
    put('python3.13', '3 13 0')
    assert.deepEqual(await findPython(), { command: ['python3'], version: '3.11.2', minor: 11 })
  })
  it('looks for numbered ones where python3 is too old, newest first', async () => {
    put('python3', '3 9 2')
    put('python3.10', '3 10 4')
    put('python3.12', '3 12 1')
    assert.deepEqual((await findPython()).command, ['python3.12'])
  })
  it('takes one that is newer than any tried only where there is no other', async () => {
    put('python3', '3 19 0')
    assert.equal((await findPython()).version, '3.19.0')
    put('python3.11', '3 11 0')
    assert.equal((await findPython()).version, '3.11.0')
  })
  it('takes the one that DAYBOOK_PYTHON names, and refuses it if it is none or too old', async () => {
    put('python3', '3 11 2')
    process.env['DAYBOOK_PYTHON'] = put('mine', '3 10 0')
    assert.equal((await findPython()).version, '3.10.0')
    process.env['DAYBOOK_PYTHON'] = put('old', '3 8 1')
    await assert.rejects(findPython(), /names Python 3\.8\.1: 3\.10 or newer is needed/)
    process.env['DAYBOOK_PYTHON'] = join(folder, 'absent')
    await assert.rejects(findPython(), /which is no Python 3/)
  })
  it('says that there is none, or none new enough', async () => {
    await assert.rejects(findPython(), /Python is not installed/)
    put('python3', null)
    await assert.rejects(findPython(), /Python is not installed/)
    put('python', '2 7 18')
    await assert.rejects(findPython(), /Python is not installed/)
    put('python3', '3 7 0')
    await assert.rejects(findPython(), /Python 3\.7\.0 is too old/)
  })
})
