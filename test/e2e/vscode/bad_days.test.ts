import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, FrameLocator } from 'playwright-core'
import { apiVersion } from '../../../shared/api/contract.ts'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { makeEnvironment, makeFile } from '../../kernel/environments.ts'
import { openBrowser } from '../../chromium.ts'
import { makeEditorFolder, needEditor, startInnerServer, type EditorServer } from './editor.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures go, if anywhere. */
const pictures = process.env['DAYBOOK_PICTURES']

/** A picture of noise, as large as it is said to be: nothing makes it smaller on its way. */
const picture = `import os, struct, zlib
def png(megabytes):
    width = 1000; height = megabytes * 250
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\\0" + os.urandom(width * 4) for _ in range(height))
    return b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(rows, 0)) + chunk(b"IEND", b"")
from IPython.display import Image, display`

describe('a bad day in VS Code', function () {
  this.timeout(150_000)
  const bag = new Bag()
  const ofTest = new Bag()
  let server: EditorServer
  let browser: Browser
  let window: EditorWindow

  before(async function () {
    needEditor(this)
    server = await startServer()
    browser = await openBrowser()
    bag.add(() => browser.close())
  })
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await shoot(`failed-day-${Date.now()}`)
  })
  after(async () => {
    await ofTest.close()
    await bag.close()
  })

  it('a notebook of 2,000 cells opens, runs and is saved', async () => {
    const project = begin()
    const path = project.notebook(
      'long.ipynb',
      Array.from({ length: 2000 }, (_, i) => `${i} + 1`),
    )
    await open(project, 'long.ipynb')
    const beganMs = Date.now()
    await window.command('Notebook: Run All')
    await saved(path, (cells) =>
      cells.every((cell) => cell.execution_count !== null && cell.outputs.length === 1),
    )
    console.log(`      2,000 cells run and saved in ${seconds(beganMs)}`)
    assert.deepEqual(
      read(path).map((cell) => [cell.execution_count, cell.outputs[0]?.data?.['text/plain']?.join('')]),
      Array.from({ length: 2000 }, (_, i) => [i + 1, String(i + 1)]),
    )
    await window.close()
  })

  it('a cell that prints a million lines leaves the window usable, and is cut with its mark', async () => {
    const project = begin()
    const line = 'print(f"line {i} of a million, all of the same length")'
    const path = project.notebook('flood.ipynb', [`for i in range(1_000_000): ${line}`, '"after the flood"'])
    await open(project, 'flood.ipynb')
    await window.command('Notebook: Run All')
    const beganMs = Date.now()
    await outputs().getByText('line 0 of a million').first().waitFor()
    // While it prints, and while what it printed is brought on the page.
    await window.command('View: Show Explorer')
    console.log(`      a command was carried out ${seconds(beganMs)} into the flood`)
    await saved(path, ([, after]) => after?.outputs.length === 1)
    console.log(`      the flood was over and saved after ${seconds(beganMs)}`)
    const texts = read(path)[0]?.outputs.map(({ text = [] }) => text.join('')) ?? []
    assert.match(texts[0] ?? '', /^line 0 of a million/)
    assert.match(texts.at(-1) ?? '', /\[Daybook: output cut here, as it is over 10 MB/)
    assert.ok(texts.join('').length < 10_100_000)
    await window.close()
  })

  it('50 MB of pictures are shown, and one that is too large is cut with its mark', async () => {
    const project = begin()
    const shows = Array.from({ length: 8 }, () => 'display(Image(png(6)))')
    const path = project.notebook('pictures.ipynb', [picture, ...shows, 'display(Image(png(50)))', '"after"'])
    await open(project, 'pictures.ipynb')
    await window.command('Notebook: Run All')
    const beganMs = Date.now()
    await saved(path, (cells) => cells.at(-1)?.outputs.length === 1)
    console.log(`      50 MB of pictures shown and saved after ${seconds(beganMs)}`)
    const cells = read(path)
    const sizes = cells
      .slice(1, 9)
      .map(({ outputs: [one] }) => [one?.data?.['image/png']].flat().join('').length)
    assert.ok(
      sizes.every((size) => size > 8_000_000),
      String(sizes),
    )
    assert.match(cells[9]?.outputs[0]?.text?.join('') ?? '', /output cut here/)
    await outputs().locator('img').first().waitFor()
    await window.close()
  })

  it('a kernel that dies at its start says why', async () => {
    const environment = temporary()
    makeEnvironment(environment, { ipykernel: '7.0.0' })
    const program = join(environment, 'bin', 'python')
    makeFile(
      program,
      '#!/bin/sh\necho "ImportError: libgpu.so.9: cannot open shared object file" >&2\nexit 3\n',
    )
    chmodSync(program, 0o755)
    const project = begin(environment)
    project.notebook('dead.ipynb', ['1 + 1', '2 + 2'])
    await open(project, 'dead.ipynb')
    await window.command('Notebook: Run All')
    await outputs().getByText('libgpu.so.9').first().waitFor()
    await shoot('dead-kernel')
    await window.close()
  })

  it('the daemon of an older version makes way, and the notebook runs', async () => {
    const project = begin()
    const script = join(import.meta.dirname, '..', '..', 'daemon', 'old_daemon.ts')
    const args = [
      '--disable-warning=ExperimentalWarning',
      script,
      project.root,
      String(apiVersion - 1),
      '0.0.1',
    ]
    const old = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    ofTest.add(() => {
      old.kill()
    })
    await once(old.stdout, 'data')
    project.notebook('after.ipynb', ['"the new one " + "answers"'])
    await open(project, 'after.ipynb')
    await window.command('Notebook: Run All')
    await outputs().getByText('the new one answers').waitFor()
    assert.equal(old.exitCode, 0)
    await window.close()
  })

  it('where there is no Python, how to get one is said', async () => {
    const project = begin(null)
    const home = temporary()
    const bare = await startServer({ PATH: join(home, 'bin'), HOME: home })
    project.notebook('none.ipynb', ['1 + 1'])
    await open(project, 'none.ipynb', { of: bare, kernel: /Select Kernel/ })
    await window.page.getByText('A notebook needs a Python to run, and none was found').first().waitFor()
    await shoot('no-python')
    await window.close()
  })

  /** A project of a test's own. */
  function begin(environment?: string | null): DaemonProject {
    const project = environment == null ? makeDaemonProject() : makeDaemonProject(environment)
    ofTest.add(() => project.close())
    if (environment === null) rmSync(join(project.root, '.venv'))
    return project
  }

  function temporary(): string {
    const folder = mkdtempSync(join(tmpdir(), 'b-'))
    ofTest.add(() => rmSync(folder, { recursive: true, force: true }))
    return folder
  }

  async function startServer(env: Record<string, string> = {}): Promise<EditorServer> {
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    const started = await startInnerServer({ folder, env })
    bag.add(() => started.close())
    return started
  }

  async function open(
    project: DaemonProject,
    name: string,
    { of = server, kernel = /Python 3.*\(.+\)/ }: { of?: EditorServer; kernel?: RegExp } = {},
  ): Promise<void> {
    window = await openWindow({ server: of, browser, folder: project.root })
    window.page.setDefaultTimeout(60_000)
    await window.openNotebook(name)
    await window.visible(kernel)
  }

  /** What the cells show lies in a frame within a frame. */
  function outputs(): FrameLocator {
    return window.page
      .locator('iframe.webview')
      .first()
      .contentFrame()
      .locator('#active-frame')
      .contentFrame()
  }

  /** Saves until the file holds what is wanted. */
  async function saved(path: string, holds: (cells: FileCell[]) => boolean): Promise<void> {
    do {
      await window.page.waitForTimeout(1000)
      await window.page.keyboard.press('Control+S')
    } while (!holds(read(path)))
  }

  async function shoot(name: string): Promise<void> {
    if (pictures !== undefined) await window.page.screenshot({ path: join(pictures, `${name}.png`) })
  }
})

interface FileCell {
  execution_count: number | null
  outputs: { text?: string[]; data?: Record<string, string[]> }[]
}

function read(path: string): FileCell[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as { cells: FileCell[] }).cells
}

function seconds(sinceMs: number): string {
  return `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`
}
