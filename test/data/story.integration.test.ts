import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Database } from '../../shared/data/database.ts'
import { htmlReport } from '../../shared/data/html_report.ts'
import { loadFiles } from '../../shared/data/load.ts'
import { reportOn, type LintReport } from '../../shared/data/report.ts'
import { realData } from './real_data.ts'

describe('data lint on real data', function () {
  this.timeout(60_000)
  let folder: string
  before(() => (folder = mkdtempSync(join(tmpdir(), 'daybook-story-'))))
  after(() => rmSync(folder, { recursive: true, force: true }))

  async function look(path: string): Promise<LintReport> {
    const database = await Database.open({ memoryBytes: 5e8, threads: 2, spillFolder: folder })
    return reportOn(await loadFiles(database, path, { sampleRows: 100_000 }), {}, () => 0)
  }
  const said = (report: LintReport): string[] => report.findings.map(({ says }) => says)

  it('finds in UCI Adult what the first five minutes show, in that order', async function () {
    const report = await look(realData(this, 'tabular/adults_evidently.parquet'))
    assert.deepEqual(said(report).slice(0, 8), [
      "occupation and workclass are missing together in 2,799 rows: mark them 'not stated'",
      'capital-gain is 99,999 in 244 rows, all >50K: a cap, not an amount',
      'relationship gives sex away (Husband: 19,715 men, 1 woman)',
      '52 exact duplicates of other rows',
      '5 groups (10 rows): same person, different class',
      'fnlwgt is a survey weight: weigh rows with it, do not learn from it',
      'education = education-num (each value of one goes with one of the other, in all 48,842 rows)',
      "'Holand-Netherlands' in native-country is there once, in 48,842 rows",
    ])
    assert.equal(report.findings.filter(({ level }) => level !== 'info').length, 3)
    assert.ok(htmlReport(report).length < 500_000)
  })
  it('finds in UCI bike sharing that the answer is among the inputs, and that time must split', async function () {
    const report = await look(realData(this, 'tabular/bike_hour.csv'))
    const [first, second, ...more] = said(report)
    assert.equal(first, 'casual + registered = cnt in all 17,379 rows: the answer is among the inputs')
    assert.match(second ?? '', /^Rows run from 2011-01-01 to 2012-12-31 \(dteday\).*a random split/)
    assert.ok(more.includes('dteday: 165 of 17,544 hours are missing'))
    assert.ok(more.some((text) => text.startsWith('hum is 0 in 22 rows')))
    assert.deepEqual(report.findings[0]?.fixes[0], {
      title: 'Drop both',
      language: 'pandas',
      code: 'df = df.drop(columns=["casual", "registered"])',
    })
  })
  it('finds what is known of other sets', async function () {
    const known: readonly (readonly [string, RegExp])[] = [
      ['tabular/titanic_seaborn.csv', /alive = survived in all 891 rows: the answer/],
      ['tabular/titanic_seaborn.csv', /107 exact duplicates/],
      ['tabular/nannyml_titanic_reference.csv', /Where body is there, Survived is always 0/],
      ['tabular/winequality-red.csv', /240 exact duplicates/],
      ['tabular/horse-colic.csv', /'\?' stands for a missing value in 21 columns: column15 247/],
      ['tabular/breast-cancer-wisconsin.data', /'\?' in 16 rows/],
      ['tabular/compas-scores-two-years.csv', /is_recid alone tells two_year_recid/],
      ['tabular/AirQualityUCI.csv', /-200 in 1,683 rows/],
      ['tabular/vega_penguins.json', /Sex is '\.' in 1 row/],
    ]
    for (const [path, says] of known) {
      const report = await look(realData(this, path))
      assert.ok(
        said(report).some((text) => says.test(text)),
        `${path}: ${says}\n${said(report).join('\n')}`,
      )
    }
  })
})
