import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database, quoteText } from '../../shared/data/database.ts'
import { writeParquet, type ParquetRequest } from '../../shared/data/parquet.ts'
import { writeMetricsCsv, writeRunsCsv } from '../../shared/runs/export.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun } from '../../shared/runs/run.ts'
import { eachWithStore } from '../runs/store.ts'

describe('writeParquet()', function () {
  this.timeout(60_000)
  const held = eachWithStore()
  let folder: string
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-parquet-'))))
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  async function rows(path: string): Promise<Record<string, unknown>[]> {
    const database = await Database.open({ memoryBytes: 100_000_000, threads: 1, spillFolder: folder })
    try {
      return await database.rows(`SELECT * FROM read_parquet(${quoteText(path)})`)
    } finally {
      database.close()
    }
  }

  it('keeps names, texts and numbers of an export as they are, with types', async () => {
    const text = 'a "quoted", text\nof two lines; it\'s {odd}'
    const { id } = createRun(held.store, { experimentId: '0', name: text, startMs: 1_700_000_000_000 })
    logBatch(held.store, id, {
      params: { 'odd "name", x': text, depth: '007' },
      metrics: [
        { key: 'loss', value: 0.1, step: 2n ** 53n + 1n, atMs: 7 },
        { key: 'loss', value: NaN, step: 1, atMs: 7 },
      ],
    })
    const [runs, metrics] = [join(folder, 'runs.csv'), join(folder, 'metrics.csv')]
    const columns = writeRunsCsv(held.store, runs)
    writeMetricsCsv(held.store, metrics)
    const types = { text: 'VARCHAR', number: 'DOUBLE', whole: 'BIGINT', time: 'TIMESTAMP' } as const
    const requests: ParquetRequest[] = [
      {
        csv: runs,
        parquet: join(folder, 'runs.parquet'),
        columns: columns.map(([name, kind]) => [name, types[kind]]),
      },
      {
        csv: metrics,
        parquet: join(folder, 'metrics.parquet'),
        columns: [
          ['run_id', 'VARCHAR'],
          ['metric', 'VARCHAR'],
          ['step', 'BIGINT'],
          ['timestamp_ms', 'BIGINT'],
          ['value', 'DOUBLE'],
        ],
      },
    ]
    await writeParquet(requests)
    const [run] = await rows(join(folder, 'runs.parquet'))
    assert.equal(run?.['name'], text)
    assert.equal(run['params.odd "name", x'], text)
    assert.equal(run['params.depth'], '007', 'a parameter is a text')
    assert.equal(run['metrics.loss'], 0.1)
    assert.deepEqual(run['start'], new Date(1_700_000_000_000))
    assert.equal(run['end'], null)
    const values = await rows(join(folder, 'metrics.parquet'))
    assert.deepEqual(
      values.map((row) => [row['step'], row['value']]),
      [
        [1, NaN],
        [Number(2n ** 53n + 1n), 0.1],
      ],
    )
  })

  it('says what is wrong, and leaves nothing half written', async () => {
    const csv = join(folder, 'a.csv')
    writeFileSync(csv, 'a\n1,2,3\n')
    const request: ParquetRequest = { csv, parquet: join(folder, 'a.parquet'), columns: [['a', 'DOUBLE']] }
    await assert.rejects(writeParquet([request]))
    assert.deepEqual(readdirSync(folder), ['a.csv'])
    await assert.rejects(writeParquet([{ ...request, csv: join(folder, 'none.csv') }]))
    assert.ok(!existsSync(request.parquet))
  })
})
