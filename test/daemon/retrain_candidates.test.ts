import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { parseCandidate, suggestCandidates } from '../../shared/daemon/retrain_candidates.ts'
import { parseNotebook } from '../../shared/notebook/document.ts'
import { readParameters } from '../../shared/notebook/parameters.ts'

describe('suggestCandidates()', () => {
  const until = Date.parse('2012-03-31')
  const bikes = readParameters(
    parseNotebook(readFileSync(new URL('../../examples/bikes.ipynb', import.meta.url), 'utf8')),
  )
  const plain = (...names: [string, string | number | boolean][]): typeof bikes =>
    names.map(([name, value]) => ({ name, text: '', value, annotation: null, comment: null }))

  it('takes newer data, only the newest, and turns each switch', () => {
    const common = { train_until: '2012-03-31' }
    assert.deepEqual(suggestCandidates(bikes, until), [
      { name: 'same notebook, newer data', parameters: common, sameNotebook: true },
      { name: 'last 90 days', parameters: { ...common, last_days: 90 }, sameNotebook: false },
      { name: 'with day counter', parameters: { ...common, day_counter: true }, sameNotebook: false },
    ])
  })
  it('moves the beginning where there is no number of days', () => {
    const [, last] = suggestCandidates(plain(['start', '2011-01-01'], ['end', '2011-12-31']), until)
    assert.deepEqual(last?.parameters, { end: '2012-03-31', start: '2012-01-02' })
  })
  it('says what a notebook needs that cannot take newer data', () => {
    assert.throws(() => suggestCandidates(plain(['rate', 0.1]), until), /no parameter that says until when/)
  })
  it('reads candidates as people write them', () => {
    assert.deepEqual(parseCandidate('quarter: last_days=90, day_counter=True', bikes, until), {
      name: 'quarter',
      parameters: { train_until: '2012-03-31', last_days: 90, day_counter: true },
      sameNotebook: false,
    })
    assert.equal(parseCandidate('max_iter=50', bikes, until).name, 'max_iter=50')
    assert.throws(() => parseCandidate('nothing', bikes, until), /is not a candidate/)
  })
})
