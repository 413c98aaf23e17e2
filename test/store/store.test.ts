import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Problem } from '../../shared/base/problem.ts'
import { migrations } from '../../shared/store/migrations.ts'
import { openStore } from '../../shared/store/store.ts'

describe('openStore()', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daybook-test-'))
    path = join(folder, 'daybook.db')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const damaged = (error: Problem): boolean => error.code === 'store_damaged' && error.hint !== undefined

  it('makes a database of the newest schema, and opens it again as it is', () => {
    const store = openStore(path)
    store.run("INSERT INTO text_blob (hash, text) VALUES ('a', 'b')")
    assert.equal(store.get('PRAGMA user_version')?.['user_version'], migrations.length)
    store.close()
    const again = openStore(path)
    assert.equal(again.get('SELECT text FROM text_blob')?.['text'], 'b')
    again.close()
  })
  it('uses a database of a newer version without touching its schema', () => {
    openStore(path).close()
    const newer = new DatabaseSync(path)
    newer.exec(`CREATE TABLE future (a); PRAGMA user_version = ${migrations.length + 5}`)
    newer.close()
    const store = openStore(path)
    assert.equal(store.get('PRAGMA user_version')?.['user_version'], migrations.length + 5)
    store.close()
  })
  it("refuses another program's database, and leaves it alone", () => {
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE theirs (a)')
    other.close()
    assert.throws(() => openStore(path), damaged)
    const left = new DatabaseSync(path, { readOnly: true })
    assert.deepEqual(
      left
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map((row) => row['name']),
      ['theirs'],
    )
    left.close()
  })
  it('refuses what is no database', () => {
    writeFileSync(path, 'this is a text, and a long one, so that it is more than a header'.repeat(50))
    assert.throws(() => openStore(path), damaged)
  })
  it('takes back a transaction that throws, and nests into the outer one', () => {
    const store = openStore(path)
    const insert = (hash: string): void =>
      void store.run("INSERT INTO text_blob (hash, text) VALUES (?, '')", hash)
    assert.throws(() =>
      store.transaction(() => {
        insert('a')
        store.transaction(() => insert('b'))
        throw new Error('no')
      }),
    )
    assert.equal(store.all('SELECT * FROM text_blob').length, 0)
    store.transaction(() => insert('c'))
    assert.equal(store.all('SELECT * FROM text_blob').length, 1)
    store.close()
  })
  it('takes back an inner transaction that throws, and only that, when somebody catches it', () => {
    const store = openStore(path)
    const insert = (hash: string): void =>
      void store.run("INSERT INTO text_blob (hash, text) VALUES (?, '')", hash)
    store.transaction(() => {
      insert('before')
      assert.throws(() =>
        store.transaction(() => {
          insert('half')
          throw new Error('no')
        }),
      )
      insert('after')
    })
    const kept = store.all('SELECT hash FROM text_blob ORDER BY hash').map((row) => row['hash'])
    assert.deepEqual(kept, ['after', 'before'])
    store.close()
  })
})
