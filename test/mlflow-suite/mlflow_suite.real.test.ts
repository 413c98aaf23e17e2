import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { skip } from '../skip.ts'

const root = join(import.meta.dirname, '../..')

describe("MLflow's own tests for a live server", function () {
  this.timeout(7_200_000)

  it("pass against Daybook's MLflow API, but for those that differ for a reason", function () {
    if (process.env['DAYBOOK_MLFLOW_SOURCES'] === undefined) {
      skip(this, "DAYBOOK_MLFLOW_SOURCES must name a folder with a checkout of MLflow's sources")
    }
    const ended = spawnSync(process.execPath, [join(root, 'scripts/mlflow-suite.mjs')], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 100_000_000,
    })
    assert.equal(ended.status, 0, ended.stdout + ended.stderr)
  })
})
