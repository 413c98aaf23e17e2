import assert from 'node:assert/strict'
import type { Client } from '../../../shared/api/client.ts'
import type { CommNews } from '../../../shared/api/comm_methods.ts'
import { outputsEnvironment } from '../../e2e/vscode/outputs_environment.ts'
import { makeDaemonProject, type DaemonProject } from '../project.ts'
import { showNotebook, type ShownNotebook } from './shown_notebook.ts'

describe('widgets of a notebook', function () {
  this.timeout(90_000)
  const notebook = 'w.ipynb'
  let project: DaemonProject
  let client: Client
  let shown: ShownNotebook

  before(async function () {
    this.timeout(300_000)
    project = makeDaemonProject(await outputsEnvironment())
    client = await project.client()
    await client.call('cells.start', { notebook })
    shown = await showNotebook(client, notebook)
    await run('a', 'import ipywidgets as w\ns = w.IntSlider(value=3)\nb = w.Button()\nout = w.Output()')
  })
  after(() => project.close())

  async function run(cell: string, code: string): Promise<void> {
    await client.call('cells.execute', { notebook, cells: [{ cell, code }] })
    await shown.ended(cell)
  }

  it('are told with the state they have, and change in both directions', async () => {
    const told = await follow(client)
    const slider = told.find('IntSliderModel')
    assert.equal(told.states.get(slider)?.['value'], 3)
    await run('b', 's.value = 40')
    await told.until(() => told.states.get(slider)?.['value'] === 40)
    await send(slider, 'm1', { method: 'update', state: { value: 55 }, buffer_paths: [] })
    await told.until(() => told.news.some((one) => one.kind === 'handled' && one.message === 'm1'))
    await run('c', 'print(s.value)')
    assert.equal(shown.text('c'), '55\n')
    told.stop()
    const later = await follow(client)
    assert.equal(later.states.get(slider)?.['value'], 55)
    later.stop()
  })

  it('tell what a callback prints in the cell that made them, and in an Output widget what is printed there', async () => {
    const told = await follow(client)
    const code =
      'n = w.Button()\nn.on_click(lambda _: print("pressed"))\nm = w.Button()\ndef act(_):\n    with out: print("caught")\nm.on_click(act)'
    await run('d', code)
    const [inCell, inOutput] = await told.lastTwo('ButtonModel')
    for (const [i, comm] of [inCell, inOutput].entries())
      await send(comm, `click${i}`, { method: 'custom', content: { event: 'click' } })
    await shown.until(() => shown.text('d') === 'pressed\n')
    const output = told.find('OutputModel')
    const caught = [{ output_type: 'stream', name: 'stdout', text: 'caught\n' }]
    await told.until(() => JSON.stringify(told.states.get(output)?.['outputs']) === JSON.stringify(caught))
    assert.equal(shown.text('d'), 'pressed\n')
    told.stop()
  })

  it('outlive the daemon, while the kernel is busy', async () => {
    await client.call('cells.execute', {
      notebook,
      cells: [{ cell: 'e', code: 'import time; s.value = 77; time.sleep(8)' }],
    })
    await shown.until(() => shown.cell('e')?.execution.startedAtMs != null)
    const before = await follow(client)
    await before.until(() => before.states.get(before.find('IntSliderModel'))?.['value'] === 77)
    await project.killDaemon()
    client = await project.client()
    const after = await follow(client)
    assert.equal(after.states.get(after.find('IntSliderModel'))?.['value'], 77)
    const output = after.states.get(after.find('OutputModel'))?.['outputs']
    assert.match(JSON.stringify(output), /caught/)
    after.stop()
    await client.call('cells.interrupt', { notebook })
  })

  it('go with the kernel', async () => {
    const told = await follow(client)
    await client.call('cells.restart', { notebook })
    await told.until(() => told.states.size === 0)
    const cells = [{ cell: 'f', code: 'import ipywidgets as w; w.IntSlider()' }]
    await client.call('cells.execute', { notebook, cells })
    await told.until(() => told.states.size > 0)
    await client.call('cells.stop', { notebook })
    await told.until(() => told.states.size === 0)
    told.stop()
  })

  const send = (comm: string, message: string, data: Record<string, unknown>) =>
    client.call('comms.send', { notebook, comm, message, type: 'comm_msg', data })

  async function follow(line: Client) {
    const states = new Map<string, Record<string, unknown>>()
    const news: CommNews[] = []
    const waiting = new Set<() => void>()
    const stop = line.onLog('notebook.comms', {
      of: notebook,
      cursor: 0,
      onEntry(one) {
        news.push(one)
        if (one.kind === 'begin') states.clear()
        if (one.kind === 'opened') states.set(one.comm, { ...one.state })
        if (one.kind === 'message') Object.assign(states.get(one.comm) ?? {}, one.data['state'])
        if (one.kind === 'outputs') Object.assign(states.get(one.comm) ?? {}, { outputs: one.outputs })
        for (const look of waiting) look()
      },
    })
    const until = (holds: () => boolean): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      })
    const all = (name: string): string[] =>
      [...states].flatMap(([comm, state]) => (state['_model_name'] === name ? [comm] : []))
    await until(() => news.some(({ kind }) => kind === 'ready'))
    return {
      states,
      news,
      stop,
      until,
      find: (name: string) => all(name)[0] ?? '',
      async lastTwo(name: string): Promise<[string, string]> {
        await until(() => all(name).length >= 3)
        const [a = '', b = ''] = all(name).slice(-2)
        return [a, b]
      },
    }
  }
})
