import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const python = join(root, process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python')

describe('the kernel module, by its own tests in Python', () => {
  before('there is a Python environment', () => {
    assert(existsSync(python), `Cannot run Python's tests as "${python}" is not there: run "npm run setup"`)
  })

  for (const name of readdirSync(import.meta.dirname)) {
    if (!/^test_\w+\.py$/.test(name)) continue
    it(name, async function () {
      this.timeout(300_000)
      const { ok, output } = await unittest(name)
      assert(ok, output)
      const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0)
      assert(ran > 0, `${name} holds no test:\n${output}`)
    })
  }
})

async function unittest(file: string): Promise<{ ok: boolean; output: string }> {
  const words = ['-m', 'unittest', 'discover', '-s', import.meta.dirname, '-p', file]
  return new Promise((resolve) => {
    execFile(python, words, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}\n${stderr}` })
    })
  })
}
