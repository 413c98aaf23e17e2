import assert from 'node:assert/strict'
import { offersSwitch, type OfferQuestion } from '../../extension/notebook/switch_offer.ts'

const question: OfferQuestion = {
  isWanted: true,
  isOurs: false,
  ranElsewhereMs: 1000,
  newestRunMs: 1200,
  wasOffered: false,
}

describe('the offer of a kernel of ours', () => {
  it('is made where a run appeared of a notebook that runs on a kernel of another', () => {
    assert.equal(offersSwitch(question), true)
    assert.equal(offersSwitch({ ...question, newestRunMs: 1000 }), true)
  })
  it('is not made otherwise', () => {
    const others: Partial<OfferQuestion>[] = [
      { isWanted: false },
      { isOurs: true },
      { wasOffered: true },
      { ranElsewhereMs: null },
      { newestRunMs: null },
      // A run from before: the notebook ran on ours then.
      { newestRunMs: 999 },
    ]
    for (const other of others)
      assert.equal(offersSwitch({ ...question, ...other }), false, JSON.stringify(other))
  })
})
