import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'

const root = join(import.meta.dirname, '../..')

/** What the Python tests named `real_*.py` need, beside what they have in common. */
const needs = ['numpy', 'pandas', 'scikit-learn', 'xgboost-cpu', 'lightgbm', 'keras', 'jax']

describe('fits of libraries that are too large for every run of the tests', () => {
  let python = ''

  before('an environment that has them', async function () {
    this.timeout(1_200_000)
    python = await cachedEnvironment('kernel-module-libraries', needs)
  })

  for (const name of readdirSync(import.meta.dirname)) {
    if (!/^real_\w+\.py$/.test(name)) continue
    it(name, async function () {
      this.timeout(900_000)
      const { ok, output } = await new Promise<{ ok: boolean; output: string }>((resolve) => {
        const words = ['-m', 'unittest', 'discover', '-s', import.meta.dirname, '-p', name]
        execFile(python, words, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
          resolve({ ok: error === null, output: `${stdout}\n${stderr}` })
        })
      })
      assert(ok, output)
      assert(/^Ran [1-9]\d* tests?/m.test(output), `${name} holds no test:\n${output}`)
    })
  }
})
