import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser } from 'playwright-core'
import { makeDaemonProject, type DaemonProject } from '../daemon/project.ts'
import { openTab, startBrowser } from './browser.ts'

describe('a run as one HTML file', function () {
  this.timeout(120_000)
  let project: DaemonProject
  let browser: Browser
  let id: string
  let isBegun = false

  before(async function () {
    browser = await startBrowser(this)
    project = makeDaemonProject()
    isBegun = true
    const code =
      'import daybook\nfor i in range(30):\n    daybook.log(accuracy=0.9 - 1 / (i + 2), step=i)\n' +
      "daybook.params(odd='</script><script>document.title = 1</script>')"
    project.notebook('n.ipynb', [code])
    const { run } = await project.json<{ run: { id: string; children: { id: string }[] } }>([
      'run',
      'n.ipynb',
    ])
    // The run of the notebook sums up; the curve is that of the run in its cell.
    id = run.children[0]?.id ?? run.id
  })
  after(async () => {
    if (!isBegun) return
    await browser.close()
    await project.close()
  })

  it('needs neither daemon nor network, and runs nothing that a run logged', async () => {
    const file = join(project.root, 'run.html')
    const { code, stdout, stderr } = await project.daybook(['show', id.slice(0, 8), '--html', file])
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^Wrote .*run\.html \(\d/)
    await project.daybook(['stop', '--all'])
    assert.doesNotMatch(readFileSync(file, 'utf8'), /<\/script><script>document/)
    const { page, complaints } = await openTab(browser, pathToFileURL(file).href)
    await page.locator('.headline', { hasText: 'accuracy 0.8677' }).waitFor()
    await page.locator('daybook-line-chart canvas').first().waitFor()
    assert.equal(await page.title(), 'Daybook')
    await page.getByRole('tab', { name: 'Code' }).click()
    await page.locator('pre', { hasText: 'for i in range(30)' }).waitFor()
    await page.getByRole('tab', { name: /Files/ }).click()
    await page.locator('.preview pre').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Delete' }).count(), 0)
    assert.deepEqual(
      complaints.filter((each) => !each.startsWith('file:')),
      [],
    )
  })
})
