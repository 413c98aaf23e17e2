import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { showPages } from './shown_pages.ts'

const lines = Array.from({ length: 300 }, (_, i) => {
  const note = i % 3 === 0 ? '?' : String(i % 7)
  return `${i},${(i * 37) % 100},same,${note},${i % 2 ? 'Paris' : 'paris'}`
})

describe('the pages about data in a real browser', function () {
  this.timeout(60_000)
  const shown = showPages((project) => {
    project.file('visits.csv', `id,score,site,note,city\n${lines.join('\n')}\n`)
  })
  const { picture } = shown
  let page: Page
  const open = async (what: string, access?: 'all' | 'read') => (page = await shown.open(what, access))
  const lint = () => shown.client.call('data.lint', { path: 'visits.csv' })

  it('say when nothing was looked at, and list what was as soon as it is', async () => {
    await open('data')
    await page.getByText('Nothing was looked at yet').waitFor()
    await lint()
    await page.getByRole('button', { name: 'visits.csv' }).waitFor()
    await page.getByText("site ('same') is the same").waitFor()
    await picture('data-list')
    await page.getByRole('button', { name: 'visits.csv' }).click()
    await page.getByRole('heading', { name: 'visits.csv' }).waitFor()
  })

  it('show findings with example rows, found by words and levels', async () => {
    const { id } = await lint()
    await open(`data/${id}`)
    const finding = page.locator('details.finding', { hasText: "note is '?' in 100 rows" })
    await finding.getByRole('columnheader', { name: 'note' }).waitFor()
    await picture('data-findings')
    await page.keyboard.press('/')
    await page.keyboard.type('note')
    await page.locator('details.finding').nth(1).waitFor({ state: 'detached' })
    assert.equal(await page.locator('details.finding').count(), 1)
    await page.getByRole('searchbox').fill('')
    await page.getByRole('button', { name: /^Look/ }).click()
    assert.equal(await page.locator('details.finding.warn').count(), 0)
  })

  it('show columns with histograms and rows page by page, by keyboard', async () => {
    const { id } = await lint()
    await open(`data/${id}`)
    await page.getByRole('tab', { name: /Findings/ }).focus()
    await page.keyboard.press('ArrowRight')
    const score = page.locator('.column', { hasText: 'score' })
    await score.locator('svg.bars').waitFor()
    await score.getByRole('button').press('Enter')
    await score.getByText('median', { exact: true }).waitFor()
    await picture('data-columns')
    await page.getByRole('tab', { name: /Columns/ }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('status').filter({ hasText: '1 to 50 of 300 kept' }).waitFor()
    await page.getByRole('button', { name: 'Later' }).click()
    await page.getByRole('rowheader', { name: '99', exact: true }).waitFor()
    await picture('data-rows')
  })

  it('accept a finding with a reason, note it in daybook.yaml, and bring it back', async () => {
    const { id } = await lint()
    await open(`data/${id}`)
    const finding = page.locator('details.finding', { hasText: "site ('same') is the same" })
    await finding.getByRole('button', { name: 'Accept…' }).click()
    await page.getByLabel('Reason').fill('one hospital only')
    await page.keyboard.press('Enter')
    await page.getByText('1 finding accepted in daybook.yaml').click()
    await page.getByText('one hospital only').waitFor()
    assert.equal(await finding.count(), 0)
    assert.match(
      readFileSync(join(shown.project.root, 'daybook.yaml'), 'utf8'),
      /- \{ rule: constant-column, columns: \[ site \], data: visits\.csv, reason: one hospital only \}/,
    )
    const again = await lint()
    assert.deepEqual([again.id, again.suppressed], [id, 1])
    await page.getByRole('button', { name: 'bring it back' }).click()
    await finding.waitFor()
    assert.equal((await lint()).suppressed, 0)
  })

  it('show nothing that changes something to those who may only read', async () => {
    const { id } = await lint()
    await open(`data/${id}`, 'read')
    await page.locator('details.finding').first().waitFor()
    assert.equal(await page.getByRole('button', { name: 'Accept…' }).count(), 0)
    await page.getByRole('tab', { name: /Rows/ }).click()
    await page.getByRole('status').filter({ hasText: 'kept' }).waitFor()
  })

  it('say in words what is not there', async () => {
    await open('data/nothing')
    await page.getByText('This report is not kept any more').waitFor()
  })
})
