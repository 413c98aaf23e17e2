import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { FrameLocator } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { openBrowser } from '../../chromium.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { tellBikesStory } from '../bikes_story.ts'
import { makeEditorFolder, needEditor, startInnerServer } from './editor.ts'
import { openWindow, type EditorWindow } from './window.ts'

/** Where pictures of each screen go, if anywhere: people look at them, and they stand in the documents. */
const pictures = process.env['DAYBOOK_PICTURES']

describe('a deployed model in a window of VS Code', function () {
  this.timeout(300_000)
  const bag = new Bag()
  let project: DaemonProject
  let window: EditorWindow

  before(async function () {
    needEditor(this)
    project = makeDaemonProject()
    bag.add(async () => {
      await project.daybook(['down'])
      await project.close()
    })
    await tellBikesStory(project)
    const { folder, remove } = makeEditorFolder()
    bag.add(remove)
    const server = await startInnerServer({ folder })
    bag.add(() => server.close())
    const browser = await openBrowser()
    bag.add(() => browser.close())
    window = await openWindow({ server, browser, folder: project.root })
    window.page.setDefaultTimeout(60_000)
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })

  it('opens from the sidebar, and answers what a person asks', async () => {
    await window.command('Daybook: Focus on Deployments View')
    await window.page.getByRole('treeitem', { name: /^Deployment bikes, revision 1/ }).click()
    await panel().getByRole('heading', { name: 'bikes' }).waitFor()
    await panel().getByLabel('hr', { exact: true }).fill('17')
    await panel().getByRole('button', { name: 'Ask' }).click()
    await panel()
      .locator('.answer b', { hasText: /^\d+\.\d/ })
      .waitFor()
    await picture('try')
  })

  it('shows the alert, the report and what training again would bring', async () => {
    await tab('Monitoring').click()
    await panel()
      .locator('.verdict.alert', { hasText: /Bikes: error \d+ instead of 20/ })
      .waitFor()
    await panel().getByRole('img', { name: 'cnt: reference and now' }).waitFor()
    await picture('monitoring')
    await tab('Retraining').click()
    await panel()
      .getByText(/Retraining as such does not help.*with day counter/)
      .waitFor()
    await picture('retraining')
  })

  it('shows the shadow with its verdict, promotes it with a reason, and rolls back', async () => {
    await tab('Shadow').click()
    await panel().locator('.verdict.good', { hasText: 'Promote it' }).waitFor()
    await picture('shadow')
    await panel().getByRole('button', { name: 'Promote revision 2…' }).click()
    await panel().getByText('It takes the same requests as the champion.').waitFor()
    await panel().getByLabel('Reason').fill('half the error in May')
    await picture('gate')
    await panel()
      .getByRole('button', { name: /^Promote( all the same)?$/ })
      .click()
    await panel().getByText('Revision 2 answers now.').waitFor()
    await tab('Audit').click()
    await panel().getByRole('cell', { name: 'half the error in May' }).first().waitFor()
    await picture('audit')
    await panel().getByRole('button', { name: 'Roll back' }).click()
    await panel().getByText('Revision 1 answers again.').waitFor()
  })

  it('is made from the page of a run, with each step told', async () => {
    await tab('Overview').click()
    await panel().getByRole('button', { name: /^run / }).first().click()
    await panel().getByRole('button', { name: 'Deploy…' }).click()
    await panel().getByLabel('Name').fill('bikes-again')
    await picture('deploy')
    await panel().getByRole('button', { name: 'Deploy', exact: true }).click()
    await panel().getByRole('heading', { name: 'bikes-again' }).waitFor()
    await panel().locator('.chip', { hasText: 'ready' }).waitFor()
  })

  it('shows the report of an alert, which comes back when the window is reloaded', async () => {
    await window.command('Daybook: Focus on Monitoring View')
    await window.page
      .getByRole('treeitem', { name: /alert, .* ago, bikes: / })
      .last()
      .click()
    await reportTab().waitFor()
    const says = await heading().innerText()
    assert.match(says, /^Error \d+ instead of 20/)
    // VS Code in a browser writes down which tabs are open every five seconds, and not when it is left.
    await window.page.waitForTimeout(7000)
    await window.reload()
    await reportTab().waitFor()
    await heading().filter({ hasText: says }).waitFor()
    assert.equal(await reportTab().count(), 1)
    await picture('report')
  })

  it('says in its place why a report cannot be had, and shows it once it can', async () => {
    await project.killDaemon()
    const putBack = hideStore(project)
    await window.reload()
    await panel().getByText('The report cannot be shown now: The Daybook daemon').waitFor()
    const sidebar = window.page.locator('.sidebar')
    await sidebar
      .getByText(/The Daybook daemon .* did not start/)
      .first()
      .waitFor()
    // An empty list would say that nothing was deployed.
    await sidebar.getByText('No model is deployed.').waitFor({ state: 'hidden' })
    await picture('report-failed')
    putBack()
    await panel().getByRole('button', { name: 'Try Again' }).click()
    await heading()
      .filter({ hasText: /^Error \d+ instead of 20/ })
      .waitFor()
    assert.equal(await reportTab().count(), 1)
  })

  const tab = (name: string) => panel().getByRole('tab', { name })
  const reportTab = () => window.page.getByRole('tab', { name: /^Report: bikes/ })
  const heading = () => panel().getByRole('heading', { level: 1 })

  /** The page in the panel in front: a webview lies in a frame within its frame. */
  function panel(): FrameLocator {
    const frame = window.page.locator('iframe.webview:visible').last().contentFrame()
    return frame.locator('#active-frame').contentFrame()
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    for (const theme of ['dark', 'light']) {
      await window.page.waitForTimeout(1000)
      await window.page.screenshot({ path: join(pictures, `vscode-deployment-${name}-${theme}.png`) })
      await window.command('Preferences: Toggle between Light/Dark Themes')
    }
  }
})

/** Has another program's file stand where the daemon's database was, until it is put back: the daemon does not start. */
function hideStore({ root }: DaemonProject): () => void {
  const path = join(root, '.daybook', 'daybook.db')
  const files = ['', '-wal', '-shm']
  for (const end of files) renameSync(path + end, `${path}${end}.away`)
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE other (a)')
  other.close()
  return () => {
    for (const end of files) {
      rmSync(path + end, { force: true })
      renameSync(`${path}${end}.away`, path + end)
    }
  }
}
