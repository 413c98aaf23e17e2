import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunPage } from '../../shared/api/run_methods.ts'

const root = join(import.meta.dirname, '..', '..')

/** Runs a program in the project folder, as a newcomer does. */
function run(args: readonly string[]): Promise<{ code: number | null; output: string; stdout: string }> {
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, stdout] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
    output += String(chunk)
  })
  child.stderr.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output, stdout })))
}

describe('npm start', function () {
  this.timeout(400_000)
  const daybook = join(root, 'bin', 'daybook.mjs')

  it('executes the example three times, shows runs and best, tunes in parallel, and leaves nothing running', async () => {
    const { code, output } = await run([join(root, 'scripts', 'start.mjs')])
    assert.equal(code, 0, output)
    assert.equal(output.match(/· finished ·/g)?.length, 5)
    assert.match(output, /study \d+ · finished · .*(complete|pruned)/)
    assert.match(output, /Over the notebook's own values/)
    const learningRate = /^Written into .*learning_rate = ([\d.e-]+)/m.exec(output)?.[1]
    const tuned = readFileSync(join(root, 'examples', 'tuned.ipynb'), 'utf8')
    assert.ok(learningRate !== undefined && tuned.includes(`learning_rate = ${learningRate}  # how much`))
    assert.match(output, /test_log_loss/)
    assert.match(
      output,
      /Alert \d+ \(critical\): Bikes\S*: error \d+ instead of 20; predictions too low every day/,
    )
    assert.match(output, /Retraining as such does not help: .* This would: with day counter/)
    assert.match(output, /Promote it: /)
    assert.match(output, /revision\.promoted/)
    assert.match(output, /How to look further/)
    assert.equal((await run([daybook, 'daemon', 'status'])).code, 3)
  })

  it('has kept what the notebook measured: better than guessing, and the same again', async () => {
    const { stdout } = await run([
      daybook,
      'runs',
      '--experiment',
      'examples/income.ipynb',
      '--limit',
      '3',
      '--json',
    ])
    const { runs } = JSON.parse(stdout) as RunPage
    assert.equal(runs.length, 3)
    for (const { metrics, status } of runs) {
      assert.equal(status, 'FINISHED')
      const {
        test_accuracy: accuracy = 0,
        test_accuracy_low: low = 0,
        test_accuracy_high: high = 0,
      } = metrics
      assert.ok(low < accuracy && accuracy < high, 'the accuracy lies within its interval')
      // Always saying "no" is right in 76.1 % of UCI Adult's rows.
      assert.ok(low > 0.761)
    }
    await run([daybook, 'stop', '--all'])
  })
})
