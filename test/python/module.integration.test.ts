import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const python = join(root, process.platform === 'win32' ? '.venv/Scripts/python.exe' : '.venv/bin/python')

interface Ended {
  ok: boolean
  output: string
}

describe('the kernel module, by its own tests in Python', function () {
  this.timeout(300_000)
  const names = readdirSync(import.meta.dirname).filter((name) => /^test_\w+\.py$/.test(name))
  let ended: Map<string, Promise<Ended>>

  before('there is a Python environment, and two files at a time are under way', () => {
    assert(existsSync(python), `Cannot run Python's tests as "${python}" is not there: run "npm run setup"`)
    // Each in a process of its own, and mostly waiting; the long ones first.
    const bySize = [...names].sort((a, b) => sizeOf(b) - sizeOf(a))
    const told = new Map(bySize.map((name) => [name, Promise.withResolvers<Ended>()]))
    ended = new Map([...told].map(([name, { promise }]) => [name, promise]))
    const waiting = [...told]
    const work = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        next[1].resolve(await unittest(next[0]))
    }
    void Promise.all([work(), work()])
  })

  for (const name of names) {
    it(name, async function () {
      const isAgain = (this.test as unknown as { currentRetry(): number }).currentRetry() > 0
      const { ok, output } = isAgain ? await unittest(name) : await (ended.get(name) as Promise<Ended>)
      assert(ok, output)
      const ran = Number(/^Ran (\d+) tests?/m.exec(output)?.[1] ?? 0)
      assert(ran > 0, `${name} holds no test:\n${output}`)
    })
  }
})

function sizeOf(file: string): number {
  return statSync(join(import.meta.dirname, file)).size
}

async function unittest(file: string): Promise<Ended> {
  const words = ['-m', 'unittest', 'discover', '-s', import.meta.dirname, '-p', file]
  return new Promise((resolve) => {
    execFile(python, words, { cwd: root, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}\n${stderr}` })
    })
  })
}
