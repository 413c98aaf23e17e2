import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { makeTable, numberColumn, type Table } from '../../shared/data/column.ts'
import { Database } from '../../shared/data/database.ts'
import { loadFiles } from '../../shared/data/load.ts'
import { defaultRules, rulesThatHold } from '../../shared/monitor/alert_rule.ts'
import type { Answered } from '../../shared/monitor/answered.ts'
import { valueAt } from '../../shared/monitor/label_file.ts'
import { watchLog, type Background } from '../../shared/monitor/watch.ts'
import { drawWatchPage } from '../../shared/monitor/watch_page.ts'
import { takeRows } from '../../shared/monitor/watch_rows.ts'
import type { WatchReport } from '../../shared/monitor/watch_report.ts'

/** The model of these tests: what was rented in 2011 at this hour, on a working day or another, in this season. */
describe('watchLog()', function () {
  this.timeout(60_000)
  const inputs = ['dteday', 'season', 'hr', 'workingday', 'weathersit', 'temp', 'hum']
  let [background, log]: [Background, Answered[]] = [] as never

  before(async () => {
    const database = await Database.open({ memoryBytes: 3e8, threads: 1, spillFolder: tmpdir() })
    const path = fileURLToPath(new URL('../../examples/bike_hour.csv', import.meta.url))
    const { sample } = await loadFiles(database, path, { sampleRows: 100_000 })
    database.close()
    const only = makeTable(sample.columns.filter(({ name }) => [...inputs, 'cnt'].includes(name)))
    const value = (name: string, row: number): string | number => {
      const column = only.columns.find((one) => one.name === name)
      return (column === undefined ? null : valueAt(column, row)) ?? 0
    }
    const rows = Array.from({ length: only.rows }, (_, row) => row)
    const first = rows.filter((row) => String(value('dteday', row)) < '2012')
    const means = new Map<string, { sum: number; count: number }>()
    const cell = (row: number): string =>
      ['season', 'hr', 'workingday'].map((name) => value(name, row)).join()
    for (const row of first) {
      const mean = means.get(cell(row)) ?? { sum: 0, count: 0 }
      mean.sum += Number(value('cnt', row))
      mean.count++
      means.set(cell(row), mean)
    }
    const say = (row: number): number => {
      const { sum, count } = means.get(cell(row)) ?? { sum: 0, count: 1 }
      return sum / count
    }
    const training = takeRows(only, first)
    const said = numberColumn('prediction', 'number', Float64Array.from(first, say))
    background = {
      training,
      test: makeTable([...training.columns, said]),
      target: 'cnt',
      prediction: 'prediction',
    }
    log = rows
      .filter((row) => String(value('dteday', row)) >= '2012')
      .map((row, i): Answered => ({
        requestId: `r${i}`,
        row: 0,
        timeMs: Date.parse(String(value('dteday', row))) + Number(value('hr', row)) * 3_600_000,
        revision: 1,
        slot: 'champion',
        modelUri: 'models:/bikes/1',
        latencyMs: 2,
        inputs: Object.fromEntries(inputs.map((name) => [name, value(name, row)])),
        value: say(row),
        label: Number(value('cnt', row)),
      }))
  })

  function look(rows: readonly Answered[], day?: string, known: Background = background): WatchReport {
    const atMs = day === undefined ? undefined : Date.parse(day)
    const options = { deployment: 'bikes', windowDays: 7, atMs, history: 60, nowMs: 0 }
    const report = watchLog(rows, known, options)
    assert.ok(report)
    return report
  }

  it('puts the error first, equal to a count by hand, and names what the inputs do not explain', () => {
    const report = look(log, '2012-03-08')
    const week = log.filter(
      ({ inputs: { dteday } }) => '2012-03-04' <= String(dteday) && String(dteday) <= '2012-03-10',
    )
    const error =
      week.reduce((sum, row) => sum + Math.abs(Number(row.value) - Number(row.label)), 0) / week.length
    assert.equal(report.window.rows, week.length)
    assert.ok(Math.abs((report.performance?.value ?? 0) - error) < 1e-9)
    assert.equal(report.signals[0]?.kind, 'performance')
    assert.match(report.says, /^Error \d+ instead of \d+; predictions too low every day\./)
    assert.match(report.says, /the inputs do not explain it/)
    assert.equal(report.target?.answer, 'drift')
  })
  it('compares with the same weeks of the year before, in which most inputs are as they were', () => {
    const report = look(log, '2012-01-10')
    assert.equal(report.against, 'training data, the same weeks of 2011')
    assert.ok((report.inputs?.drifted ?? 9) <= 2, report.inputs?.says)
    const halfYear = takeRows(
      background.training as Table,
      Array.from({ length: 4000 }, (_, i) => i + 3000),
    )
    const seasons = look(log, '2012-01-10', { ...background, training: halfYear })
    assert.equal(seasons.against, 'training data')
    assert.ok((seasons.inputs?.drifted ?? 0) > (report.inputs?.drifted ?? 0))
  })
  it('sorts inputs by what changed and then by what they explain of the predictions', () => {
    const broken = log.map((row) => ({ ...row, inputs: { ...row.inputs, hr: 3, hum: 0 } }))
    const report = look(broken, '2012-01-10')
    const drifted = report.inputs?.columns.filter(({ answer }) => answer === 'drift').map(({ name }) => name)
    assert.deepEqual(drifted?.slice(0, 2), ['hr', 'hum'])
    assert.ok((report.importance['hr'] ?? 0) > 0.5 && (report.importance['hr'] ?? 1) < 1)
  })
  it('says without labels that nobody knows, and raises nothing for what was expected', () => {
    const unknown = look(
      log.map((row) => ({ ...row, label: null })),
      '2012-01-10',
    )
    assert.match(
      unknown.says,
      /^No labels yet; to judge by the inputs alone, the error is about \d+, as against 35 before\./,
    )
    assert.equal(unknown.performance, null)
    const fine = look(
      log.map((row) => ({ ...row, label: Number(row.value) + (row.timeMs % 2) })),
      '2012-01-10',
    )
    assert.equal(
      fine.signals.some(({ kind }) => kind === 'performance'),
      false,
    )
    assert.deepEqual(rulesThatHold(defaultRules, fine, []), [])
  })
  it('waits for the second window in a row where a rule asks for it', () => {
    const broken = log.map((row) => ({ ...row, label: null, inputs: { ...row.inputs, hr: 3 } }))
    const [first, second] = [look(broken, '2012-01-03'), look(broken, '2012-01-10')]
    const held = (earlier: readonly WatchReport[]): string[] =>
      rulesThatHold(defaultRules, second, earlier).map(({ rule }) => rule.when)
    assert.deepEqual(held([]), [])
    assert.ok(held([first]).includes('inputs'))
    assert.deepEqual(held([second]), [])
  })
  it('draws a page that shows what the report says', () => {
    const page = drawWatchPage(look(log, '2012-03-08'))
    assert.match(page, /<h1>Error \d+ instead of \d+/)
    assert.ok(page.length < 400_000)
  })
})
