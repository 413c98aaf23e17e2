import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { makeTestModels, type TestModels } from '../serving/gateway_harness.ts'
import { showPages } from './shown_pages.ts'

/** A deployment's page on a real gateway with real model processes, as a person uses it. */
describe('the page of a deployment in a real browser', function () {
  this.timeout(90_000)
  let models: TestModels
  before(() => (models = makeTestModels()))
  after(() => models.close())
  const shown = showPages(() => undefined)
  let page: Page

  const deploy = (name: string, slot: 'champion' | 'shadow') =>
    shown.client.call('deployments.deploy', {
      ...{ model: join(models.folder, name), name: 'ages', slot, trust: true },
    })
  const tabNamed = (name: string) => page.getByRole('tab', { name })
  const button = (name: string | RegExp) => page.getByRole('button', { name })

  it('says in the list that no model answers yet, and how to get one', async () => {
    page = await shown.open('deployments')
    await page.getByText('No model answers yet').waitFor()
    await deploy('one', 'champion')
    await page.getByRole('button', { name: /ages revision 1/ }).click()
    await page.getByRole('heading', { name: 'ages' }).waitFor()
  })

  it('asks with the fields of the example, and says what is wrong with a value', async () => {
    page = await shown.open('deployment/ages')
    await page.getByLabel('age', { exact: true }).fill('41')
    await button('Ask').click()
    await page.locator('.answer b', { hasText: '1041' }).waitFor()
    await shown.picture('deployment-overview')
    await page.getByLabel('age', { exact: true }).fill('old')
    await button('Ask').click()
    await page.locator('.answer .problem', { hasText: /age/ }).waitFor()
    await button('As JSON').click()
    const body = page.getByLabel('Body of the request')
    await body.fill('{"dataframe_records": [{"age": 7, "hours": 1, "city": "Bern"}]}')
    await button('Ask').click()
    await page.locator('.answer b', { hasText: '1007' }).waitFor()
  })

  it('shows no token, and copies a command that holds it', async () => {
    page = await shown.open('deployment/ages')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const { token } = await shown.client.call('deployments.show', { name: 'ages' })
    await page.getByText('Bearer …').first().waitFor()
    assert.equal((await page.locator('daybook-deployment-page').innerText()).includes(token ?? '-'), false)
    await button('Copy as curl').click()
    await page.getByText('Copied as curl').waitFor()
    const { clipboard } = globalThis.navigator as unknown as { clipboard: { readText(): Promise<string> } }
    assert.equal(clipboard, undefined, 'the test itself has no clipboard')
    const copied = await page.evaluate('navigator.clipboard.readText()')
    assert.match(String(copied), new RegExp(`^curl .*Bearer ${token}`))
  })

  it('shows what a shadow answers, and promotes it with a reason that the audit log keeps', async () => {
    page = await shown.open('deployment/ages')
    await tabNamed('Shadow').click()
    await page.getByText('No shadow stands beside the champion').waitFor()
    await deploy('two', 'shadow')
    const rows = Array.from({ length: 60 }, (_, age) => ({
      age,
      hours: age % 7,
      city: age % 2 ? 'Bern' : 'Basel',
    }))
    for (const row of rows) {
      const body = JSON.stringify({ dataframe_records: [row] })
      assert.equal((await shown.client.call('deployments.ask', { name: 'ages', body })).status, 200)
    }
    page = await shown.open('deployment/ages')
    await tabNamed('Shadow').click()
    await page.locator('.verdict', { hasText: 'differ by 1,000' }).waitFor()
    await shown.picture('deployment-shadow')
    await button('Promote revision 2…').click()
    await page.getByText('takes the same requests as the champion').waitFor()
    await page.getByLabel('Reason').fill('it is the second')
    await button(/^Promote( all the same)?$/).click()
    await page.getByText('Revision 2 answers now.').waitFor()
    await tabNamed('Audit').click()
    await page.getByText('The log is whole').waitFor()
    await page.getByRole('cell', { name: 'it is the second' }).first().waitFor()
    await shown.picture('deployment-audit')
  })

  it('rolls back, and takes that back too', async () => {
    page = await shown.open('deployment/ages')
    await page.getByText('revision 2', { exact: true }).waitFor()
    await button('Roll back').click()
    await page.getByText('Revision 1 answers again.').waitFor()
    await page.getByText('revision 1', { exact: true }).waitFor()
    await button('Undo').click()
    await page.getByText('revision 2', { exact: true }).waitFor()
  })

  it('asks whether a pickle from elsewhere is trusted, and for a reason before a model takes the place of the champion against the gate', async () => {
    shown.project.file('daybook.yaml', 'monitor:\n  gate: {metrics: ["accuracy > 0.9"]}\n')
    page = await shown.open('deployment/ages')
    await page.locator('daybook-deployment-page').evaluate(
      (element, model) => {
        const { client, host, parentNode, ownerDocument } = element as unknown as ShownElement
        const made = ownerDocument.createElement('daybook-deploy-form')
        parentNode.prepend(Object.assign(made, { client, host, model, suggested: 'ages' }))
      },
      join(models.folder, 'one'),
    )
    const form = page.getByRole('form', { name: 'Deploy' })
    const deployButton = form.getByRole('button', { name: 'Deploy', exact: true })
    // The model of a run made here needs no trust; that of a folder does, before any of its code runs.
    await deployButton.click()
    await form.getByText('holds a pickle (model.pkl), which can run any code').waitFor()
    await shown.picture('deploy-trust')
    await form.getByLabel('I trust where it comes from').check()
    await deployButton.click()
    await form.getByText('The gate is closed: Its run has no metric accuracy').waitFor()
    await shown.picture('deploy-gate')
    await form.getByLabel('Reason').fill('the metric comes later')
    await deployButton.click()
    await page.getByText('revision 3', { exact: true }).waitFor()
    shown.project.file('daybook.yaml', '')
  })

  it('stops and starts', async () => {
    page = await shown.open('deployment/ages')
    await button('Stop').click()
    await page.locator('.chip', { hasText: 'stopped' }).waitFor()
    assert.equal(await button('Ask').isDisabled(), true)
    await button('Start').click()
    await page.locator('.chip', { hasText: 'ready' }).waitFor()
  })

  it('says that nobody has looked yet whether it holds, and that there is no such deployment', async () => {
    page = await shown.open('deployment/ages')
    await tabNamed('Monitoring').click()
    await page.getByText('Nobody has looked yet').waitFor()
    page = await shown.open('deployment/gone')
    await page.getByText('There is no deployment "gone"').waitFor()
    await button('Try again').waitFor()
  })
})

/** What a page's own script sees of its element. */
interface ShownElement {
  client: { call(method: string, wanted: object): Promise<unknown> }
  host: unknown
  parentNode: { prepend(node: object): void }
  ownerDocument: { createElement(name: string): object }
}
