import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { openBrowser } from '../../chromium.ts'
import { until } from '../../until.ts'
import { makeEditorFolder, needEditor, startInnerServer, type EditorServer } from './editor.ts'
import { ask, goesOn, read } from './kernel_output.ts'
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
      await until(
        async () => {
          await second.page.keyboard.press('Control+S')
          return isSaved(path)
        },
        { everyMs: 1000 },
      )
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

async function isThrough(project: DaemonProject, name: string): Promise<boolean> {
  return ask(project, name, ({ cells: shown }) => {
    const outputs = [...shown.values()].flatMap((cell) => cell.outputs)
    return outputs.some((output) => output.output_type === 'stream' && output.text.includes('late'))
  })
}

async function undelivered(project: DaemonProject, name: string): Promise<number> {
  return ask(project, name, (shown) => shown.cells.size)
}

function isSaved(path: string): boolean {
  const saved = read(path)
  // VS Code writes an execution's number into the cell a moment after its end.
  return (
    saved.every(({ outputs, executionCount }) => outputs.length > 0 && executionCount !== null) &&
    saved[2]?.outputs[0]?.includes('late') === true
  )
}
