import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { apiVersion } from '../../../shared/api/contract.ts'
import { makeEnvironment, makeFile } from '../../kernel/environments.ts'
import { skip } from '../../skip.ts'
import { BadDay, readCells, seconds } from './bad_day.ts'
import { needEditor } from './editor.ts'

/** Runs a command where no Python can be found outside the project and the user's own folder. */
const withoutPython = [
  'unshare',
  '--map-root-user',
  '--mount',
  'sh',
  '-c',
  'for p in /usr/bin/python* /usr/local/bin/python*; do [ -e "$p" ] && mount --bind /dev/null "$p"; done; exec "$0" "$@"',
]

describe('a bad day in VS Code', function () {
  this.timeout(150_000)
  let day: BadDay

  before(function () {
    needEditor(this)
    day = new BadDay()
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await day.picture(`failed-day-${Date.now()}`)
  })
  after(() => day.close())

  it('a cell that prints a million lines leaves the window usable, and is cut with its mark', async () => {
    const project = day.project()
    const line = 'print(f"line {i} of a million, all of the same length")'
    const path = project.notebook('flood.ipynb', [`for i in range(1_000_000): ${line}`, '"after the flood"'])
    await day.open(project, 'flood.ipynb')
    await day.window.command('Notebook: Run All')
    const beganMs = Date.now()
    await day.outputs.getByText('line 0 of a million').first().waitFor()
    // While it prints, and while what it printed is brought on the page.
    await day.window.command('View: Show Explorer')
    console.log(`      a command was carried out ${seconds(beganMs)} into the flood`)
    await day.saved(path, ([, after]) => after?.outputs.length === 1)
    console.log(`      the flood was over and saved after ${seconds(beganMs)}`)
    const texts = readCells(path)[0]?.outputs.map(({ text = [] }) => text.join('')) ?? []
    assert.match(texts[0] ?? '', /^line 0 of a million/)
    assert.match(texts.at(-1) ?? '', /\[Daybook: output cut here, as it is over 10 MB/)
    assert.ok(texts.join('').length < 10_100_000)
  })

  it('a kernel that dies at its start says why', async () => {
    const environment = day.folder()
    makeEnvironment(environment, { ipykernel: '7.0.0' })
    const program = join(environment, 'bin', 'python')
    makeFile(
      program,
      '#!/bin/sh\necho "ImportError: libgpu.so.9: cannot open shared object file" >&2\nexit 3\n',
    )
    chmodSync(program, 0o755)
    const project = day.project(environment)
    project.notebook('dead.ipynb', ['1 + 1', '2 + 2'])
    await day.open(project, 'dead.ipynb')
    await day.window.command('Notebook: Run All')
    await day.outputs.getByText('libgpu.so.9').first().waitFor()
    await day.picture('dead-kernel')
  })

  it('the daemon of an older version makes way, and the notebook runs', async () => {
    const project = day.project()
    const script = join(import.meta.dirname, '..', '..', 'daemon', 'old_daemon.ts')
    const args = [
      '--disable-warning=ExperimentalWarning',
      script,
      project.root,
      String(apiVersion - 1),
      '0.0.1',
    ]
    const old = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    day.add(() => {
      old.kill()
    })
    await once(old.stdout, 'data')
    project.notebook('after.ipynb', ['"the new one " + "answers"'])
    await day.open(project, 'after.ipynb')
    await day.window.command('Notebook: Run All')
    await day.outputs.getByText('the new one answers').waitFor()
    assert.equal(old.exitCode, 0)
  })

  it('a Python without ipykernel is told beside the notebook, and asked about when a cell is run', async () => {
    const environment = day.folder()
    makeEnvironment(environment)
    const project = day.project(environment)
    project.notebook('lacks.ipynb', ['1 + 1'])
    const home = day.folder()
    const env = { HOME: home, PYENV_ROOT: home, PATH: '/usr/bin:/bin' }
    await day.open(project, 'lacks.ipynb', { server: await day.server({ env }) })
    const { page } = day.window
    await day.window.command('Notifications: Show Notifications')
    await notices().getByRole('button', { name: 'Install ipykernel' }).waitFor()
    const question = page.locator('.monaco-dialog-box')
    assert.equal(await question.count(), 0)
    await day.picture('no-ipykernel')
    await day.window.command('Notebook: Run All')
    await question.getByText('ipykernel is not installed').waitFor()
    await question.getByRole('button', { name: 'Cancel' }).click()
  })

  it('where there is no Python, how to get one is said', async function () {
    const [program = '', ...words] = withoutPython
    if (spawnSync(program, [...words, 'true']).status !== 0)
      skip(this, 'no namespaces to hide the Pythons of this machine in (unshare --map-root-user --mount)')
    const home = day.folder()
    const env = { HOME: home, PYENV_ROOT: home, PATH: '/usr/bin:/bin' }
    const project = day.project(null)
    project.notebook('none.ipynb', ['1 + 1'])
    const server = await day.server({ env, within: withoutPython })
    await day.open(project, 'none.ipynb', { server, kernel: /Select Kernel/ })
    await day.window.command('Notifications: Show Notifications')
    await notices().getByText('A notebook needs a Python to run, and none was found').waitFor()
    await day.picture('no-python')
  })

  /** VS Code shows no toasts under a test's driver; its list of notices holds them all the same. */
  function notices(): Locator {
    return day.window.page.locator('.notifications-center')
  }
})
