import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:net'
import { Problem } from '../../shared/base/problem.ts'
import { loadPostgres, shownAddress } from '../../shared/data/postgres.ts'
import { type PostgresServer, startPostgres } from './postgres_server.ts'

describe('a table of PostgreSQL', function () {
  this.timeout(60_000)
  let server: PostgresServer | undefined
  before(async function () {
    server = await startPostgres(this)
    server.sql(`
      CREATE TABLE kinds (i integer, b bigint, n numeric, f double precision, t text, flag boolean, d date,
        s timestamptz, j jsonb, a integer[], bytes bytea);
      INSERT INTO kinds VALUES
        (1, 9007199254740993, 1.25, 'NaN', 'Zoë', true, '2020-02-29', '2020-01-01 12:00+02', '{"a": 1}', '{1,2}', '\\x00ff'),
        (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
        (-3, 4, 1000.5, 'Infinity', '', false, 'infinity', '1969-12-31 23:59:59.5+00', '[]', '{}', '\\x');
      CREATE SCHEMA other;
      CREATE TABLE other.many AS SELECT i AS id, i % 7 AS week_day FROM generate_series(1, 50000) AS i;
    `)
  })
  after(() => server?.close())
  const load = (table: string | null, sampleRows = 100_000, more = {}): ReturnType<typeof loadPostgres> =>
    loadPostgres(server?.address ?? '', { table, sampleRows, ...more })
  const fails = (work: Promise<unknown>, says: RegExp): Promise<void> =>
    assert.rejects(work, (error) => {
      assert.ok(error instanceof Problem, String(error))
      assert.match(error.message, says)
      assert.doesNotMatch(error.message + (error.hint ?? ''), /secret/)
      return true
    })

  it('is read with all its types', async () => {
    const { profile, name, sample } = await load('kinds')
    assert.match(name, /^postgres:kinds$/)
    assert.deepEqual(
      profile.columns.map(({ name: column, kind, nulls }) => [column, kind, nulls]),
      [
        ['i', 'integer', 1],
        ['b', 'integer', 1],
        ['n', 'number', 1],
        ['f', 'number', 1],
        ['t', 'text', 1],
        ['flag', 'boolean', 1],
        ['d', 'date', 2],
        ['s', 'timestamp', 1],
        ['j', 'nested', 1],
        ['a', 'text', 1],
        ['bytes', 'binary', 1],
      ],
    )
    assert.deepEqual(profile.columns[1]?.top.map(({ value }) => value).sort(), ['4', '9007199254740993'])
    assert.deepEqual([...(sample.columns[7]?.numbers ?? [])], [Date.UTC(2020, 0, 1, 10), NaN, -500])
    assert.equal(profile.columns[3]?.numbers?.infinities, 1)
  })
  it('is counted over all rows, with a sample at even distances', async () => {
    const { profile, sample, rowNumbers } = await load('other.many', 5000)
    assert.deepEqual([profile.rows, sample.rows, rowNumbers?.[1]], [50_000, 5000, 10])
    assert.equal(profile.columns[0]?.distinct, 50_000)
    assert.equal(profile.columns[0].numbers?.mean, 25_000.5)
  })
  it('must be named where there are several, and what is wrong is said without the password', async () => {
    await fails(load(null), /has 2 tables/)
    await fails(load('none'), /has no table "none"/)
    const address = server?.address ?? ''
    await fails(
      loadPostgres(address.replace(/\/postgres$/, '/nowhere'), { table: null, sampleRows: 10 }),
      /"nowhere" does not exist/,
    )
    await fails(
      loadPostgres('postgres://me:secret@127.0.0.1:1/x', { table: null, sampleRows: 10 }),
      /^Cannot read postgres:\/\/127\.0\.0\.1:1\/x: /,
    )
    await fails(
      loadPostgres('mysql://me:secret@host/x', { table: null, sampleRows: 10 }),
      /^mysql:\/\/host\/x cannot be read: mysql is not known/,
    )
    assert.equal(shownAddress('postgres://me:secret@host:5432/x?password=secret'), 'postgres://host:5432/x')
  })
  it('that is locked, and a server that never answers, end in a sentence', async () => {
    server?.sql(
      'CREATE TABLE slow (a integer); INSERT INTO slow VALUES (1); CREATE VIEW sleepy AS SELECT a, pg_sleep(30)::text FROM slow',
    )
    await fails(
      load('sleepy', 10, { answerLimitMs: 500 }),
      /did not answer within 1 s and was given up|did not answer within/,
    )
    const silent = await new Promise<Server>((resolve) => {
      const made = createServer(() => undefined).listen(0, '127.0.0.1', () => resolve(made))
    })
    const { port } = silent.address() as { port: number }
    try {
      await fails(
        loadPostgres(`postgres://me:secret@127.0.0.1:${port}/x`, {
          table: null,
          sampleRows: 10,
          answerLimitMs: 1000,
        }),
        /did not answer within 1 s and was given up/,
      )
    } finally {
      silent.close()
    }
  })
})
