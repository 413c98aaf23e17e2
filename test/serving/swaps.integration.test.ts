import assert from 'node:assert/strict'
import { makeTestModels, startTestGateway, type TestGateway, type TestModels } from './gateway_harness.ts'
import { swapUnderLoad } from './swap_under_load.ts'

describe('swaps under load', function () {
  this.timeout(180_000)
  let models: TestModels
  let gateway: TestGateway
  before(async () => {
    models = makeTestModels()
    gateway = await startTestGateway()
  })
  after(async () => {
    await gateway.close()
    models.close()
  })

  it('20 of them, 8 to new revisions, while four clients ask: no answer fails, none is mixed', async () => {
    const load = await swapUnderLoad({ gateway, models, swaps: 8, returns: 12 })
    const { answers, failed, mixed, byRevision } = load
    const swaps = gateway
      .deployment('m')
      .record.events.filter(({ kind }) => kind === 'deployed' || kind === 'promoted')
    assert.equal(swaps.length - 1, 20)
    assert.deepEqual([failed, mixed], [[], []])
    assert.equal(byRevision.size, 9)
    assert.ok(answers > 500, `${answers} answers`)
  })
})
