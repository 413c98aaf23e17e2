import assert from 'node:assert/strict'
import { openState } from '../../shared/base/project.ts'
import { logBatch } from '../../shared/runs/logging.ts'
import { createRun } from '../../shared/runs/run.ts'
import { openStore } from '../../shared/store/store.ts'
import { problemsIn } from './axe_check.ts'
import { showPages } from './shown_pages.ts'
import { putStudy } from './study_store.ts'

/** Each page with what shows that it is complete, and the tabs to go through. */
const pages: readonly { page: string; ready: string; tabs?: readonly (string | RegExp)[] }[] = [
  { page: 'runs', ready: '.line .name' },
  { page: 'run/good', ready: '.headline', tabs: ['Code', /^Files/, 'Environment'] },
  { page: 'compare/good,fair,poor', ready: 'table.differences' },
  { page: 'studies', ready: 'daybook-study-list button' },
  { page: 'study/01STUDY', ready: '.headline', tabs: ['Parameters', /^Trials/, 'Timeline'] },
  { page: 'tune/plain.ipynb', ready: 'daybook-study-form input' },
  { page: 'data', ready: 'daybook-data-list button' },
  { page: 'data/ID', ready: 'details.finding', tabs: [/^Columns/, /^Rows/] },
  { page: 'deployments', ready: 'text=No model answers yet' },
]

function fill(root: string): void {
  const store = openStore(openState(root).database)
  store.transaction(() => {
    for (const [id, value] of [
      ['good', 0.93],
      ['fair', 0.86],
      ['poor', 0.7],
    ] as const) {
      createRun(store, { runId: id, experimentId: '0', startMs: 10_000, name: id, status: 'FINISHED' })
      const curve = Array.from({ length: 20 }, (_none, step) => ({
        ...{ key: 'val_accuracy', value: value - 0.5 / (step + 1), step, atMs: 10_000 + step },
      }))
      const beside = { key: 'baseline/linear/val_accuracy', value: 0.8, step: 0, atMs: 1 }
      const seconds = { key: 'fit_seconds', value: value * 9, step: 0, atMs: 1 }
      const params = { depth: String(value * 10), kind: id }
      logBatch(store, id, { metrics: [...curve, beside, seconds], params, tags: { team: 'a' } })
    }
  })
  putStudy(store, { id: '01STUDY', trials: 40, steps: 5 })
  store.close()
}

describe('what a page gives to those who see little or hear it', function () {
  this.timeout(120_000)
  const rows = Array.from({ length: 60 }, (_none, i) => `${i},${i % 3 === 0 ? '?' : i % 7},same`)
  const shown = showPages((project) => {
    fill(project.root)
    project.file('visits.csv', `id,note,site\n${rows.join('\n')}\n`)
    project.notebook('plain.ipynb', ['lr = 0.1', 'print(lr)'], { parameters: true })
  })

  for (const { page: address, ready, tabs } of pages) {
    it(`${address}: nothing serious in any theme`, async () => {
      const { id } = address.startsWith('data')
        ? await shown.client.call('data.lint', { path: 'visits.csv' })
        : { id: '' }
      const page = await shown.open(address.replace('ID', id))
      await page.locator(ready).first().waitFor()
      const problems = await problemsIn(page, address)
      for (const tab of tabs ?? []) {
        await page.getByRole('tab', { name: tab }).click()
        await page.waitForTimeout(150)
        problems.push(...(await problemsIn(page, `${address} ${String(tab)}`)))
      }
      assert.deepEqual(problems, [])
    })
  }
})
