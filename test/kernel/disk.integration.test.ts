import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalEntry } from '../../shared/kernel/kernel.ts'
import { skip } from '../skip.ts'
import { ipykernel, journalOf, openProject, type TestProject, textOf, typesOf } from './project.ts'
import { until } from '../until.ts'

describe('a full disk', function () {
  this.timeout(120_000)
  let root: string
  let mounted = false
  let project: TestProject

  before(async function () {
    root = mkdtempSync(join(tmpdir(), 'k-'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', root], { stdio: 'pipe' })
      mounted = true
    } catch {
      rmSync(root, { recursive: true })
      skip(this, 'only root can mount a small disk')
    }
    project = await openProject({}, root)
  })
  after(async () => {
    if (!mounted) return
    await project.supervisor
      .list()
      .then((all) => Promise.all(all.map(({ id }) => project.supervisor.stop(id))))
    project.supervisor.close()
    // A process that is about to end may still have it open.
    execFileSync('umount', ['--lazy', root])
    rmSync(root, { recursive: true })
  })

  function fill(): void {
    const { bavail, bsize } = statfsSync(root)
    writeFileSync(join(root, 'ballast'), Buffer.alloc(bavail * bsize))
  }

  beforeEach(() => rmSync(join(root, 'ballast'), { force: true }))

  it('stops the recording, not the cell: it ends with its reply, a mark says what is missing', async () => {
    const { kernel, session } = await project.session()
    const watcher: JournalEntry[] = []
    const line = await project.supervisor.attach(kernel.id, 'now')
    line.onEntry((entry) => watcher.push(entry))
    fill()
    const entries: JournalEntry[] = []
    const code =
      'from IPython.display import display\nfor i in range(50): display({"text/plain": "x" * 9999}, raw=True)\n1/0'
    const outcome = await session.execute(code, { onMessage: (entry) => entries.push(entry) }).done
    assert.equal(outcome.reply?.content['ename'], 'ZeroDivisionError')
    const cut = entries.filter(({ message }) => message.header.msg_type === 'daybook_cut')
    assert.equal(cut.length, 1)
    assert.equal(cut[0]!.message.content['reason'], 'disk_full')
    assert.ok(typesOf(entries).includes('error'))
    await until(() => watcher.at(-1)?.seq === Math.max(...entries.map(({ seq }) => seq)))

    await assert.rejects(
      project.supervisor.start({ launch: ipykernel(), cwd: tmpdir(), env: {}, notebook: null }),
      (error: Error) => error.message.includes('disk is full'),
    )

    rmSync(join(root, 'ballast'))
    await until(
      async () => {
        const again: JournalEntry[] = []
        await session.execute('print("space again")', { onMessage: (entry) => again.push(entry) }).done
        return textOf(again) === 'space again\n'
      },
      { everyMs: 200 },
    )
    const all = await journalOf(project, kernel.id)
    assert.deepEqual(
      all.map(({ seq }) => seq),
      all.map((_, i) => i + 1),
    )
    assert.deepEqual(
      watcher.slice(0, 10).map(({ message }) => message.header.msg_id),
      all
        .filter(({ seq }) => seq > line.head)
        .slice(0, 10)
        .map(({ message }) => message.header.msg_id),
    )
    line.close()
  })

  it('does not hide that a kernel died', async () => {
    const { kernel, session } = await project.session()
    fill()
    const execution = session.execute('import os; os.kill(os.getpid(), 9)')
    await assert.rejects(execution.done, { code: 'kernel_dead' })
    await until(
      async () => (await project.supervisor.list()).find(({ id }) => id === kernel.id)?.state === 'dead',
    )
    rmSync(join(root, 'ballast'))
  })
})
