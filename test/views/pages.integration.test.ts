import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { openState } from '../../shared/base/project.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun } from '../../shared/runs/run.ts'
import { openStore } from '../../shared/store/store.ts'
import { showPages } from './shown_pages.ts'

const many = 1_200

/** Runs of two kinds with three seeds each, with curves; and many small ones. */
function fill(root: string): void {
  const store = openStore(openState(root).database)
  store.transaction(() => {
    for (let i = 0; i < many; i++) {
      const id = `small${String(i).padStart(6, '0')}`
      createRun(store, {
        runId: id,
        experimentId: '0',
        startMs: 1_000 + i,
        name: `small ${i}`,
        status: 'FINISHED',
      })
      logBatch(store, id, { metrics: [{ key: 'score', value: (i * 7) % many, step: 0, atMs: 1 }] })
    }
    for (const [kind, base] of [
      ['deep', 0.9],
      ['flat', 0.7],
    ] as const) {
      for (const seed of [0, 1, 2]) {
        const id = `${kind}${seed}`
        createRun(store, {
          runId: id,
          experimentId: '0',
          startMs: 10_000 + seed,
          name: `${kind} ${seed}`,
          status: 'FINISHED',
        })
        const points = Array.from({ length: 50 }, (_none, step) => ({
          key: 'val_accuracy',
          value: base + seed / 100 - 0.5 / (step + 1),
          step,
          atMs: 10_000 + step,
        }))
        const beside = [
          { key: 'baseline/linear/val_accuracy', value: 0.85, step: 0, atMs: 1 },
          { key: 'baseline/dummy/val_accuracy', value: 0.762, step: 0, atMs: 1 },
        ]
        logBatch(store, id, {
          metrics: id === 'deep0' ? [...points, ...beside] : points,
          params: { depth: kind === 'deep' ? '8' : '2', seed: String(seed) },
        })
      }
    }
  })
  store.close()
}

describe('the pages in a real browser', function () {
  this.timeout(60_000)
  const shown = showPages((project) => fill(project.root))
  let page: Page
  beforeEach(async () => {
    await open('runs')
  })
  const open = async (what: string, access?: 'all' | 'read') => (page = await shown.open(what, access))
  const rows = (): Promise<string[]> => page.locator('.line .name').allInnerTexts()
  const waitForRow = (name: string) => page.locator('.line .name', { hasText: name }).first().waitFor()
  const columnHead = (name: string) => page.locator('.head .title', { hasText: name })
  /** The rows by their places on the screen. */
  const firstRow = (): Promise<string> => page.locator('.line[aria-rowindex="2"] .name').innerText()

  it('keeps neither code nor token in the address', async () => {
    await waitForRow('deep 2')
    assert.match(page.url(), /#\/runs$/)
  })

  it('shows columns of what was logged, sorts by a click and reaches the last of all rows by keyboard', async () => {
    await waitForRow('deep 2')
    await columnHead('val_accuracy').click()
    await page.waitForTimeout(300)
    await waitForRow('deep 2')
    assert.equal(await firstRow(), 'deep 2')
    await columnHead('val_accuracy').click()
    await page.waitForTimeout(300)
    assert.equal(await firstRow(), 'flat 0')
    await page.locator('.viewport').focus()
    await page.keyboard.press('End')
    await waitForRow('small 0')
    assert.ok((await rows()).length < 80, 'only what is in sight is drawn')
  })

  it('completes a filter by keyboard, and points at the place that is wrong', async () => {
    await waitForRow('deep 2')
    await page.keyboard.press('Tab')
    const box = page.getByRole('combobox', { name: 'Filter runs' })
    await box.focus()
    const search = page.locator('daybook-search-box')
    const names = await search.evaluateHandle((box: { known: unknown }) => box.known)
    await search.evaluate((box: { known: unknown }) => {
      box.known = { params: [], metrics: [], tags: [] }
    })
    await page.keyboard.type('val')
    // The names come after somebody has begun to type.
    await search.evaluate((box: { known: unknown }, known) => {
      box.known = known
    }, names)
    await page.getByRole('option', { name: /metrics\.val_accuracy/ }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    assert.equal(await box.inputValue(), 'metrics.val_accuracy ')
    await page.keyboard.type('> 0.8 AND nonsense', { delay: 5 })
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').waitFor()
    assert.equal(await page.locator('.marks mark').innerText(), 'nonsense')
    await box.fill('metrics.val_accuracy > 0.8')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: '3 runs' }).waitFor()
  })

  it('groups runs that differ only by seed: mean ± interval, and opens a group', async () => {
    await waitForRow('deep 2')
    await page.getByLabel('Group').selectOption('seeds')
    await page.locator('.line.group', { hasText: 'depth 8' }).waitFor()
    const cells = await page.locator('.line.group', { hasText: 'depth 8' }).innerText()
    // Three values 0.89, 0.90, 0.91: half = 4.302653 · 0.01 / √3 = 0.02484
    assert.match(cells, /0\.900\s*± 0\.025/)
    await page.locator('.line.group', { hasText: 'depth 8' }).click()
    await waitForRow('deep 1')
  })

  it('deletes what is chosen, and takes it back', async () => {
    await waitForRow('deep 2')
    await page.getByLabel('Choose deep 2').click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: `${(many + 5).toLocaleString('en-US')} runs` })
      .waitFor()
    await page.getByRole('button', { name: 'Undo' }).click()
    await page
      .getByRole('status')
      .filter({ hasText: `${(many + 6).toLocaleString('en-US')} runs` })
      .waitFor()
  })

  it('is live, also after the daemon was killed and came back', async () => {
    await waitForRow('deep 2')
    await shown.client.call('runs.setTags', {
      changes: [{ id: 'deep2', key: 'mlflow.runName', value: 'renamed' }],
    })
    await waitForRow('renamed')
    await shown.project.killDaemon()
    await shown.connectAnew()
    await shown.client.call('runs.setTags', {
      changes: [{ id: 'deep2', key: 'mlflow.runName', value: 'deep 2' }],
    })
    await waitForRow('deep 2')
  })

  it('shows nothing that changes something to those who may only read', async () => {
    await open('runs', 'read')
    await page.getByLabel('Choose deep 2').click()
    await page.getByRole('button', { name: 'Compare' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Delete' }).count(), 0)
  })

  it('remembers the table from one visit to the next', async () => {
    await waitForRow('deep 2')
    await columnHead('val_accuracy').click()
    await page.reload()
    await waitForRow('deep 2')
    await page.locator('.head .cell[aria-sort="descending"]', { hasText: 'val_accuracy' }).waitFor()
  })

  it('shows a run: how good it is, its curves, a note that cannot act', async () => {
    await open('run/deep1')
    await page.locator('.headline', { hasText: 'val_accuracy 0.9: right for 9 in 10, 2nd of 6' }).waitFor()
    await page.locator('daybook-line-chart canvas').first().waitFor()
    await page.getByRole('button', { name: 'Write a note' }).click()
    await page
      .getByLabel('Notes in Markdown')
      .fill('**bold** <img src=x onerror="alert(1)"> [bad](javascript:alert(1))')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('.note strong', { hasText: 'bold' }).waitFor()
    assert.equal(await page.locator('.note img, .note a[href^="javascript"]').count(), 0)
    await page.getByRole('tab', { name: 'Overview' }).focus()
    await page.keyboard.press('ArrowRight')
    assert.equal(await page.getByRole('tab', { name: 'Code' }).getAttribute('aria-selected'), 'true')
  })

  it('shows what simple models reach on the same data beside the number of a run', async () => {
    await open('run/deep0')
    await page.locator('.headline', { hasText: '(linear 0.85 · do-nothing 0.762)' }).waitFor()
    assert.equal(await page.locator('.tile').count(), 1, 'they are no results of the run')
    await page.locator('.tile small', { hasText: 'linear 0.85 · do-nothing 0.762' }).waitFor()
  })

  it('compares chosen runs: only what differs, with what is chance', async () => {
    await waitForRow('deep 2')
    for (const name of ['deep 2', 'deep 1', 'flat 2']) await page.getByLabel(`Choose ${name}`).click()
    await page.getByRole('button', { name: 'Compare' }).click()
    const line = page.locator('table.differences tr', { hasText: 'val_accuracy' })
    await line.waitFor()
    const text = await line.innerText()
    assert.match(text, /seed only/)
    // Means 0.89 and 0.69 (each a little less: the last point is base + seed/100 − 0.01); Welch half 0.0227
    assert.match(text, /−0\.2 ± 0\.0226/)
    await page.locator('daybook-many-runs canvas').first().waitFor()
  })
})
