import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findDataCopy, keepDataCopy, listDataCopies, restoreDataCopy } from '../../shared/runs/data_copy.ts'
import { readDataSource, waysBack } from '../../shared/runs/data_source.ts'

const sha256 = createHash('sha256').update('a,b\n1,2\n').digest('hex')

describe('copies of data', () => {
  let folder: string
  let dir: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-data-'))
    dir = join(folder, 'data')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  function keep(text = 'a,b\n1,2\n'): void {
    const file = join(folder, 'spooled.bin')
    writeFileSync(file, text, { mode: 0o600 })
    keepDataCopy(dir, sha256, file)
    assert.ok(!existsSync(file), 'moved, or dropped')
  }

  it('are kept once for one content, for the owner alone', () => {
    keep()
    keep()
    assert.deepEqual(
      listDataCopies(dir).map((copy) => [copy.sha256, copy.sizeBytes]),
      [[sha256, 8]],
    )
    assert.equal(statSync(findDataCopy(dir, sha256) ?? '').mode & 0o077, 0)
    assert.equal(statSync(dir).mode & 0o077, 0)
    assert.equal(findDataCopy(dir, 'f'.repeat(64)), null)
  })

  it('are known by checksums only, never by paths', () => {
    assert.equal(findDataCopy(dir, '../../etc/passwd'), null)
    assert.throws(() => keepDataCopy(dir, '../x', join(folder, 'y')), /Not a SHA-256/)
    assert.deepEqual(listDataCopies(join(folder, 'nowhere')), [])
  })

  it('come back byte for byte, and never over another file', async () => {
    keep()
    const target = join(folder, 'deep', 'table.csv')
    assert.equal(await restoreDataCopy(dir, sha256, target), true)
    assert.equal(readFileSync(target, 'utf8'), 'a,b\n1,2\n')
    assert.equal(await restoreDataCopy(dir, sha256, target), false, 'there already')
    writeFileSync(target, 'mine')
    await assert.rejects(restoreDataCopy(dir, sha256, target), /with another content/)
    assert.equal(readFileSync(target, 'utf8'), 'mine')
    await assert.rejects(restoreDataCopy(dir, 'f'.repeat(64), target), /no copy/)
  })

  it('are not given out when they are damaged', async () => {
    keep('something else')
    await assert.rejects(restoreDataCopy(dir, sha256, join(folder, 'table.csv')), /damaged/)
    assert.deepEqual(readdirSync(folder), ['data'], 'nothing is left behind')
  })
})

describe('waysBack()', () => {
  it('names the best way there is, and says when there is none', () => {
    const way = (source: object, hasCopy = false): string =>
      waysBack(readDataSource({ source: JSON.stringify(source) }), hasCopy)
    const pointer = { kind: 'dvc', md5: 'x' }
    assert.equal(way({ uri: 'a.csv', sha256, pointer }, true), 'from its copy')
    assert.equal(way({ uri: 'a.csv', sha256, pointer }), 'by dvc')
    assert.equal(way({ uri: 's3://a/b?versionId=1', reproduce: 'by object version' }), 'by object version')
    // It was copied once, says the source; the copy is not there any more.
    assert.equal(way({ uri: 'a.csv', sha256, reproduce: 'from its copy' }), 'cannot be reproduced')
    assert.equal(way({ tags: {} }), 'cannot be reproduced')
    for (const source of ['', 'no json', '[]', 'null', '7', '{"pointer": null, "uri": 3}']) {
      assert.equal(waysBack(readDataSource({ source }), false), 'cannot be reproduced')
    }
  })
})
