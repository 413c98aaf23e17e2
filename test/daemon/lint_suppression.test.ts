import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addSuppression, removeSuppression } from '../../shared/daemon/lint_suppression.ts'
import { readLintSettings } from '../../shared/daemon/lint_settings_file.ts'

describe('an accepted finding in daybook.yaml', () => {
  let root: string
  const path = (): string => join(root, 'daybook.yaml')
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'daybook-accept-'))))
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  const one = { rule: 'cap', columns: ['gain'], data: 'people' }

  it('is noted in a file that there was not, and taken out again', () => {
    addSuppression(root, { ...one, reason: 'the census caps it' })
    assert.deepEqual(readLintSettings(root).suppress, [{ ...one, reason: 'the census caps it' }])
    removeSuppression(root, one)
    assert.deepEqual(readLintSettings(root).suppress, [])
  })
  it('leaves the rest of the file as it was written', () => {
    const text =
      '# ours\nsources: {a: b}   # kept\nlint:\n  rules:\n    heavy-tail: off\n  suppress:\n    - { rule: missing, reason: "so it is" } # known\n'
    writeFileSync(path(), text)
    addSuppression(root, { rule: 'cap', reason: 'a limit: known' })
    const changed = readFileSync(path(), 'utf8')
    for (const part of [
      '# ours',
      '# kept',
      'heavy-tail: off',
      '{ rule: missing, reason: "so it is" } # known',
    ])
      assert.ok(changed.includes(part), changed)
    assert.equal(readLintSettings(root).suppress.length, 2)
    removeSuppression(root, { rule: 'cap' })
    assert.equal(readLintSettings(root).suppress.length, 1)
  })
  it('is refused where the file is broken, which is not touched', () => {
    writeFileSync(path(), 'lint: [')
    assert.throws(() => addSuppression(root, { ...one, reason: 'as it is' }), /daybook\.yaml cannot be read/)
    assert.equal(readFileSync(path(), 'utf8'), 'lint: [')
  })
})
