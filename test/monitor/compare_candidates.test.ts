import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { compareCandidates, type JudgedRows } from '../../shared/monitor/compare_candidates.ts'

describe('compareCandidates()', () => {
  const random = seedRandom('candidates')
  const labels = Array.from({ length: 720 }, () => 200 + 50 * random.normal())
  const days = labels.map((_, i) => Math.floor(i / 24))
  const rows: JudgedRows = { kind: 'number', days, labels }
  const off = (by: number): number[] => labels.map((label) => label - by + 5 * random.normal())
  const champion = off(100)

  it('says that retraining does not help, and what would', () => {
    const result = compareCandidates(rows, champion, [
      { name: 'same notebook, newer data', answers: off(98), sameNotebook: true },
      { name: 'last 90 days', answers: off(40), sameNotebook: false },
    ])
    const [same, last] = result.candidates
    assert.equal(same?.helps, false)
    assert.equal(last?.helps, true)
    assert.ok((last.interval?.low ?? 0) < last.gain && last.gain < (last.interval?.high ?? 0))
    assert.ok(Math.abs(last.gain - 60) < 2)
    assert.match(
      result.says,
      /^Retraining as such does not help: 98\.\d instead of \d+\.\d\. This would: last 90 days, \d+\.\d instead of/,
    )
    assert.equal(result.best, 'last 90 days')
  })
  it('keeps the champion if nothing helps, also where a gain may be chance', () => {
    const good = off(10)
    // Better on one day in three only, and there by much.
    const lucky = labels.map((label, i) => ((days[i] ?? 0) % 30 === 0 ? label : (good[i] ?? 0)))
    const result = compareCandidates(rows, good, [{ name: 'lucky', answers: lucky, sameNotebook: false }])
    assert.equal(result.best, null)
    assert.match(result.says, /^It does not help.*Keep the champion\.$/)
  })
  it('counts rows without an answer as the worst ones, and classes by how many are wrong', () => {
    const classes: JudgedRows = { kind: 'class', days: [0, 0, 1, 1], labels: ['a', 'b', 'a', 'b'] }
    const result = compareCandidates(
      classes,
      ['b', 'a', 'b', 'a'],
      [
        { name: 'right', answers: ['a', 'b', 'a', 'b'], sameNotebook: true },
        { name: 'silent', answers: ['a', null, 'a', null], sameNotebook: false },
      ],
    )
    assert.equal(result.champion.loss, 1)
    assert.deepEqual(
      result.candidates.map(({ loss, failed }) => [loss, failed]),
      [
        [0, 0],
        [0, 2],
      ],
    )
  })
})
