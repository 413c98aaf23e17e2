import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../../../shared/api/client.ts'
import { showNotebook, type ShownNotebook } from './shown_notebook.ts'
import { makeDaemonProject, type DaemonProject } from '../project.ts'

describe('cells of an editor', function () {
  this.timeout(60_000)
  let project: DaemonProject
  let client: Client
  let shown: ShownNotebook
  let notebook = ''
  let count = 0

  before(async () => {
    project = makeDaemonProject()
    client = await project.client()
  })
  after(() => project.close())
  beforeEach(async () => {
    notebook = `n${++count}.ipynb`
    await client.call('cells.start', { notebook })
    shown = await showNotebook(client, notebook)
  })
  afterEach(async () => {
    shown.stop()
    await client.call('cells.stop', { notebook })
  })

  const run = (cells: Record<string, string>) =>
    client.call('cells.execute', {
      notebook,
      cells: Object.entries(cells).map(([cell, code]) => ({ cell, code })),
    })

  it('run one after another, each with its number, time and outputs', async () => {
    await run({ a: 'print("a"); x = 1', b: 'import time; time.sleep(0.2); x + 1', c: 'x + 2' })
    await shown.ended('c')
    const [a, b, c] = ['a', 'b', 'c'].map((name) => shown.cell(name)!)
    assert.deepEqual(
      [a, b, c].map((one) => one!.execution.executionCount),
      [1, 2, 3],
    )
    assert.deepEqual(a!.outputs, [{ output_type: 'stream', name: 'stdout', text: 'a\n' }])
    assert.equal(b!.outputs[0]?.output_type, 'execute_result')
    const spentMs = b!.execution.endedAtMs! - b!.execution.startedAtMs!
    assert.ok(spentMs >= 200 && spentMs < 5000, String(spentMs))
    assert.ok(c!.execution.startedAtMs! >= b!.execution.endedAtMs! - 1)
  })

  it('one that fails takes those behind it off the queue', async () => {
    const { executions } = await run({ a: '1 / 0', b: 'print("never")', c: 'print("never")' })
    await shown.until(() => executions.every((id) => shown.cells.get(id)?.execution.state === 'ended'))
    assert.deepEqual(
      executions.map((id) => shown.cells.get(id)!.execution.success),
      [false, null, null],
    )
    assert.equal(shown.cell('a')!.outputs[0]!.output_type, 'error')
    assert.equal(shown.text('b'), '')
    await run({ d: 'print("on")' })
    assert.equal((await shown.ended('d')).execution.executionCount, 2)
    assert.deepEqual(leftCode(project), [])
  })

  it('are interrupted, and one that waits is taken off alone', async () => {
    const { executions } = await run({ a: 'import time\ntime.sleep(60)', b: '2', c: '3' })
    await shown.until(() => shown.cell('a')?.execution.startedAtMs != null)
    await client.call('cells.cancel', { notebook, executions: [executions[1]!] })
    await shown.until(() => shown.cell('b')?.execution.state === 'ended')
    assert.equal(shown.cell('c')!.execution.state, 'queued')
    await client.call('cells.interrupt', { notebook })
    await shown.ended('c')
    const error = (await shown.ended('a')).outputs.at(-1)
    assert.equal(error?.output_type === 'error' && error.ename, 'KeyboardInterrupt')
  })

  it('ask their user, for a password too; the answer is written nowhere', async () => {
    await run({
      a: 'import getpass\nname = input("Name? ")\nword = getpass.getpass("Word? ")\nprint(name, len(word))',
    })
    await shown.until(() => shown.cell('a')?.execution.input != null)
    assert.deepEqual(shown.cell('a')!.execution.input, { prompt: 'Name? ', password: false })
    const execution = shown.cell('a')!.execution.id
    await client.call('cells.answer', { notebook, execution, value: 'Ada' })
    await shown.until(() => shown.cell('a')?.execution.input?.password === true)
    await client.call('cells.answer', { notebook, execution, value: 'hunter2-secret' })
    await shown.ended('a')
    assert.match(shown.text('a'), /Ada 14\n$/)
    await assert.rejects(client.call('cells.answer', { notebook, execution, value: 'x' }), {
      code: 'conflict',
    })
  })

  it('are completed, looked up and listed while one runs', async () => {
    await run({
      a: 'import pandas as pd\nframe = pd.DataFrame({"x": range(1000), "y": 1.5})\nfrüh = [1, 2]\nword = "w"',
    })
    await shown.ended('a')
    await run({ b: 'import time\nwhile True: time.sleep(0.01)' })
    await shown.until(() => shown.cell('b')?.execution.startedAtMs != null)
    const code = '"😀"; frame.desc'
    const completion = await client.call('cells.complete', { notebook, code, cursor: code.length })
    assert.deepEqual(
      completion.matches.filter(({ text }) => text.endsWith('describe')).map(({ type }) => type),
      ['function'],
    )
    assert.equal(completion.end, code.length)
    assert.equal(
      code.slice(completion.start),
      completion.matches[0]!.text.startsWith('frame') ? 'frame.desc' : 'desc',
    )
    const help = await client.call('cells.inspect', { notebook, code: 'frame.describe', cursor: 8 })
    assert.match(String(help['text/plain']), /Signature/)
    const list = await client.call('cells.variables', { notebook })
    assert.equal(list.state, 'ready')
    assert.deepEqual(
      list.variables.map(({ name, type, shape, preview }) => [name, type, shape, preview]),
      [
        ['frame', 'DataFrame', '1,000 × 2', 'x, y'],
        ['früh', 'list', '2 items', '[1, 2]'],
        ['word', 'str', '1 characters', "'w'"],
      ],
    )
    await client.call('cells.interrupt', { notebook })
    await shown.ended('b')
    await run({ c: '1' })
    assert.equal((await shown.ended('c')).execution.executionCount, 3, 'asking counts as no execution')
  })

  it('change what earlier ones show: updates, clear_output, and output after the end', async () => {
    await run({
      a: 'from IPython.display import display, clear_output\nh = display("one", display_id=True)\nprint("below")',
      b: 'h.update("two")',
      c: 'for i in range(300):\n    clear_output(wait=True); print(i)',
      d: 'import threading, time\ndef late():\n    time.sleep(0.5)\n    print("late")\nthreading.Thread(target=late).start()\nprint("early")',
    })
    await shown.ended('d')
    const { endedAtMs } = shown.cell('d')!.execution
    await shown.until(() => shown.text('d').includes('late'))
    assert.equal(shown.cell('d')!.execution.endedAtMs, endedAtMs)
    const [first, second] = shown.cell('a')!.outputs
    assert.deepEqual(first, {
      output_type: 'display_data',
      data: { 'text/plain': "'two'" },
      metadata: {},
    })
    assert.equal(second?.output_type === 'stream' && second.text, 'below\n')
    assert.equal(shown.text('c'), '299\n')
    assert.equal(shown.text('d'), 'early\nlate\n')
  })

  it('a flood comes whole, in few pieces', async () => {
    await run({ a: 'for i in range(200_000): print(i)' })
    await shown.ended('a')
    assert.equal(shown.text('a'), Array.from({ length: 200_000 }, (_, i) => `${i}\n`).join(''))
    assert.ok(shown.news.length < 500, `${shown.news.length} pieces`)
  })

  it('say that the kernel died, why, and with which last words', async () => {
    await run({
      a: 'import os, signal, time\nos.write(2, b"no memory left\\n")\ntime.sleep(0.3)\nos.kill(os.getpid(), signal.SIGKILL)',
      b: '2',
    })
    await shown.ended('b')
    assert.match(shown.text('a'), /no memory left/)
    const error = shown.cell('a')!.outputs.at(-1)
    assert.ok(error?.output_type === 'error')
    assert.match(error.evalue, /SIGKILL/)
    assert.equal(shown.cell('b')!.execution.success, null)
    // The kernel's own news follows the cell's.
    await shown.until(() => shown.news.some((one) => one.kind === 'kernel' && one.state === 'dead'))
    await client.call('cells.restart', { notebook })
    await run({ c: '1' })
    assert.equal((await shown.ended('c')).execution.executionCount, 1)
  })
})

describe('cells and the death of the daemon', function () {
  this.timeout(60_000)
  let project: DaemonProject
  before(() => (project = makeDaemonProject()))
  after(() => project.close())

  it('go on, the queue too, and are told whole to the next editor; once they are saved, no more', async () => {
    const notebook = 'long.ipynb'
    let client = await project.client()
    await client.call('cells.start', { notebook })
    let shown = await showNotebook(client, notebook)
    // Half way it waits for the test, however long a daemon takes to come up.
    const tick =
      'import os, time\nfor i in range(40):\n    print(i)\n    time.sleep(0.02)\n    while i == 20 and not os.path.exists("go"): time.sleep(0.05)'
    const cells = [
      { cell: 'a', code: 'print("first")' },
      { cell: 'b', code: tick },
      { cell: 'c', code: 'name = input("Who? ")\nprint("last", name)' },
    ]
    await client.call('cells.execute', { notebook, cells })
    await shown.until(() => shown.text('b').includes('3\n'))
    const started = shown.cell('b')!.execution.startedAtMs
    await project.killDaemon()
    client = await project.client()
    shown = await showNotebook(client, notebook)
    assert.equal(shown.cell('b')!.execution.state, 'running')
    assert.equal(shown.cell('b')!.execution.startedAtMs, started)
    project.file('go', '')
    await shown.until(() => shown.cell('c')?.execution.input != null)
    await project.killDaemon()
    client = await project.client()
    shown = await showNotebook(client, notebook)
    assert.deepEqual(shown.cell('c')!.execution.input, { prompt: 'Who? ', password: false })
    const execution = shown.cell('c')!.execution.id
    await client.call('cells.answer', { notebook, execution, value: 'Ada' })
    await shown.ended('c')
    assert.equal(shown.text('a'), 'first\n')
    assert.equal(shown.text('b'), Array.from({ length: 40 }, (_, i) => `${i}\n`).join(''))
    assert.match(shown.text('c'), /last Ada\n$/)
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => shown.cell(name)!.execution.executionCount),
      [1, 2, 3],
    )

    const ids = [...shown.cells.values()].map(({ execution: { id, revision } }) => ({ id, revision }))
    await client.call('cells.applied', { notebook, executions: ids })
    assert.equal((await showNotebook(client, notebook)).cells.size, 3, 'shown, but not saved')
    await client.call('cells.confirm', { notebook })
    assert.equal((await showNotebook(client, notebook)).cells.size, 0)
    client.close()
  })

  it('keep what nobody saw when their kernel is stopped', async () => {
    const notebook = 'gone.ipynb'
    const client = await project.client()
    await client.call('cells.start', { notebook })
    const shown = await showNotebook(client, notebook)
    await client.call('cells.execute', { notebook, cells: [{ cell: 'a', code: 'print("kept")' }] })
    await shown.ended('a')
    await client.call('cells.stop', { notebook })
    const later = await showNotebook(client, notebook)
    assert.equal(later.text('a'), 'kept\n')
    await client.call('cells.confirm', { notebook, executions: [later.cell('a')!.execution.id] })
    assert.equal((await showNotebook(client, notebook)).cells.size, 0)
    assert.deepEqual(readdirSync(join(project.root, '.daybook', 'cells')), [])
    client.close()
  })
})

function leftCode(project: DaemonProject): string[] {
  return readdirSync(join(project.root, '.daybook', 'cells')).filter((name) => name.endsWith('.code'))
}
