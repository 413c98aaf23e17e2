import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { showNotebook } from '../../daemon/cells/shown_notebook.ts'
import { openBrowser } from '../../chromium.ts'
import { makeEditorFolder, needEditor, startInnerServer, type EditorServer } from './editor.ts'
import { openWindow } from './window.ts'

/** The cell in the middle goes on until the test lets it end, however long a window takes to come up. */
const cells = [
  'import os, time, threading\nfrom IPython.display import display\nhandle = display("tick none", display_id=True)',
  'i = -1\nwhile not os.path.exists("stop"):\n    i += 1\n    print(i)\n    handle.update(f"tick {i}")\n    time.sleep(0.1)',
  'def late():\n    time.sleep(1)\n    print("late")\nthreading.Thread(target=late).start()\nprint("early")',
]

describe('a running cell in VS Code', function () {
  this.timeout(300_000)
  const editor = makeEditorFolder()
  const closers: (() => unknown)[] = [editor.remove]
  let project: DaemonProject
  let server: EditorServer
  let browser: Browser

  before(async function () {
    needEditor(this)
    project = makeDaemonProject()
    closers.push(() => project.close())
    server = await startInnerServer({ folder: editor.folder })
    closers.push(server.close)
    browser = await openBrowser()
    closers.push(() => browser.close())
  })
  after(async () => {
    // What the set-up did not come to is not there to be closed.
    for (const close of closers.reverse()) await close()
  })

  for (const minor of [5, 4]) {
    it(`survives a reload, the daemon's death and a closed window (nbformat 4.${minor})`, async () => {
      const name = `survival${minor}.ipynb`
      const path = writeNotebook(project, name, minor)
      rmSync(join(project.root, 'stop'), { force: true })
      const first = await openWindow({ server, browser, folder: project.root })
      await first.openNotebook(name)
      await first.visible(/Python 3.*\(\.venv\)/)
      await first.command('Notebook: Run All')
      await first.visible('Interrupt')
      await goesOn(project, name)
      await first.reload()
      // VS Code may bring back another notebook in front.
      await first.openNotebook(name)
      await first.visible('Interrupt')
      await project.killDaemon()
      await goesOn(project, name)
      await first.close()
      await project.killDaemon()
      await goesOn(project, name)
      const second = await openWindow({ server, browser, folder: project.root })
      await second.openNotebook(name)
      await second.visible('Interrupt')
      project.file('stop', '')
      await until(() => isThrough(project, name))
      await until(async () => {
        await second.page.keyboard.press('Control+S')
        return isSaved(path)
      }, 1000)
      const [shown, middle, last] = read(path).map(({ outputs }) => outputs)
      const count = middle?.[0]?.split('\n').length ?? 0
      assert.deepEqual(middle, [Array.from({ length: count - 1 }, (_, i) => `${i}\n`).join('')])
      assert.deepEqual(shown, [`'tick ${count - 2}'`])
      assert.deepEqual(last, ['early\nlate\n'])
      assert.deepEqual(
        read(path).map(({ executionCount }) => executionCount),
        [1, 2, 3],
      )
      await until(async () => (await undelivered(project, name)) === 0)
      await second.close()
    })
  }
})

function writeNotebook(project: DaemonProject, name: string, minor: number): string {
  const path = project.notebook(name, cells)
  const notebook = JSON.parse(readFileSync(path, 'utf8')) as {
    nbformat_minor: number
    cells: { id?: string }[]
  }
  notebook.nbformat_minor = minor
  if (minor < 5) for (const cell of notebook.cells) delete cell.id
  return project.file(name, JSON.stringify(notebook, null, 1))
}

/** Waits until the cell in the middle has printed more than it had. */
async function goesOn(project: DaemonProject, name: string): Promise<void> {
  const before = await printed(project, name)
  await until(async () => (await printed(project, name)) > before + 3)
}

/** How far the cell in the middle is, as the daemon tells it. */
async function printed(project: DaemonProject, name: string): Promise<number> {
  return ask(project, name, (shown) => {
    const all = [...shown.cells.values()].flatMap(({ outputs }) => outputs)
    const text = all.map((output) => (output.output_type === 'stream' ? output.text : '')).join('')
    return text.split('\n').length - 1
  })
}

async function isThrough(project: DaemonProject, name: string): Promise<boolean> {
  return ask(project, name, ({ cells: shown }) => {
    const outputs = [...shown.values()].flatMap((cell) => cell.outputs)
    return outputs.some((output) => output.output_type === 'stream' && output.text.includes('late'))
  })
}

async function undelivered(project: DaemonProject, name: string): Promise<number> {
  return ask(project, name, (shown) => shown.cells.size)
}

async function ask<T>(
  project: DaemonProject,
  name: string,
  look: (shown: Awaited<ReturnType<typeof showNotebook>>) => T,
): Promise<T> {
  const client = await project.client()
  const shown = await showNotebook(client, name)
  const answer = look(shown)
  shown.stop()
  client.close()
  return answer
}

function read(path: string): { outputs: string[]; executionCount: number | null }[] {
  interface FileCell {
    execution_count: number | null
    outputs: { text?: string | string[]; data?: Record<string, string | string[]> }[]
  }
  const notebook = JSON.parse(readFileSync(path, 'utf8')) as { cells: FileCell[] }
  return notebook.cells.map(({ execution_count: executionCount, outputs }) => ({
    executionCount,
    outputs: outputs.map(({ text, data }) => [text ?? data?.['text/plain'] ?? ''].flat().join('')),
  }))
}

function isSaved(path: string): boolean {
  const saved = read(path)
  // VS Code writes an execution's number into the cell a moment after its end.
  return (
    saved.every(({ outputs, executionCount }) => outputs.length > 0 && executionCount !== null) &&
    saved[2]?.outputs[0]?.includes('late') === true
  )
}

async function until(holds: () => boolean | Promise<boolean>, everyMs = 200): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, everyMs))
}
