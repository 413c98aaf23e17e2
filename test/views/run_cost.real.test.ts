import assert from 'node:assert/strict'
import { openState } from '../../shared/base/project.ts'
import { createRun, updateRun } from '../../shared/runs/run.ts'
import { openStore } from '../../shared/store/store.ts'
import { showPages } from './shown_pages.ts'

const hourMs = 3_600_000

/** A run of two hours, one of half an hour, and one that runs since an hour. */
function fill(root: string): void {
  const store = openStore(openState(root).database)
  const nowMs = Date.now()
  for (const [name, agoMs, tookMs] of [
    ['long', 9 * hourMs, 2 * hourMs],
    ['short', 5 * hourMs, hourMs / 2],
    ['running', hourMs, null],
  ] as const) {
    const startMs = nowMs - agoMs
    createRun(store, { runId: name, experimentId: '0', startMs, name })
    if (tookMs !== null) updateRun(store, name, { status: 'FINISHED', endMs: startMs + tookMs })
  }
  store.close()
}

describe('what runs cost, in the table', function () {
  this.timeout(60_000)
  const shown = showPages(({ root }) => fill(root))

  it('is hours where no price is set, and says how to set one', async () => {
    const { page, told } = await open()
    assert.deepEqual(told.get('long'), [
      '2 h',
      'Hours; their cost with "runs: {price_per_hour: …}" in daybook.yaml',
    ])
    await page.close()
  })

  it('is a cost by the price of an hour, with those hours beside', async () => {
    shown.project.file('daybook.yaml', 'runs: {price_per_hour: 2.5}\n')
    const { page, told } = await open()
    assert.deepEqual(told.get('long'), ['5', '2 h at the price per hour of daybook.yaml'])
    assert.deepEqual(told.get('short'), ['1.25', '0.5 h at the price per hour of daybook.yaml'])
    const [cost = '', hint = ''] = told.get('running') ?? []
    assert.ok(Number(cost) >= 2.5 && Number(cost) < 2.7, cost)
    assert.match(hint, /^1 h so far at the price per hour of daybook\.yaml$/)
    await page.locator('.head .title', { hasText: 'Cost' }).click()
    await page.locator('.line[aria-rowindex="2"] .name', { hasText: 'long' }).waitFor()
    await shown.picture('run-cost')
  })

  /** Opens the table with its column of costs, as a person shows it. */
  async function open() {
    const page = await shown.open('runs')
    await page.locator('.line .name', { hasText: 'long' }).waitFor()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitemcheckbox', { name: /^Cost/ }).click()
    await page.keyboard.press('Escape')
    await page.locator('.head .title', { hasText: 'Cost' }).waitFor()
    const told = new Map<string, [string, string]>()
    for (const line of await page.locator('.line').all()) {
      const cell = line.locator('.cell.number').last().locator('span')
      told.set((await line.locator('a.name').innerText()).trim(), [
        (await cell.innerText()).trim(),
        (await cell.getAttribute('title')) ?? '',
      ])
    }
    return { page, told }
  }
})
