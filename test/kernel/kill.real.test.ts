import assert from 'node:assert/strict'
import { isAlive } from '../../shared/base/process.ts'
import type { JournalEntry } from '../../shared/kernel/kernel.ts'
import type { Execution } from '../../shared/kernel/session.ts'
import { journalOf, openProject, pause, typesOf } from './project.ts'
import { until } from '../until.ts'

const kills = 120

describe('a supervisor that is killed again and again', function () {
  this.timeout(1_800_000)

  it(`leaves no execution without an end in ${kills} kills, shows nothing twice, and keeps the kernel`, async () => {
    const project = await openProject({ limits: { segmentBytes: 200_000 } })
    const { kernel, session } = await project.session()
    const seen: JournalEntry[] = []
    session.onEntry((entry) => seen.push(entry))
    const ends: Record<string, number> = {}
    const waiting = new Set<Execution>()
    let started = 0

    function execute(): void {
      // Long ones, short ones, failing ones; the counter tells what has really run.
      const round = started++
      const sleepMs = Math.random() < 0.5 ? 0 : Math.random() * 300
      const code = `import time\nprint("begin ${round}", flush=True)\ntime.sleep(${sleepMs / 1000})\nprint("end ${round}", flush=True)`
      const execution = session.execute(code)
      waiting.add(execution)
      void execution.done.then(({ status }) => {
        ends[status] = (ends[status] ?? 0) + 1
        waiting.delete(execution)
      })
    }

    for (let kill = 0; kill < kills; kill++) {
      while (waiting.size < 4) execute()
      await pause(Math.random() * 400)
      await project.killSupervisor()
      // Somebody asks for it, or the session's own line does.
      if (Math.random() < 0.5) await project.supervisor.list()
      else await until(() => hasSupervisor(project))
    }
    await until(() => waiting.size === 0, { everyMs: 50, patienceMs: 1_800_000 })
    assert.equal((await session.execute('print("alive")').done).status, 'ok')

    assert.ok(isAlive(kernel.process))
    assert.equal(
      Object.values(ends).reduce((a, b) => a + b, 0),
      started,
    )
    assert.ok((ends['ok'] ?? 0) > 0)
    const all = await journalOf(project, kernel.id)
    assert.deepEqual(
      all.map(({ seq }) => seq),
      all.map((_, i) => i + 1),
    )
    assert.deepEqual(
      seen.map(({ message }) => message.header.msg_id),
      all.slice(-seen.length).map(({ message }) => message.header.msg_id),
    )
    assert.ok(typesOf(all).filter((type) => type === 'daybook_gap').length >= kills)
    // A request went out at most once: no cell has begun twice.
    const begun = all.flatMap(
      ({ message }) => /begin \d+/.exec(JSON.stringify(message.content['text'] ?? '')) ?? [],
    )
    assert.equal(new Set(begun).size, begun.length)
    const requests = all.filter(
      ({ direction, message }) => direction === 'out' && message.header.msg_type === 'execute_request',
    )
    assert.equal(requests.length, started + 1)
    console.log(`      ${started} executions: ${JSON.stringify(ends)}`)
    await project.close()
  })
})

function hasSupervisor(project: { file(): unknown }): boolean {
  try {
    return project.file() !== null
  } catch {
    return false
  }
}
