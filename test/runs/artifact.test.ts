import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import fc from 'fast-check'
import {
  artifactChecksum,
  artifactsSizeBytes,
  clearIncoming,
  listArtifacts,
  removeArtifacts,
  resolveExisting,
  saveArtifact,
} from '../../shared/runs/artifact.ts'
import {
  artifactPathOfUri,
  joinArtifactPath,
  parseArtifactPath,
  uriBelow,
  type ArtifactPath,
} from '../../shared/runs/artifact_path.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

describe('parseArtifactPath()', () => {
  const taken: [string, string][] = [
    ['', ''],
    ['.', ''],
    ['a/b.txt', 'a/b.txt'],
    ['a//b/./c/', 'a/b/c'],
    ['...', '...'],
    ['a..b/..c', 'a..b/..c'],
    ['dog%step%20.png', 'dog%step%20.png'],
    ['ä ö/日本語 #1?', 'ä ö/日本語 #1?'],
  ]
  for (const [raw, path] of taken)
    it(`takes ${JSON.stringify(raw)}`, () => assert.equal(parseArtifactPath(raw), path))

  const refused = [
    '..',
    '../a',
    'a/../b',
    'a/..',
    '/etc/passwd',
    '//a',
    'a\\..\\b',
    'C:/x',
    'C:',
    'file:///etc/passwd',
    'a\0b',
    'a\nb',
    '%2e%2e/a',
    '%2E%2E%2Fa',
    '%252e%252e/a',
    '%25252e%25252e%25252fa',
    '%2fetc/passwd',
    './%2F',
    'a/%5c..%5cb',
    'a/%00',
    '.incoming/x',
    '%2eincoming/x',
  ]
  for (const raw of refused) {
    it(`refuses ${JSON.stringify(raw)}`, () => {
      assert.throws(() => parseArtifactPath(raw), { code: 'bad_request', message: 'Invalid path' })
    })
  }

  it('gives a path that stays below its root, however often it is decoded, or refuses', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2F',
      '%25',
      '%5c',
      'a',
      ':',
      'C',
      '%',
      '\0',
      'ä',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let path: string
        try {
          path = parseArtifactPath(pieces.join(''))
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'bad_request')
          return
        }
        for (let round = 0; round < 4; round++) {
          assert(resolve('/root', path).startsWith(`${sep}root`), path)
          assert(!path.includes('\\') && !path.includes('\0'))
          path = path.replace(/%([0-9a-fA-F]{2})/g, (_escape, hex: string) =>
            String.fromCharCode(parseInt(hex, 16)),
          )
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('artifactPathOfUri()', () => {
  const uris: [string, string | null][] = [
    ['mlflow-artifacts:/1/r/artifacts', '1/r/artifacts'],
    ['mlflow-artifacts:/1/r/artifacts/', '1/r/artifacts'],
    ['mlflow-artifacts:///1/r', '1/r'],
    ['mlflow-artifacts:', ''],
    ['http://127.0.0.1:5000/api/2.0/mlflow-artifacts/artifacts/1/r', '1/r'],
    ['http://127.0.0.1:5000/k/abc/api/2.0/mlflow-artifacts/artifacts/1/r', '1/r'],
    ['s3://bucket/1', null],
    ['file:///tmp/x', null],
    ['/tmp/x', null],
  ]
  for (const [uri, path] of uris) {
    it(`gives ${path ?? 'nothing'} for ${uri}`, () => assert.equal(artifactPathOfUri(uri), path))
  }
  it('refuses a URI that leads out', () => {
    assert.throws(() => artifactPathOfUri('mlflow-artifacts:/1/../../etc'), { code: 'bad_request' })
  })
})

describe('uriBelow()', () => {
  const uris: [string, string][] = [
    ['mlflow-artifacts:/1', 'mlflow-artifacts:/1/r/artifacts'],
    ['s3://b/x/', 's3://b/x/r/artifacts'],
    ['mysql://u@h/db?driver=a/b', 'mysql://u@h/db/r/artifacts?driver=a/b'],
    ['/data', '/data/r/artifacts'],
  ]
  for (const [root, below] of uris)
    it(`gives ${below}`, () => assert.equal(uriBelow(root, 'r/artifacts'), below))
})

describe('the artifacts', () => {
  let dir: string
  let outside: string
  let store: Store
  const path = (text: string): ArtifactPath => parseArtifactPath(text)
  const save = async (name: string, chunks: Iterable<string> | AsyncIterable<string>): Promise<string> => {
    async function* bytes(): AsyncGenerator<Buffer> {
      for await (const chunk of chunks) yield Buffer.from(chunk)
    }
    return (await saveArtifact(store, dir, { path: path(name), nowMs: 1 }, bytes())).sha256
  }
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'artifacts-'))
    outside = mkdtempSync(join(tmpdir(), 'outside-'))
    writeFileSync(join(outside, 'secret'), 'secret')
    store = openStore(':memory:')
  })
  afterEach(() => {
    store.close()
    rmSync(dir, { recursive: true })
    rmSync(outside, { recursive: true })
  })

  it('keep a file whole, with size and checksum, and replace it whole', async () => {
    await save('1/r/artifacts/a.txt', ['old and longer'])
    const sha256 = await save('1/r/artifacts/a.txt', ['ab', '', 'c'])
    assert.equal(sha256, createHash('sha256').update('abc').digest('hex'))
    assert.equal(artifactChecksum(store, path('1/r/artifacts/a.txt')), sha256)
    assert.equal(readFileSync(join(dir, '1/r/artifacts/a.txt'), 'utf8'), 'abc')
    assert.deepEqual(readdirSync(join(dir, '.incoming')), [])
  })

  it('keep the old file and nothing else when an upload breaks off', async () => {
    await save('a.txt', ['old'])
    async function* broken(): AsyncGenerator<string> {
      yield 'half'
      throw new Error('hung up')
    }
    await assert.rejects(save('a.txt', broken()), /hung up/)
    await assert.rejects(save('b/c.txt', broken()), /hung up/)
    assert.equal(readFileSync(join(dir, 'a.txt'), 'utf8'), 'old')
    assert.deepEqual(readdirSync(join(dir, '.incoming')), [])
    assert.equal(existsSync(join(dir, 'b/c.txt')), false)
  })

  it('refuse a file where a folder stands and a folder where a file stands', async () => {
    await save('a/b', ['1'])
    await assert.rejects(save('a', ['2']), { code: 'conflict' })
    await assert.rejects(save('a/b/c', ['2']), { code: 'conflict' })
    await assert.rejects(save('', ['2']), { code: 'bad_request' })
    await assert.rejects(save('x'.repeat(300), ['2']), { code: 'bad_request' })
    assert.deepEqual(readdirSync(join(dir, '.incoming')), [])
  })

  it('are listed by name, one level at a time, without what lies in the works', async () => {
    await save('r/b.txt', ['22'])
    await save('r/a/deep/x', ['1'])
    mkdirSync(join(dir, 'r', 'empty'))
    const list = (where: string): unknown[] =>
      listArtifacts(dir, path(where)).map((entry) => [entry.path, entry.isDir, entry.sizeBytes])
    assert.deepEqual(list('r'), [
      ['r/a', true, null],
      ['r/b.txt', false, 2],
      ['r/empty', true, null],
    ])
    assert.deepEqual(list(''), [['r', true, null]])
    assert.deepEqual(list('r/b.txt'), [])
    assert.deepEqual(list('nothing/there'), [])
    assert.equal(artifactsSizeBytes(dir, path('r')), 3)
  })

  it('follow links inside and none that lead outside', async () => {
    await save('r/real.txt', ['1'])
    symlinkSync(join(dir, 'r', 'real.txt'), join(dir, 'r', 'inside'))
    symlinkSync(outside, join(dir, 'r', 'out'))
    symlinkSync(join(outside, 'secret'), join(dir, 'r', 'file'))
    symlinkSync(join(dir, 'r', 'loop'), join(dir, 'r', 'loop'))
    assert.deepEqual(
      listArtifacts(dir, path('r')).map((entry) => entry.path),
      ['r/inside', 'r/real.txt'],
    )
    assert.equal(resolveExisting(dir, path('r/out/secret')), null)
    await assert.rejects(save('r/out/new', ['x']), { code: 'bad_request' })
    await assert.rejects(save('r/out/deep/new', ['x']), { code: 'bad_request' })
    await save('r/file', ['mine'])
    assert.deepEqual(readdirSync(outside), ['secret'])
    assert.equal(readFileSync(join(outside, 'secret'), 'utf8'), 'secret')
  })

  it('are removed with all below, a link without what it points to', async () => {
    const gone = ['r/a/1', 'r/a/2', 'r/a0']
    for (const name of gone) await save(name, ['x'])
    symlinkSync(outside, join(dir, 'r', 'a', 'out'))
    removeArtifacts(store, dir, path('r/a'))
    removeArtifacts(store, dir, path('r/a'))
    assert.deepEqual(readdirSync(join(dir, 'r')), ['a0'])
    assert.deepEqual(
      gone.map((name) => artifactChecksum(store, path(name)) !== null),
      [false, false, true],
    )
    assert.equal(existsSync(join(outside, 'secret')), true)
    assert.throws(() => removeArtifacts(store, dir, path('')), { code: 'bad_request' })
  })

  it('lose what was left of interrupted uploads when told so', async () => {
    await save('a', ['1'])
    writeFileSync(join(dir, '.incoming', 'left'), 'half')
    clearIncoming(dir)
    assert.deepEqual(readdirSync(dir), ['a'])
    assert.equal(joinArtifactPath(path('a'), path('')), 'a')
  })
})
