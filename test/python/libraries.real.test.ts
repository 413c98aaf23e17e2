import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { skip } from '../skip.ts'
import { libraryPackages } from './library_packages.ts'

const root = join(import.meta.dirname, '../..')

describe('fits of libraries that are too large for every run of the tests', () => {
  let python = ''

  before('an environment that has them', async function () {
    this.timeout(1_200_000)
    python = await cachedEnvironment('kernel-module-libraries', libraryPackages)
  })

  for (const name of ['real_boosting.py', 'real_keras.py']) {
    it(name, async function () {
      this.timeout(900_000)
      await passes(python, name)
    })
  }

  it('torch_libraries.py', async function () {
    this.timeout(900_000)
    const withTorch = process.env['DAYBOOK_TORCH_PYTHON']
    if (withTorch === undefined) {
      skip(
        this,
        'set DAYBOOK_TORCH_PYTHON to a Python with torch, lightning, transformers and accelerate (several GB)',
      )
    }
    await passes(withTorch, 'torch_libraries.py')
  })
})

async function passes(python: string, name: string): Promise<void> {
  const words = ['-m', 'unittest', 'discover', '-s', import.meta.dirname, '-p', name]
  const { ok, output } = await new Promise<{ ok: boolean; output: string }>((resolve) => {
    execFile(python, words, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}\n${stderr}` })
    })
  })
  assert(ok, output)
  assert(/^Ran [1-9]\d* tests?/m.test(output), `${name} holds no test:\n${output}`)
}
