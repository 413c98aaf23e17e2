import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { makeDaemonProject, type DaemonProject } from '../../daemon/project.ts'
import { tellBikesStory } from '../bikes_story.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']

describe('a deployed model in JupyterLab', function () {
  this.timeout(300_000)
  const bag = new Bag()
  let project: DaemonProject
  let lab: Lab
  let page: Page

  before(async function () {
    needBrowser(this)
    lab = await startLab(await labPython())
    bag.add(() => lab.close())
    project = makeDaemonProject(undefined, lab.folder)
    bag.add(async () => {
      await project.daybook(['down'])
      await project.close()
    })
    await tellBikesStory(project)
    const browser = await openBrowser()
    bag.add(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1360, height: 860 } })
    page.setDefaultTimeout(60_000)
  })
  after(() => bag.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await picture('failed')
  })

  it('stands in the sidebar with its alert, and opens as a tab that answers', async () => {
    await page.goto(lab.page(`lab/tree/${basename(project.root)}/bikes.ipynb`))
    await page.waitForSelector('.jp-Notebook .jp-CodeCell')
    await page.getByRole('tab', { name: 'Daybook' }).click()
    await page.getByRole('list', { name: 'Deployments' }).getByText('bikes', { exact: true }).click()
    await page.getByRole('heading', { name: 'bikes' }).waitFor()
    await page.getByLabel('hr', { exact: true }).fill('17')
    await page.getByRole('button', { name: 'Ask' }).click()
    await page.locator('.answer b', { hasText: /^\d+\.\d/ }).waitFor()
    await picture('try')
  })

  it('shows alert, report, retraining and shadow, and promotes with a reason', async () => {
    await tab('Monitoring').click()
    await page.locator('.verdict.alert', { hasText: /Bikes: error \d+ instead of 20/ }).waitFor()
    await picture('monitoring')
    await tab('Retraining').click()
    await page.getByText(/Retraining as such does not help.*with day counter/).waitFor()
    await picture('retraining')
    await tab('Shadow').click()
    await page.locator('.verdict.good', { hasText: 'Promote it' }).waitFor()
    await picture('shadow')
    await page.getByRole('button', { name: 'Promote revision 2…' }).click()
    await page.getByLabel('Reason').fill('half the error in May')
    await page.getByRole('button', { name: /^Promote( all the same)?$/ }).click()
    await page.getByText('Revision 2 answers now.').waitFor()
    await page.locator('daybook-deployment-page').getByRole('button', { name: 'Roll back' }).click()
    await page.getByText('Revision 1 answers again.').waitFor()
  })

  it('is there again after a reload, in the dark theme too', async () => {
    const themes = 'lab/api/settings/@jupyterlab/apputils-extension:themes'
    await page.request.put(lab.page(themes), { data: { raw: '{"theme": "JupyterLab Dark"}' } })
    await page.reload()
    await page.getByRole('heading', { name: 'bikes' }).waitFor()
    await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: 'attached' })
    await tab('Monitoring').click()
    await page.getByRole('img', { name: 'cnt: reference and now' }).waitFor()
    await picture('monitoring-dark')
  })

  it('brings a report from the sidebar back after a reload, in the colours of the theme', async () => {
    await page.locator('.daybook-section-monitoring li button.daybook-link').first().click()
    await page.locator('.lm-TabBar-tabLabel', { hasText: 'Report: bikes' }).waitFor()
    const report = page.locator('iframe[title="Report: bikes"]')
    assert.match((await report.getAttribute('srcdoc')) ?? '', /color-scheme:dark/)
    // JupyterLab writes down what stands where a moment after it was put there.
    await page.waitForTimeout(2000)
    await page.reload()
    await page.locator('.lm-TabBar-tabLabel', { hasText: 'Report: bikes' }).waitFor()
    await page.frameLocator('iframe[title="Report: bikes"]').locator('h1').first().waitFor()
    await page.waitForSelector('iframe[srcdoc*="color-scheme:dark"]')
    await picture('report-dark')
  })

  const tab = (name: string) => page.locator('daybook-deployment-page').getByRole('tab', { name })

  async function picture(what: string): Promise<void> {
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.waitForTimeout(1000)
    await page.screenshot({ path: join(pictures, `jupyterlab-deployment-${what}.png`) })
  }
})
