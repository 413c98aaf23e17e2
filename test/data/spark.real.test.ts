import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { dirname } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import type { Client } from '../../shared/api/client.ts'
import { makeDaemonProject, type DaemonProject } from '../daemon/project.ts'
import { skip } from '../skip.ts'

const packages = ['pyspark==4.*', 'pandas==2.*', 'pyarrow', 'ipykernel==7.*']

const start = `from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
orders = spark.range(200_000).selectExpr("id", "id % 7 AS day", "'open' AS state", "IF(id % 9 = 0, NULL, id * 1.5) AS paid")`

describe('a frame of Spark', function () {
  this.timeout(600_000)
  let project: DaemonProject
  let client: Client
  before(async function () {
    try {
      execFileSync('java', ['-version'], { stdio: 'ignore' })
    } catch {
      skip(this, 'Spark needs Java, which is not here')
    }
    const python = await cachedEnvironment('pyspark', packages).catch(() => null)
    if (python === null) skip(this, 'pyspark does not install here')
    else project = makeDaemonProject(dirname(dirname(python)))
    client = await project.client()
  })
  after(async () => {
    client.close()
    await project.close()
  })

  it('is left alone until it is asked about, then looked at in its first rows', async () => {
    project.notebook('spark.ipynb', [start, 'import daybook\ndaybook.lint(orders, rows=5_000)'])
    const ended = await project.daybook(['run', 'spark.ipynb'])
    assert.equal(ended.code, 0, ended.stderr)
    let list = await client.call('data.findings', { notebook: 'spark.ipynb' })
    for (let tries = 0; list.length === 0 && tries < 300; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      list = await client.call('data.findings', { notebook: 'spark.ipynb' })
    }
    assert.deepEqual(
      list.map(({ name, cell, rows, columns, notes }) => [name, cell, rows, columns, notes]),
      [['orders', 'cell-1', 5_000, 4, ['The first 5,000 rows: Spark was not asked how many there are.']]],
    )
    const says = list[0]?.findings.map((finding) => finding.says).join('\n') ?? ''
    assert.match(says, /state \('open'\) is the same/)
    assert.ok(list[0]?.findings.every(({ fixes }) => fixes.length === 0))
  })
})
