import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { Bag } from '../../../shared/base/bag.ts'
import { needBrowser, openBrowser } from '../../chromium.ts'
import { labPython } from './lab_environment.ts'
import { startLab, type Lab } from './lab.ts'

/** Where pictures go, if anywhere: people look at them. */
const pictures = process.env['DAYBOOK_PICTURES']

/** Some of what JupyterLab's part says, as a language pack has it. */
const german = {
  '': { domain: 'jupyterlab_daybook', language: 'de-DE', plural_forms: 'nplurals=2; plural=(n != 1);' },
  Runs: ['Läufe'],
  Deployments: ['Bereitstellungen'],
  'Tune this notebook…': ['Dieses Notebook abstimmen…'],
  'No kernel runs.': ['Kein Kernel läuft.'],
}

describe('Daybook in a JupyterLab of another language', function () {
  this.timeout(3 * 60_000)
  const bag = new Bag()
  let page: Page

  before(async function () {
    needBrowser(this)
    const lab = await startLab(await labPython(), {
      env: (folder) => ({ PYTHONPATH: makeLanguagePack(join(folder, '.lab', 'pack')) }),
    })
    bag.add(() => lab.close())
    await speakGerman(lab)
    mkdirSync(join(lab.folder, 'first', '.git'), { recursive: true })
    lab.notebook('first/a.ipynb', ['1'])
    const browser = await openBrowser()
    bag.add(() => browser.close())
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(60_000)
    await page.goto(lab.page('lab/tree/first/a.ipynb'))
  })
  after(() => bag.close())

  it('speaks it in the sidebar and in the labels of tabs, where the language pack has the words', async () => {
    await page.locator('.jp-SideBar [data-id="daybook-sidebar"]').click()
    await page.locator('.daybook-section-runs summary', { hasText: 'Läufe' }).waitFor()
    await page.locator('.daybook-section-deployments summary', { hasText: 'Bereitstellungen' }).waitFor()
    await page.getByRole('button', { name: 'Dieses Notebook abstimmen…' }).waitFor()
    await page.locator('.jp-Notebook').first().click()
    await page.keyboard.press('Control+Alt+R')
    await page.locator('.lm-TabBar-tabLabel', { hasText: 'Läufe' }).waitFor()
    if (pictures === undefined) return
    mkdirSync(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, 'jupyterlab-german.png') })
  })
})

/** A Python package as language packs are. @returns the folder it lies in */
function makeLanguagePack(folder: string): string {
  const pack = join(folder, 'german_pack')
  const words = join(pack, 'locale', 'de_DE', 'LC_MESSAGES')
  const about = join(folder, 'german_pack-1.0.dist-info')
  for (const made of [words, about]) mkdirSync(made, { recursive: true })
  writeFileSync(join(pack, '__init__.py'), '')
  writeFileSync(join(words, 'jupyterlab_daybook.json'), JSON.stringify(german))
  writeFileSync(join(about, 'METADATA'), 'Metadata-Version: 2.1\nName: german-pack\nVersion: 1.0\n')
  writeFileSync(join(about, 'entry_points.txt'), '[jupyterlab.languagepack]\nde_DE = german_pack\n')
  return folder
}

async function speakGerman(lab: Lab): Promise<void> {
  const address = `${lab.url}lab/api/settings/@jupyterlab/translation-extension:plugin`
  const response = await fetch(address, {
    method: 'PUT',
    headers: { authorization: `token ${lab.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ raw: '{"locale": "de_DE"}' }),
  })
  if (!response.ok) throw new Error(`The language could not be set: ${response.status}`)
}
