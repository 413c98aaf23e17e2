import assert from 'node:assert/strict'
import { readZip } from '../../shared/data/zip_file.ts'
import { writeZip } from '../../shared/data/zip_write.ts'

describe('writeZip', () => {
  it('writes what readZip reads, the same bytes each time', () => {
    const files = new Map([
      ['empty', Buffer.alloc(0)],
      ['a/ä.txt', Buffer.from('x'.repeat(10_000))],
      ['b/c/d', Buffer.from([0, 255, 1])],
    ])
    const zip = writeZip(files)
    const read = readZip(zip)
    assert.deepEqual([...read.keys()], [...files.keys()])
    for (const [name, data] of files) assert.deepEqual(read.get(name)?.(), data)
    assert.deepEqual(writeZip(files), zip)
    assert.ok(zip.length < 1000)
  })
})
