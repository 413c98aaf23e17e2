import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeShares, vsixShares } from '../../scripts/vsix_shares.mjs'

/** A zip archive of files that hold so many zeros, not packed. */
function archiveOf(files: Readonly<Record<string, number>>): Buffer {
  const headers: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, size] of Object.entries(files)) {
    const local = Buffer.alloc(30)
    local.write('PK\x03\x04', 'latin1')
    local.writeUInt32LE(size, 18)
    local.writeUInt32LE(size, 22)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.write('PK\x01\x02', 'latin1')
    central.writeUInt32LE(size, 20)
    central.writeUInt32LE(size, 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt16LE(4, 30)
    central.writeUInt32LE(offset, 42)
    directory.push(central, Buffer.from(name), Buffer.alloc(4))
    headers.push(local, Buffer.from(name), Buffer.alloc(size))
    offset += 30 + name.length + size
  }
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...headers, ...directory, end])
}

describe('the shares of a .vsix', () => {
  const folder = mkdtempSync(join(tmpdir(), 'v-'))
  after(() => rmSync(folder, { recursive: true }))

  it('are told by what they are of, the largest first', () => {
    const path = join(folder, 'a.vsix')
    const archive = archiveOf({
      'extension.vsixmanifest': 1000,
      'extension/extension.cjs': 200_000,
      'extension/programs/daemon.mjs': 400_000,
      'extension/programs/lint.mjs': 300_000,
      'extension/programs/node_modules/@duckdb/node-api/lib/a.js': 500_000,
      'extension/programs/node_modules/zeromq/lib/a.js': 90_000,
      'extension/programs/node_modules/detect-libc/a.js': 600_000,
    })
    writeFileSync(path, archive)
    const shares = vsixShares(path)
    assert.deepEqual(shares, [
      { name: 'DuckDB', bytes: 1_100_000, files: 2 },
      { name: 'programs', bytes: 700_000, files: 2 },
      { name: 'extension, texts, pictures', bytes: 201_000, files: 2 },
      { name: 'zeromq', bytes: 90_000, files: 1 },
    ])
    assert.equal(
      describeShares(shares, archive.length),
      'DuckDB 1.1, programs 0.7, extension, texts, pictures 0.2, zeromq 0.09 (MB); 1.0 MB without DuckDB',
    )
  })
  it('are not told of what is no archive', () => {
    const path = join(folder, 'b.vsix')
    writeFileSync(path, 'nothing of the kind')
    assert.throws(() => vsixShares(path), /no zip archive/)
  })
})
