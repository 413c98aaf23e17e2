import assert from 'node:assert/strict'
import { tellBikesStory } from '../e2e/bikes_story.ts'
import { problemsIn } from './axe_check.ts'
import { showPages } from './shown_pages.ts'

/** Each tab of the page, with what shows that it is complete. */
const tabs = [
  ['Overview', 'daybook-deployment-try input'],
  ['Shadow', '.verdict.good'],
  ['Monitoring', 'svg.both'],
  ['Retraining', 'text=/Retraining as such does not help/'],
  ['Audit', 'text=The log is whole'],
] as const

/** A deployment with all that a page can show of it: an alert, drift, trainings, a shadow, an audit log. */
describe('what the page of a deployment gives to those who see little or hear it', function () {
  this.timeout(240_000)
  // Before the project goes.
  after(() => shown.project.daybook(['down']))
  const shown = showPages(() => undefined)
  before(() => tellBikesStory(shown.project))

  it('deployments: nothing serious in any theme', async () => {
    const page = await shown.open('deployments')
    await page.getByRole('button', { name: /bikes revision 1/ }).waitFor()
    assert.deepEqual(await problemsIn(page, 'deployments'), [])
  })

  for (const [tab, ready] of tabs)
    it(`its tab ${tab}: nothing serious in any theme`, async () => {
      const page = await shown.open('deployment/bikes')
      await page.getByRole('tab', { name: tab }).click()
      await page.locator(ready).first().waitFor()
      const problems = await problemsIn(page, `deployment ${tab}`)
      if (tab === 'Shadow') {
        await page.getByRole('button', { name: 'Promote revision 2…' }).click()
        await page.getByText('It takes the same requests as the champion.').waitFor()
        problems.push(...(await problemsIn(page, 'deployment gate')))
      }
      assert.deepEqual(problems, [])
    })
})
