import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { openState } from '../../shared/base/project.ts'
import { openStore } from '../../shared/store/store.ts'
import { showPages } from './shown_pages.ts'
import { putStudy } from './study_store.ts'

const large = 10_000

/** In the page, which knows a DOM; this test does not. Returns the longest frame while scrolling. */
async function scrollThrough(view: unknown): Promise<number> {
  const place = view as { scrollTop: number }
  const { requestAnimationFrame: next } = globalThis as unknown as {
    requestAnimationFrame(done: (ms: number) => void): void
  }
  let [longest, before] = [0, performance.now()]
  for (let frame = 0; frame < 60; frame++) {
    place.scrollTop += 900
    await new Promise<number>((done) => next(done))
    longest = Math.max(longest, performance.now() - before)
    before = performance.now()
  }
  return longest
}

describe('the page of a study in a real browser', function () {
  this.timeout(60_000)
  const shown = showPages((project) => {
    const store = openStore(openState(project.root).database)
    putStudy(store, { id: '01CURVES', trials: 120, steps: 12 })
    const objectives = [
      { metric: 'log_loss', mode: 'min' as const },
      { metric: 'seconds', mode: 'min' as const },
    ]
    putStudy(store, { id: '02FRONT', trials: 150, objectives })
    putStudy(store, { id: '03LARGE', trials: large })
    store.close()
    project.notebook(
      'plain.ipynb',
      ['lr = 0.1\ndepth = 3\nname = "a.csv"', 'import daybook\ndaybook.log(score=-abs(lr - 0.3))'],
      {
        parameters: true,
      },
    )
  })
  const picture = async (name: string): Promise<void> => {
    await page.setViewportSize({ width: 1280, height: 1150 })
    await shown.picture(`study-${name}`)
  }
  let page: Page
  const open = async (what: string, access?: 'all' | 'read') => (page = await shown.open(what, access))
  const tabNamed = (name: string) => page.getByRole('tab', { name })
  const charts = () => page.locator('daybook-study-chart canvas')

  it('says in a sentence what was gained and what matters, and draws history, curves and importance', async () => {
    await open('study/01CURVES')
    await page.locator('.headline', { hasText: /log_loss .* → .* \(gain .*: measured once each/ }).waitFor()
    await page.locator('.headline', { hasText: 'matters most' }).waitFor()
    await page.locator('.facts', { hasText: '36 trials after the plateau' }).waitFor()
    // 120 trials of 0.6 to 0.9 s are some 90 s: 0.025 hours at 2 an hour.
    await page.locator('.facts', { hasText: /trial hours\s*cost 0\.0\d+/ }).waitFor()
    assert.equal(await charts().count(), 3)
    await picture('overview')
  })

  it('draws parallel coordinates, a contour and a slice for each parameter', async () => {
    await open('study/01CURVES')
    await tabNamed('Parameters').click()
    await page.getByText(/What is expected of log_loss there, from \d{2,} trials/).waitFor()
    assert.equal(await page.locator('daybook-study-space daybook-study-chart canvas').count(), 5)
    await picture('parameters')
    await page.getByLabel('Across').selectOption('l2')
    await page.getByRole('img', { name: /log_loss over l2 and/ }).waitFor()
  })

  it('shows the trials on their places', async () => {
    await open('study/01CURVES')
    await tabNamed('Timeline').click()
    await page
      .getByText(/2 places, in use for \d\d % of the time/)
      .first()
      .waitFor()
    await page.getByText('2 cells run once (3.1 s)').waitFor()
    await picture('timeline')
  })

  it('orders the trials by any column, and shows some of them only', async () => {
    await open('study/01CURVES')
    await tabNamed('Trials').click()
    const first = page.locator('.line[aria-rowindex="2"]')
    await first.waitFor()
    await page.locator('.head .title', { hasText: 'log_loss' }).click()
    await page.locator('.line[aria-rowindex="2"].chosen', { hasText: 'best' }).waitFor()
    await page.getByLabel('Show').selectOption('failed')
    await page
      .getByRole('status')
      .filter({ hasText: /^1 trial$/ })
      .waitFor()
    await page.locator('.line', { hasText: 'ValueError: depth <b>too</b> large' }).first().waitFor()
    await picture('trials')
  })

  it('shows a Pareto front where there are several objectives', async () => {
    await open('study/02FRONT')
    await page
      .locator('.headline', { hasText: /\d+ trials that no other beats in all of log_loss, seconds/ })
      .waitFor()
    await page.getByRole('img', { name: /^Pareto front/ }).waitFor()
    await picture('front')
  })

  it('stays fluid with ten thousand trials: what is in sight is drawn, no frame takes long', async () => {
    await open('study/03LARGE')
    await charts().first().waitFor()
    await picture('large')
    await tabNamed('Parameters').click()
    await page.getByText(/from 200 trials/).waitFor()
    await tabNamed('Trials').click()
    await page.getByRole('status').filter({ hasText: '10,000 trials' }).waitFor()
    const longestMs = await page.locator('daybook-study-trials .viewport').evaluate(scrollThrough)
    console.log(`      longest frame while scrolling: ${longestMs.toFixed(0)} ms`)
    assert.ok(
      (await page.locator('daybook-study-trials .line').count()) < 120,
      'only what is in sight is drawn',
    )
    await page
      .locator('daybook-study-trials .viewport')
      .evaluate((view: unknown) => ((view as { scrollTop: number }).scrollTop = 1e9))
    await page.locator('.line', { hasText: String(large - 1) }).waitFor()
  })

  it('gives no buttons to those who may only read', async () => {
    await open('study/01CURVES', 'read')
    await page.getByRole('button', { name: 'Open best run' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Write best into notebook' }).count(), 0)
  })

  it('begins a study from the form, lets it be steered while it runs, and writes the best back', async function () {
    this.timeout(120_000)
    await open('tune/plain.ipynb')
    await page.getByLabel('Range of lr').fill('float(0, 1)')
    await page.getByLabel('Metric').fill('score')
    await page.getByLabel('Which way is good').selectOption('max')
    await page.getByLabel('Trials').fill('400')
    await page.getByLabel('At a time').fill('1')
    await page.getByLabel('Measure best').fill('0')
    await picture('form')
    await page.getByRole('button', { name: 'Save and start' }).click()
    await page.locator('.facts', { hasText: /[1-9]\d* of 400 trials/ }).waitFor({ timeout: 60_000 })
    assert.match(readFileSync(join(shown.project.root, 'plain.study.yaml'), 'utf8'), /notebook: plain\.ipynb/)
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.locator('.chip', { hasText: 'paused' }).waitFor()
    await page.getByRole('button', { name: 'More that can be done' }).click()
    await page.getByRole('button', { name: 'Try a point of my own…' }).click()
    await page.getByLabel('lr', { exact: true }).fill('0.3')
    await page.getByLabel('depth', { exact: true }).fill('5')
    await page.getByRole('button', { name: 'Try it next' }).click()
    await page.getByText('Your point is the next one.').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.locator('.headline', { hasText: '→ 0 ' }).waitFor({ timeout: 30_000 })
    await page.getByRole('spinbutton', { name: 'Trials' }).fill('500')
    await page.getByRole('spinbutton', { name: 'Trials' }).press('Enter')
    await page.locator('.facts', { hasText: 'of 500 trials' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.locator('.chip', { hasText: 'finished' }).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Write best into notebook' }).click()
    await page.getByText(/Written into plain\.ipynb: lr = 0\.3/).waitFor()
    assert.match(readFileSync(join(shown.project.root, 'plain.ipynb'), 'utf8'), /lr = 0\.3/)
    await page.getByRole('button', { name: 'All studies' }).click()
    await page.getByRole('button', { name: /plain study 1/ }).waitFor()
    await picture('list')
  })

  it('stands in one file that needs nothing else', async () => {
    const file = join(shown.project.root, 'study.html')
    const written = await shown.project.daybook(['studies', '01CURVES', '--html', file])
    assert.equal(written.code, 0, written.stderr)
    page = await shown.openAddress(pathToFileURL(file).href)
    await page.locator('.headline', { hasText: 'matters most' }).waitFor()
    await tabNamed('Parameters').click()
    await page.getByText(/from \d{2,} trials/).waitFor()
    await tabNamed('Trials').click()
    await page.locator('.line', { hasText: 'gbtree' }).first().waitFor()
  })
})
