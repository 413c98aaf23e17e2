import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../../shared/data/database.ts'
import { type Prediction, predictionLine } from '../../shared/serving/prediction.ts'
import { PredictionLog } from '../../shared/serving/prediction_log.ts'
import { type PredictionQuery, readPredictions } from '../../shared/serving/prediction_reader.ts'
import {
  dropOldSegments,
  listPredictionSegments,
  predictionSegmentPath,
} from '../../shared/serving/prediction_segment.ts'
import { until } from '../until.ts'

describe('the prediction log', function () {
  this.timeout(60_000)
  let folder: string
  beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), 'daybook-predictions-')), 'predictions')))
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }))
  const clock = { nowMs: () => 1_700_000_000_000 }

  function prediction(i: number, more: Partial<Prediction> = {}): Prediction {
    return {
      requestId: `r${String(i).padStart(6, '0')}`,
      row: 0,
      timeMs: 1_700_000_000_000 + i,
      revision: 1,
      slot: 'champion',
      modelUri: 'models:/income/1',
      latencyMs: 1.5,
      inputs: { age: 39, work: 'a "private" one,\nyes', gone: null, flag: true },
      output: i % 2,
      ...more,
    }
  }

  async function read(query: PredictionQuery = {}): Promise<Prediction[]> {
    const database = await Database.open({ memoryBytes: 200_000_000, threads: 1, spillFolder: tmpdir() })
    const found: Prediction[] = []
    try {
      for await (const batch of readPredictions(database, folder, query)) found.push(...batch)
    } finally {
      database.close()
    }
    return found
  }

  it('goes on in the same place when it is opened again', async () => {
    const log = new PredictionLog({ folder, clock })
    log.add([prediction(1)])
    await log.close()
    log.add([prediction(2)])
    assert.equal(log.state.dropped, 1)
    log.reopen()
    log.add([prediction(3)])
    await until(() => log.state.written === 2)
    assert.deepEqual(
      (await read()).map(({ requestId }) => requestId),
      ['r000001', 'r000003'],
    )
    await log.close()
  })

  it('counts bytes, not letters, towards the size of a segment', async () => {
    const log = new PredictionLog({ folder, clock, segmentBytes: 20_000 })
    for (let i = 0; i < 20; i++) {
      log.add([prediction(i, { inputs: { name: '漢'.repeat(400) } })])
      await log.flush()
    }
    await log.close()
    assert.equal(listPredictionSegments(folder).length, 2)
  })

  it('gives back what it was given, from lines and from Parquet, in the order of time', async () => {
    const log = new PredictionLog({ folder, clock, segmentBytes: 25_000 })
    const all = Array.from({ length: 300 }, (_, i) =>
      prediction(i, {
        slot: (['champion', 'canary', 'shadow'] as const)[i % 3] ?? 'champion',
        output: [0, 'yes', null, [0.25, 0.75], { low: 1, high: 'x' }][i % 5] ?? null,
        ...(i % 7 === 0 ? { error: 'it failed' } : {}),
        ...(i % 2 === 0 ? { chances: [0.1, 0.9] } : {}),
      }),
    )
    for (let i = 0; i < all.length; i += 70) {
      log.add(all.slice(i, i + 70))
      await log.flush()
    }
    await log.close()
    const kinds = new Set(listPredictionSegments(folder).map(({ kind }) => kind))
    assert.deepEqual([...kinds], ['parquet', 'jsonl'])
    assert.deepEqual(await read(), all)
    assert.deepEqual(log.state, { written: 300, dropped: 0, waiting: 0, trouble: null })
    const shadows = await read({ slots: ['shadow'], fromMs: 1_700_000_000_100, toMs: 1_700_000_000_200 })
    assert.deepEqual(
      shadows,
      all.filter(({ slot }, i) => slot === 'shadow' && i >= 100 && i < 200),
    )
  })

  it('has NaN as null and infinities as texts', async () => {
    const log = new PredictionLog({ folder, clock })
    log.add([prediction(0, { inputs: { a: NaN, b: Infinity, c: -Infinity }, output: NaN })])
    await log.close()
    const [found] = await read()
    assert.deepEqual(found?.inputs, { a: null, b: 'Infinity', c: '-Infinity' })
    assert.equal(found.output, null)
  })

  it('reads nothing where there is nothing, and leaves torn lines out', async () => {
    assert.deepEqual(await read(), [])
    mkdirSync(folder, { recursive: true })
    const path = predictionSegmentPath(folder, 1, 'jsonl')
    writeFileSync(path, predictionLine(prediction(1)))
    appendFileSync(path, predictionLine(prediction(2)).slice(0, 50) + '\n')
    appendFileSync(path, predictionLine(prediction(3)))
    appendFileSync(path, predictionLine(prediction(4)).slice(0, 60))
    assert.deepEqual(await read(), [prediction(1), prediction(3)])
  })

  it('goes on after the last segment that is there, and rolls it', async () => {
    for (const i of [1, 2]) {
      const log = new PredictionLog({ folder, clock })
      log.add([prediction(i)])
      await log.close()
    }
    assert.deepEqual(
      listPredictionSegments(folder).map(({ seq, kind }) => [seq, kind]),
      [
        [1, 'parquet'],
        [2, 'jsonl'],
      ],
    )
    assert.deepEqual(await read(), [prediction(1), prediction(2)])
  })

  it('drops and counts what is too much, without waiting', async () => {
    const log = new PredictionLog({ folder, clock, maxWaiting: 10 })
    log.add(Array.from({ length: 25 }, (_, i) => prediction(i)))
    assert.deepEqual(log.state, { written: 0, dropped: 15, waiting: 10, trouble: null })
    await log.close()
    assert.equal((await read()).length, 10)
  })

  it('tells once of a disk that takes nothing, and goes on when it does again', async () => {
    const told: string[] = []
    // A file stands where the folder should be: nobody can write there, root neither.
    writeFileSync(folder, '')
    const log = new PredictionLog({ folder, clock, onTrouble: (says) => told.push(says) })
    for (const i of [1, 2]) {
      log.add([prediction(i)])
      await log.flush()
    }
    assert.equal(told.length, 1)
    assert.equal(log.state.dropped, 2)
    assert.match(log.state.trouble ?? '', /answered but not recorded/)
    rmSync(folder)
    log.add([prediction(3)])
    await log.close()
    assert.equal(log.state.trouble, null)
    assert.deepEqual(await read(), [prediction(3)])
  })

  it('keeps what only looks old as the clock was set a year ahead', async () => {
    mkdirSync(folder, { recursive: true })
    for (const seq of [1, 2]) writeFileSync(predictionSegmentPath(folder, seq, 'parquet'), 'x'.repeat(100))
    let nowMs = Date.now()
    const log = new PredictionLog({ folder, clock: { nowMs: () => nowMs }, segmentBytes: 1 })
    nowMs += 365 * 24 * 3_600_000
    log.add([prediction(1)])
    await log.close()
    assert.deepEqual(
      listPredictionSegments(folder).map(({ seq }) => seq),
      [1, 2, 3],
    )
  })

  it('lets the oldest segments go, never the newest', () => {
    mkdirSync(folder, { recursive: true })
    for (const seq of [1, 2, 3]) writeFileSync(predictionSegmentPath(folder, seq, 'jsonl'), 'x'.repeat(100))
    const freed = dropOldSegments(folder, { maxBytes: 150, maxAgeMs: 1e9, nowMs: Date.now() })
    assert.equal(freed, 200)
    assert.deepEqual(
      listPredictionSegments(folder).map(({ seq }) => seq),
      [3],
    )
    assert.equal(dropOldSegments(folder, { maxBytes: 0, maxAgeMs: 0, nowMs: Date.now() + 1e6 }), 0)
  })
})
