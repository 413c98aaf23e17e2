import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Bag } from '../../../shared/base/bag.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { makeTestModels } from '../../serving/gateway_harness.ts'
import { needEditor } from './editor.ts'
import { frontWebview, openInstalledWindow, setTheme } from './installed_window.ts'
import type { EditorWindow } from './window.ts'

/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']

const train = `import mlflow
import pandas as pd
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression

rows = pd.DataFrame({"age": range(20, 60), "hours": [i % 7 for i in range(40)]})
model = LinearRegression().fit(rows, rows["age"] * 2)
with mlflow.start_run(run_name="twice the age"):
    mlflow.sklearn.log_model(
        model,
        name="model",
        signature=infer_signature(rows, model.predict(rows)),
        input_example=rows.head(2),
        serialization_format="cloudpickle",
        pip_requirements=["scikit-learn", "pandas", "cloudpickle"],
    )`

describe('a closed gate in the window of VS Code', function () {
  this.timeout(170_000)
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
    mkdirSync(join(project.root, '.vscode'))
    project.file('daybook.yaml', 'monitor:\n  gate: {metrics: ["accuracy > 0.9"]}\n')
    const models = makeTestModels()
    bag.add(() => models.close())
    await project.json(['deploy', join(models.folder, 'one'), '--name', 'ages', '--trust'])
    await project.json(['deploy', join(models.folder, 'two'), '--name', 'ages', '--as', 'shadow', '--trust'])
    project.notebook('train.ipynb', [train])
    await project.json(['run', 'train.ipynb'])
    window = await openInstalledWindow(bag, project.root)
    window.page.setDefaultTimeout(60_000)
    await window.command('Daybook: Focus on Deployments View')
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })

  it('says what it holds against the shadow, and changes nothing where a person gives up', async () => {
    await choose(deployment(1), 'Promote the Shadow…')
    await dialog().getByText('The gate is closed for revision 2 of "ages".').waitFor()
    await dialog()
      .getByText(/✗ Its run has no metric accuracy[^✓]*✓ It takes the same requests[^?]*\? Nobody has looked/)
      .waitFor()
    await picture('promote')
    await dialog().getByRole('button', { name: 'Cancel' }).click()
    await dialog().waitFor({ state: 'hidden' })
    await deployment(1).waitFor()
  })

  it('is passed with a reason only, which the audit log keeps', async () => {
    await choose(deployment(1), 'Promote the Shadow…')
    await dialog().getByRole('button', { name: 'Promote All the Same…' }).click()
    await asked().getByText('Promote revision 2 of "ages"').waitFor()
    await window.page.keyboard.press('Enter')
    await asked().getByText('Against the gate a reason has to be given').waitFor()
    await picture('reason')
    await window.page.keyboard.type('accuracy was looked at by hand')
    await window.page.keyboard.press('Enter')
    await window.page
      .locator('.notification-toast', {
        hasText: 'revision 2 of "ages" answers now',
      })
      .waitFor()
    await deployment(2).click()
    await audit('accuracy was looked at by hand')
    await picture('audit')
  })

  it('is passed so by the model of a run too, from its menu', async () => {
    const { page } = window
    await page
      .getByRole('treeitem', { name: /^Run train 1/ })
      .locator('.monaco-tl-twistie')
      .click()
    await choose(page.getByRole('treeitem', { name: /^Run twice the age/ }), 'Deploy…')
    await asked().getByText('Deploy the model of twice the age').waitFor()
    await asked().locator('input.input').fill('ages')
    await page.keyboard.press('Enter')
    await dialog()
      .getByText(/this model may not take the place of what "ages" answers with/)
      .waitFor()
    await picture('deploy')
    await dialog().getByRole('button', { name: 'Deploy All the Same…' }).click()
    await asked().getByText('Deploy to "ages" against the gate').waitFor()
    await page.keyboard.type('a trial run')
    await page.keyboard.press('Enter')
    await page
      .locator('.notification-toast', {
        hasText: /revision 3 of "ages" answers, .* after the click/,
      })
      .waitFor()
    await deployment(3).waitFor()
    await audit('a trial run')
  })

  const deployment = (revision: number) =>
    window.page.getByRole('treeitem', {
      name: new RegExp(`^Deployment ages, revision ${revision}`),
    })
  const dialog = () => window.page.locator('.monaco-dialog-box')
  const asked = () => window.page.locator('.quick-input-widget')

  /** Chooses from the menu of a row. */
  async function choose(row: ReturnType<typeof deployment>, entry: string): Promise<void> {
    await row.click({ button: 'right' })
    const item = window.page.locator('.monaco-menu .action-item', { hasText: entry }).first()
    await item.waitFor()
    // VS Code takes what comes right after the menu has opened for the end of the click that opened it.
    await window.page.waitForTimeout(300)
    await item.click()
  }

  async function audit(reason: string): Promise<void> {
    const page = frontWebview(window.page)
    await page.getByRole('tab', { name: 'Audit' }).click()
    await page.getByText('The log is whole').waitFor()
    await page.getByRole('cell', { name: reason }).first().waitFor()
  }

  async function picture(name: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    for (const theme of ['dark', 'light'] as const) {
      await setTheme(window.page, project, theme)
      await window.page.screenshot({
        path: join(pictures, `vscode-gate-${name}-${theme}.png`),
      })
    }
  }
})
