import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { Problem } from '../../shared/base/problem.ts'
import { loadExcel } from '../../shared/data/excel_file.ts'
import { skip } from '../skip.ts'

const program = `
import datetime, sys
from openpyxl import Workbook
book = Workbook()
sheet = book.active
sheet.title = "Sales & more"
sheet.append(["Sales of 2020"])
sheet.append([])
sheet.append(["town", "rows", "price", "day", "when", "open", "note", "town"])
for i in range(30):
    sheet.append([["Köln <1>", "Rome"][i % 2], i, i / 4, datetime.date(2020, 1, 1) + datetime.timedelta(i),
                  datetime.datetime(2020, 2, 29, 12, 30, i), i % 3 == 0, None if i % 5 else 'say "hi" & go', None])
sheet["B5"].number_format = '0.00" days"'
book.create_sheet("empty")
book.save(sys.argv[1] + "/book.xlsx")
del book["empty"]
book.save(sys.argv[1] + "/one.xlsx")
`

describe('an Excel workbook', function () {
  this.timeout(120_000)
  let folder: string
  before(async function () {
    const python = await cachedEnvironment('openpyxl', ['openpyxl==3.*']).catch((error: unknown) =>
      skip(this, `openpyxl cannot be installed: ${(error as Error).message}`),
    )
    folder = mkdtempSync(join(tmpdir(), 'daybook-excel-'))
    execFileSync(python, ['-c', program, folder])
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const fails = (work: () => unknown, says: RegExp): void =>
    assert.throws(work, (error) => error instanceof Problem && says.test(error.message))

  it('is read with its kinds of cells, from the row that names them', () => {
    const { profile, sample, name } = loadExcel(join(folder, 'one.xlsx'), null)
    assert.equal(name, 'one.xlsx:Sales & more')
    assert.deepEqual(
      profile.columns.map(({ name: column, kind, nulls, distinct }) => [column, kind, nulls, distinct]),
      [
        ['town', 'text', 0, 2],
        ['rows', 'integer', 0, 30],
        ['price', 'number', 0, 30],
        ['day', 'timestamp', 0, 30],
        ['when', 'timestamp', 0, 30],
        ['open', 'boolean', 0, 2],
        ['note', 'text', 24, 1],
        ['town_7', 'empty', 30, 0],
      ],
    )
    assert.deepEqual(sample.columns[0]?.dictionary, ['Köln <1>', 'Rome'])
    assert.deepEqual(sample.columns[6]?.dictionary, ['say "hi" & go'])
    assert.equal(sample.columns[3]?.numbers?.[0], Date.UTC(2020, 0, 1))
    assert.equal(sample.columns[4]?.numbers?.[29], Date.UTC(2020, 1, 29, 12, 30, 29))
  })
  it('must be told which sheet, and is refused in a sentence where it is broken', () => {
    fails(() => loadExcel(join(folder, 'book.xlsx'), null), /has 2 sheets/)
    fails(() => loadExcel(join(folder, 'book.xlsx'), 'none'), /has no sheet "none"/)
    assert.equal(loadExcel(join(folder, 'book.xlsx'), 'empty').profile.rows, 0)
    const broken = join(folder, 'broken.xlsx')
    writeFileSync(broken, 'PK\x03\x04 and more')
    fails(() => loadExcel(broken, null), /Cannot read .* as a workbook: the archive is cut/)
  })
})
