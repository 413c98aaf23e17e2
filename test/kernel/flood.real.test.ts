import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { JournalEntry } from '../../shared/kernel/kernel.ts'
import { openProject, textOf, typesOf } from './project.ts'

/**
 * The requirement: peak memory of a supervisor in a flood is below this. An empty one takes about 70 MB, what waits
 * in ZeroMQ while it writes a few tens more.
 */
const peakBytes = 250_000_000

describe('a flood of output', function () {
  this.timeout(900_000)

  it('arrives whole where it is below the limit: 1,000,000 prints, 30,000 displays, in order', async () => {
    const project = await openProject()
    const { session } = await project.session()
    const printed: JournalEntry[] = []
    const print = session.execute('for i in range(1_000_000): print(i)', {
      onMessage: (entry) => printed.push(entry),
    })
    assert.equal((await print.done).status, 'ok')
    assert.equal(textOf(printed), Array.from({ length: 1_000_000 }, (_, i) => `${i}\n`).join(''))

    const shown: JournalEntry[] = []
    const code =
      'from IPython.display import display\nfor i in range(30_000): display({"text/plain": str(i)}, raw=True)'
    const display = session.execute(code, { onMessage: (entry) => shown.push(entry) })
    assert.equal((await display.done).status, 'ok')
    const numbers = shown
      .filter(({ message }) => message.header.msg_type === 'display_data')
      .map(({ message }) => Number((message.content['data'] as Record<string, string>)['text/plain']))
    assert.deepEqual(
      numbers,
      Array.from({ length: 30_000 }, (_, i) => i),
    )
    assert.ok(!typesOf(shown).includes('daybook_cut'))

    const status = readFileSync(`/proc/${project.file().process.pid}/status`, 'utf8')
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
    console.log(`      peak memory of the supervisor: ${Math.round(peak / 1e6)} MB`)
    assert.ok(peak < peakBytes)
    await project.close()
  })
})
