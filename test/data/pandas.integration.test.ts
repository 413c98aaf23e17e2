import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { tableFromArrow } from '../../shared/data/arrow.ts'
import { Database } from '../../shared/data/database.ts'
import { loadFiles } from '../../shared/data/load.ts'
import { lint } from '../../shared/data/lint.ts'
import { type ColumnProfile } from '../../shared/data/profile.ts'
import { profileTable } from '../../shared/data/summary.ts'
import { realData } from './real_data.ts'

const python = fileURLToPath(new URL('../../.venv/bin/python', import.meta.url))
const randomFrames = fileURLToPath(new URL('./random_frames.py', import.meta.url))
const seed = 7
const script = fileURLToPath(new URL('./pandas_profile.py', import.meta.url))

/** What pandas says of a column. */
interface Peer {
  name: string
  nulls: number
  distinct: number
  mean?: number
  deviation: number
  skewness: number | null
  kurtosis: number | null
  quantiles: number[]
  zeros: number
  top: number
  meanLength: number | null
}

describe('a profile and pandas, NumPy, SciPy', function () {
  this.timeout(60_000)
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-profile-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const path of [
    'tabular/adults_evidently.parquet',
    'tabular/bike_hour.csv',
    'tabular/nannyml_titanic_reference.csv',
    'tabular/compas-scores-two-years.csv',
  ]) {
    it(`say the same of ${path}, to nine digits`, function () {
      const source = realData(this, path)
      const arrow = join(folder, 'frame.arrow')
      const output = execFileSync(python, [script, source, arrow], { encoding: 'utf8', maxBuffer: 1e8 })
      const peer = JSON.parse(output) as { rows: number; columns: Peer[] }
      const profile = profileTable(tableFromArrow(readFileSync(arrow)))
      assert.equal(profile.rows, peer.rows)
      profile.columns.forEach((column, i) => sameAsPandas(column, peer.columns[i]!))
    })
  }
  it('say the same of random frames of every type: gaps, infinities, no rows and one (property)', () => {
    const output = execFileSync(python, [randomFrames, folder, '60', String(seed)], {
      encoding: 'utf8',
      maxBuffer: 1e8,
    })
    const peers = JSON.parse(output) as { rows: number; columns: Peer[] }[]
    peers.forEach((peer, i) => {
      const profile = profileTable(tableFromArrow(readFileSync(join(folder, `${i}.arrow`))))
      assert.equal(profile.columns.length, peer.columns.length)
      assert.equal(profile.rows, peer.rows)
      profile.columns.forEach((column, k) => {
        try {
          sameAsPandas(column, peer.columns[k]!)
        } catch (error) {
          throw new Error(`Frame ${i} of seed ${seed}, ${peer.rows} rows`, { cause: error })
        }
      })
    })
  })
})

describe('both engines', function () {
  this.timeout(60_000)
  for (const path of ['tabular/adults_evidently.parquet', 'tabular/bike_hour.csv']) {
    it(`say the same of ${path}`, async function () {
      const source = realData(this, path)
      const spillFolder = mkdtempSync(join(tmpdir(), 'daybook-spill-'))
      const limits = { memoryBytes: 5e8, threads: 2, spillFolder }
      const options = { sampleRows: 100_000 }
      const small = await loadFiles(await Database.open(limits), source, options)
      const large = await loadFiles(await Database.open(limits), source, { ...options, engine: 'sql' })
      assert.equal(large.engine, 'sql')
      assert.deepEqual(lint(large).findings, lint(small).findings)
      large.profile.columns.forEach((column, i) => sameEngine(column, small.profile.columns[i]!))
      rmSync(spillFolder, { recursive: true })
    })
  }
})

function sameAsPandas(column: ColumnProfile, peer: Peer): void {
  const where = column.name
  assert.equal(column.name, peer.name)
  assert.equal(column.nulls + (column.numbers?.nans ?? 0), peer.nulls, where)
  assert.equal(column.distinct, peer.distinct, where)
  if (column.numbers !== null && peer.mean !== undefined) {
    for (const key of ['mean', 'deviation', 'skewness', 'kurtosis'] as const)
      near(column.numbers[key], peer[key] ?? NaN, `${where} ${key}`)
    column.numbers.quantiles.forEach((value, i) =>
      near(value, peer.quantiles[i] ?? NaN, `${where} quantile ${i}`),
    )
    assert.equal(column.numbers.zeros, peer.zeros, where)
  } else if (column.kind === 'text') {
    assert.equal(column.top[0]?.count ?? 0, peer.top, where)
    near(column.texts?.meanLength ?? NaN, peer.meanLength ?? NaN, where)
  }
}

function sameEngine(sql: ColumnProfile, whole: ColumnProfile): void {
  const { name } = whole
  for (const key of ['kind', 'rows', 'nulls', 'distinct'] as const) {
    if (key !== 'distinct' || sql.distinctError === 0) assert.equal(sql[key], whole[key], `${name} ${key}`)
  }
  if (sql.distinctError === 0 && sql.top[0]?.over === 0) assert.deepEqual(sql.top, whole.top, name)
  if (sql.numbers === null || whole.numbers === null) return
  for (const key of ['finite', 'nans', 'infinities', 'zeros', 'negatives', 'wholes'] as const)
    assert.equal(sql.numbers[key], whole.numbers[key], `${name} ${key}`)
  for (const key of ['mean', 'deviation', 'skewness', 'kurtosis'] as const)
    near(sql.numbers[key], whole.numbers[key], `${name} ${key}`)
  assert.deepEqual(
    [sql.numbers.quantiles[0], sql.numbers.quantiles.at(-1)],
    [whole.numbers.quantiles[0], whole.numbers.quantiles.at(-1)],
  )
}

function near(actual: number, expected: number, where: string): void {
  if (Number.isNaN(expected)) return assert.ok(Number.isNaN(actual) || actual === 0, where)
  const gap = Math.abs(actual - expected)
  assert.ok(gap <= 1e-9 * Math.max(1, Math.abs(expected)), `${where}: ${actual}, not ${expected}`)
}
