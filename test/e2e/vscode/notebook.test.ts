import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { FrameLocator } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { openBrowser } from '../../chromium.ts'
import { makeEditorFolder, needEditor, startInnerServer } from './editor.ts'
import { assertAllPassed, runInHost } from './host.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures go, if anywhere. */
const pictures = process.env['DAYBOOK_PICTURES']

describe('a notebook in VS Code', function () {
  this.timeout(240_000)
  const bag = new Bag()
  let project: DaemonProject

  before(function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(() => project.close())
  })
  after(() => bag.close())

  it('runs on our kernels, in its extension host', async () => {
    assertAllPassed(await runInHost({ files: ['notebook'], workspace: project.root, timeoutMs: 220_000 }))
  })

  describe('in its window', () => {
    let window: EditorWindow

    before(async () => {
      const ask =
        'from getpass import getpass\nname = input("Your name? ")\nprint(name, len(getpass("Key? ")))'
      project.notebook('ask.ipynb', [ask])
      const { folder, remove } = makeEditorFolder()
      bag.add(remove)
      const server = await startInnerServer({ folder })
      bag.add(() => server.close())
      const browser = await openBrowser()
      bag.add(() => browser.close())
      window = await openWindow({ server, browser, folder: project.root })
      window.page.setDefaultTimeout(30_000)
    })
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await picture(`failed-notebook-${Date.now()}`)
    })

    it('asks for a line and for a password, whose letters are not shown', async () => {
      const code =
        'from getpass import getpass\nname = input("Your name? ")\nprint(name, len(getpass("Key? ")))'
      project.notebook('ask.ipynb', [code])
      await window.openNotebook('ask.ipynb')
      await window.visible(/Python 3.*\(\.venv\)/)
      await window.command('Notebook: Run All')
      const box = window.page.locator('.quick-input-widget')
      await box.getByText('Your name?').waitFor()
      await box.getByText('ask.ipynb, cell 1').waitFor()
      await window.page.keyboard.type('Ada')
      await window.page.keyboard.press('Enter')
      await box.getByText('Key?').waitFor()
      assert.equal(await box.locator('input.input').getAttribute('type'), 'password')
      await window.page.keyboard.type('secret')
      await picture('password')
      await window.page.keyboard.press('Enter')
      await outputs().getByText('Ada 6').waitFor()
      assert.doesNotMatch(await outputs().locator('body').innerText(), /secret/)
    })

    /** What the cells of the notebook in front show lies in a frame within a frame. */
    function outputs(): FrameLocator {
      return window.page
        .locator('iframe.webview:visible')
        .last()
        .contentFrame()
        .locator('#active-frame')
        .contentFrame()
    }

    async function picture(name: string): Promise<void> {
      if (pictures !== undefined) await window.page.screenshot({ path: join(pictures, `${name}.png`) })
    }
  })
})
