import assert from 'node:assert/strict'
import { makeTestModels, startTestGateway, type TestGateway, type TestModels } from './gateway_harness.ts'
import { swapUnderLoad } from './swap_under_load.ts'

describe('100 swaps under load', function () {
  this.timeout(900_000)
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

  it('of at least 100,000 answers none fails and none is mixed', async () => {
    const load = await swapUnderLoad({ gateway, models, swaps: 100, answers: 100_000 })
    console.log(`      ${load.answers} answers by ${load.byRevision.size} revisions`)
    assert.deepEqual([load.failed, load.mixed], [[], []])
    assert.equal(load.byRevision.size, 101)
    assert.ok(load.answers >= 100_000)
  })
})
