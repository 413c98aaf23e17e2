import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { Problem } from '../../shared/base/problem.ts'
import { dataDefaults } from '../../shared/data/data_process.ts'
import { lintInProcess, type LintRequest } from '../../shared/data/lint_process.ts'
import type { LintReport } from '../../shared/data/report.ts'

const cli = fileURLToPath(new URL('../../shared/daemon/cli/main.ts', import.meta.url))

describe('daybook lint', function () {
  this.timeout(120_000)
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-lint-test-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))

  const write = (name: string, text: string | Uint8Array): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const look = (path: string, more: Partial<LintRequest> = {}): Promise<LintReport> =>
    lintInProcess(
      { path, against: null, table: null, rules: {}, suppress: [], engine: 'auto', ...dataDefaults, ...more },
      { timeLimitMs: 100_000 },
    )
  const refused = async (path: string, says: RegExp): Promise<void> => {
    await assert.rejects(look(path), (error) => {
      assert.ok(error instanceof Problem, String(error))
      assert.match(error.message, says)
      assert.notEqual(error.code, 'internal')
      assert.doesNotMatch(error.message, /\n\s+at /)
      return true
    })
  }

  it('reads CSV, TSV, JSON, JSON lines and SQLite to the same columns', async () => {
    const database = new DatabaseSync(join(folder, 'a.db'))
    database.exec("CREATE TABLE t (n INTEGER, s TEXT); INSERT INTO t VALUES (1, 'x'), (NULL, 'y')")
    database.close()
    const paths = [
      write('a.csv', 'n,s\n1,x\n,y\n'),
      write('a.tsv', 'n\ts\n1\tx\n\ty\n'),
      write('a.json', '[{"n": 1, "s": "x"}, {"n": null, "s": "y"}]'),
      write('a.jsonl', '{"n": 1, "s": "x"}\n{"n": null, "s": "y"}\n'),
      join(folder, 'a.db'),
    ]
    for (const path of paths) {
      const { rows, columns } = await look(path)
      assert.equal(rows, 2, path)
      assert.deepEqual(
        columns.map(({ name, kind, nulls, distinct }) => [name, kind, nulls, distinct]),
        [
          ['n', 'integer', 1, 1],
          ['s', 'text', 0, 2],
        ],
        path,
      )
    }
  })
  it('reads many files as one', async () => {
    write('part-1.csv', 'a,b\n1,2\n')
    write('part-2.csv', 'a,b\n3,4\n')
    assert.equal((await look(join(folder, 'part-*.csv'))).rows, 2)
  })
  it('says in a sentence what is wrong with a bad file', async () => {
    await refused(write('empty.csv', ''), /is empty: 0 bytes/)
    await refused(join(folder, 'none.csv'), /There is no file/)
    await refused(folder, /is a folder/)
    await refused(join(folder, 'none-*.csv'), /No file fits/)
    await refused(
      write('picture.csv', Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1')),
      /a picture, not a table/,
    )
    await refused(
      write(
        'bytes.csv',
        Uint8Array.from({ length: 999 }, (_, i) => (i * 37) % 256),
      ),
      /not text/,
    )
    await refused(write('book.csv', 'PK\x03\x04 and more'), /zip archive/)
    await refused(write('broken.parquet', 'PAR1 and then nothing'), /./)
    await refused(write('broken.arrow', 'ARROW1\0\0 and then nothing'), /Arrow/)
    await refused(write('broken.json', '[{"a": 1}, {"a": '), /./)
    const levels = 20_000
    await refused(
      write('deepest.json', `[{"a": ${'['.repeat(levels)}${']'.repeat(levels)}}]`),
      /nested more than 250 deep/,
    )
    await refused(write('broken.db', 'SQLite format 3\0 and then nothing'), /./)
  })
  it('reads what is odd but can be read', async () => {
    assert.equal((await look(write('one.csv', 'a\n1\n2\n'))).columns.length, 1)
    // Fewer bytes than the mark of any format.
    for (const [name, text, rows] of [
      ['tiny.csv', 'a\n', 0],
      ['mark.csv', '\ufeff', 0],
      ['tiny.json', '3', 1],
    ] as const)
      assert.equal((await look(write(name, text))).rows, rows, name)
    const brackets = write('brackets.json', JSON.stringify([{ a: '[{'.repeat(999) }, { a: '\\"[' }]))
    assert.equal((await look(brackets)).rows, 2)
    const wide = Array.from({ length: 10_000 }, (_, i) => `c${i}`)
    const lineOf = (row: number): string =>
      wide.map((_, i) => (i % 2 === 0 ? i * row : `kind ${(i + row) % 7}`)).join(',')
    const lines = [wide, ...Array.from({ length: 20 }, (_, row) => [lineOf(row)])]
    const many = await look(write('wide.csv', lines.join('\n')))
    assert.deepEqual(
      [many.rows, many.columns.length, many.columns[2]?.kind, many.columns[3]?.distinct],
      [20, 10_000, 'integer', 7],
    )
    const ragged = await look(write('ragged.csv', 'a,b,c\n1,2,3\n4,5\n6,7,8\n9,10,11,12\n13,14,15\n'))
    assert.deepEqual(
      ragged.columns.map(({ name }) => name),
      ['a', 'b', 'c'],
    )
    assert.match(ragged.notes.join(' '), /more or fewer cells/)
    for (const [encoding, mark] of [
      ['latin1', ''],
      ['utf16le', '\ufeff'],
    ] as const) {
      const text = `${mark}name;town\n${'Jos\u00e9;K\u00f6ln\nZo\u00eb;M\u00e1laga\n'.repeat(20)}`
      const { columns, notes } = await look(write(`${encoding}.csv`, Buffer.from(text, encoding)))
      assert.deepEqual(
        columns.map(({ name }) => name),
        ['name', 'town'],
      )
      assert.deepEqual(
        columns[1]?.top.map(({ value }) => value),
        ['K\u00f6ln', 'M\u00e1laga'],
      )
      assert.match(notes.join(' '), /it is not UTF-8/)
    }
    const long = await look(write('long.csv', `a,b\n1,${'x'.repeat(1_000_000)}\n2,y\n`))
    assert.equal(long.columns[1]?.texts?.longest, 1_000_000)
    const names = await look(write('names.csv', 'a,a,\n1,2,3\n4,5,6\n'))
    assert.equal(new Set(names.columns.map(({ name }) => name)).size, 3)
    assert.deepEqual(names.notes, [
      "In the header 'a' names more than one column, and 1 column has no name: such columns are numbered.",
    ])
    const deep = await look(write('deep.json', `[{"a": ${'['.repeat(60)}1${']'.repeat(60)}}]`))
    assert.equal(deep.columns[0]?.kind, 'nested')
  })
  it('gives up when told to, and when the time is over', async () => {
    const path = write('a.csv', 'a\n1\n')
    const request = { path, against: null, table: null, rules: {}, suppress: [], ...dataDefaults } as const
    await assert.rejects(lintInProcess({ ...request, engine: 'auto' }, { timeLimitMs: 1 }), /longer than/)
    const aborted = lintInProcess(
      { ...request, engine: 'auto' },
      { timeLimitMs: 9999, signal: AbortSignal.timeout(5) },
    )
    await assert.rejects(aborted, /given up/)
  })
  it('prints findings, as text and as JSON, and fails at the level asked for', () => {
    const rows = Array.from({ length: 60 }, (_, i) => (i < 30 ? ',,1' : `a,b,${i}`))
    const path = write('gaps.csv', `p,q,n\n${rows.join('\n')}\n`)
    const run = (...args: string[]): ReturnType<typeof spawnSync> =>
      spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', cli, 'lint', path, ...args], {
        encoding: 'utf8',
        env: { ...process.env, NO_COLOR: '1' },
      })
    const shown = run()
    assert.match(String(shown.stdout), /p and q are missing together in 30 rows/)
    assert.equal(shown.status, 0)
    assert.equal(run('--fail-on', 'warn').status, 3)
    const report = JSON.parse(String(run('--json').stdout)) as LintReport
    assert.equal(report.findings[0]?.rule, 'missing-together')
    assert.equal(run('--fail-on', 'loud').status, 1)
  })
})
