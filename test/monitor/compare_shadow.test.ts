import assert from 'node:assert/strict'
import { seedRandom } from '../../shared/base/random.ts'
import { compareShadow } from '../../shared/monitor/compare_shadow.ts'
import type { Answer, ShadowRecord } from '../../shared/monitor/shadow_record.ts'

describe('compareShadow()', () => {
  it('counts flips, wins and agreement as by hand', () => {
    // Labels yyyyynnnnn; the champion errs on rows 0, 1 and 5, the shadow on rows 1 and 6.
    const labels = 'yyyyynnnnn'.split('')
    const champion = 'nnyyyynnnn'.split('')
    const shadow = 'ynyyynynnn'.split('')
    const records = labels.map((label, i) => record(i, answer(champion[i]), answer(shadow[i]), label))
    const report = compareShadow(records, 'class')
    assert.equal(report.agreement, 0.7)
    assert.deepEqual(report.flips, [
      { from: 'n', to: 'y', count: 2 },
      { from: 'y', to: 'n', count: 1 },
    ])
    assert.equal(report.judgement?.champion, 0.7)
    assert.equal(report.judgement.shadow, 0.8)
    assert.equal(report.judgement.mcnemar?.onlyFirst, 1)
    assert.equal(report.judgement.mcnemar.onlySecond, 2)
    assert.equal(report.verdict, 'more-data')
  })
  it('promotes the better one, with the counts in its sentence', () => {
    const records = classes({ size: 6000, flips: 0.1, betterOnFlip: 0.65 })
    const report = compareShadow(records, 'class')
    assert.equal(report.verdict, 'promote')
    const wins = records.filter(
      ({ shadow, champion, label }) => shadow.value === label && champion.value !== label,
    )
    assert.equal(report.judgement?.mcnemar?.onlySecond, wins.length)
    assert.match(report.says, /Promote it: \d+(\.\d)? % right instead of \d+(\.\d)? %\.$/)
  })
  it('keeps the champion if the shadow is worse', () => {
    assert.equal(
      compareShadow(classes({ size: 6000, flips: 0.1, betterOnFlip: 0.35 }), 'class').verdict,
      'keep',
    )
  })
  it('says how much is missing while it is not decided', () => {
    const report = compareShadow(classes({ size: 300, flips: 0.1, betterOnFlip: 0.6 }), 'class')
    assert.equal(report.verdict, 'more-data')
    assert.ok((report.judgement?.needed ?? 0) > 100)
  })
  it('does not judge without labels', () => {
    const records = classes({ size: 50, flips: 0.1, betterOnFlip: 0.5 }).map((one) => ({
      ...one,
      label: null,
    }))
    const report = compareShadow(records, 'class')
    assert.equal(report.verdict, 'no-labels')
    assert.equal(report.judgement, null)
  })
  it('judges numbers by their absolute error', () => {
    const random = seedRandom('numbers')
    const records = Array.from({ length: 2000 }, (_, i) => {
      const truth = 100 + 20 * random.normal()
      return record(i, answer(truth + 10 * random.normal()), answer(truth + 7 * random.normal()), truth)
    })
    const report = compareShadow(records, 'number')
    assert.equal(report.verdict, 'promote')
    assert.ok((report.judgement?.difference?.high ?? 0) < 0)
    const byHand = records.reduce(
      (sum, { champion, label }) => sum + Math.abs(Number(champion.value) - Number(label)),
      0,
    )
    assert.ok(Math.abs((report.judgement?.champion ?? 0) - byHand / 2000) < 1e-9)
  })
  it('finds the slice in which they differ, and no other', () => {
    const random = seedRandom('slices')
    const records = Array.from({ length: 3000 }, (_, i) => {
      const job = ['sales', 'farming', 'office'][random.below(3)] ?? ''
      const flip = random.next() < (job === 'farming' ? 0.3 : 0.05)
      return {
        ...record(i, answer('a'), answer(flip ? 'b' : 'a'), null),
        inputs: { job, age: random.below(60) },
      }
    })
    const { slices } = compareShadow(records, 'class')
    assert.deepEqual(
      slices.map(({ column, value }) => [column, value]),
      [['job', 'farming']],
    )
    const inside = records.filter(({ inputs }) => inputs.job === 'farming')
    assert.equal(slices[0]?.rows, inside.length)
    assert.equal(
      slices[0].differing,
      inside.filter(({ shadow }) => shadow.value === 'b').length / inside.length,
    )
  })
  it('counts failures and leaves them out of the comparison', () => {
    const failed: Answer = { value: null, latencyMs: 1, error: 'out of memory' }
    const report = compareShadow(
      [record(0, answer('a'), failed, 'a'), record(1, answer('a'), answer('a'), 'a')],
      'class',
    )
    assert.deepEqual(report.failed, { champion: 0, shadow: 1 })
    assert.equal(report.agreement, 1)
  })
  it('has a word for no requests at all', () => {
    const report = compareShadow([], 'class')
    assert.equal(report.says, 'The shadow has seen no requests yet.')
    assert.equal(report.agreement, null)
  })
})

function classes(made: { size: number; flips: number; betterOnFlip: number }): ShadowRecord[] {
  const random = seedRandom('classes')
  return Array.from({ length: made.size }, (_, i) => {
    const label = random.below(2) === 0 ? 'no' : 'yes'
    const wrong = label === 'no' ? 'yes' : 'no'
    if (random.next() >= made.flips) {
      const both = answer(random.next() < 0.85 ? label : wrong)
      return record(i, both, both, label)
    }
    return random.next() < made.betterOnFlip
      ? record(i, answer(wrong), answer(label), label)
      : record(i, answer(label), answer(wrong), label)
  })
}

function answer(value: string | number | undefined): Answer {
  return { value: value ?? null, latencyMs: 2, error: null }
}

function record(i: number, champion: Answer, shadow: Answer, label: string | number | null): ShadowRecord {
  return { id: String(i), atMs: i, champion, shadow, label, inputs: {} }
}
