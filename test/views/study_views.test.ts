import assert from 'node:assert/strict'
import type { StudyPoints } from '../../shared/api/study_page_methods.ts'
import { fewer, worthShowing } from '../../shared/views/study_axis.ts'
import { firstDraft, settingsOf } from '../../shared/views/study_draft.ts'
import { timelineOf } from '../../shared/views/study_timeline.ts'

const column = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_none, at) => make(at))

function points(count: number, given: Partial<StudyPoints> = {}): StudyPoints {
  return {
    objectives: [{ metric: 'loss', mode: 'min' }],
    number: column(count, (at) => at),
    state: column(count, () => 'complete'),
    role: column(count, () => 'search'),
    values: [column(count, (at) => at)],
    startedAtMs: column(count, () => null),
    endedAtMs: column(count, () => null),
    gpu: column(count, () => null),
    parameters: [],
    ...given,
  }
}

describe('the pictures of a study', () => {
  it('put trials on as many places as ran at a time, and tell how much these were in use', () => {
    // Two at a time; the third begins when the first ends. 10 + 20 + 10 of 2 × 20 are in use: all of it.
    const { lanes, bars, use } = timelineOf(
      points(3, { startedAtMs: [0, 0, 10], endedAtMs: [10, 20, 20] }),
      20,
    )
    assert.deepEqual(lanes, ['place 1', 'place 2'])
    assert.deepEqual(
      bars.map(({ lane }) => lane),
      [0, 1, 0],
    )
    assert.equal(use, 1)
  })
  it('keep trials of different GPUs apart, and let a running one last until now', () => {
    const { lanes, bars } = timelineOf(
      points(2, { startedAtMs: [0, 30], endedAtMs: [10, null], gpu: ['GPU-a', 'GPU-b'] }),
      50,
    )
    assert.deepEqual(lanes, ['GPU-a', 'GPU-b'])
    assert.equal(bars[1]?.toMs, 50)
  })
  it('call machines elsewhere by the first part of their names, in full where these are the same', () => {
    const lanesOf = (gpu: string[]): string[] =>
      timelineOf(points(gpu.length, { startedAtMs: gpu.map(() => 0), endedAtMs: gpu.map(() => 9), gpu }), 9)
        .lanes
    assert.deepEqual(lanesOf(['box.example.org:8888', 'box.example.org:8888', '10.0.12.34:8888']), [
      'box:8888 · 1',
      'box:8888 · 2',
      '10.0.12.34:8888',
    ])
    assert.deepEqual(lanesOf(['ip-10-0-1-2.compute.internal · 10.0.1.1:8265', 'a.x · h', 'a.y · h']), [
      'ip-10-0-1-2',
      'a.x · h',
      'a.y · h',
    ])
    assert.deepEqual(lanesOf(['a-name-that-is-far-too-long-for-a-lane']), ['a-name-that-is-far-too-…'])
  })
  it('cut off what went astray, on the bad side only', () => {
    // 0 … 99 and one at a million: the edge is the 90th percentile (90) and the width between the 10th and that (80).
    const values = [...column(100, (at) => at), 1e6]
    assert.deepEqual(worthShowing(values, 'min'), { min: null, max: 170, beyond: 1 })
    assert.deepEqual(worthShowing(values, 'max'), { min: null, max: null, beyond: 0 })
  })
  it('thin out many trials, and keep the best half of what is shown', () => {
    const shown = fewer(
      points(1000),
      column(1000, (at) => at),
      100,
    )
    assert.equal(shown.length, 100)
    assert.deepEqual(
      shown.slice(0, 50),
      column(50, (at) => at),
    )
  })
})

describe('the form for a study', () => {
  const offer = {
    parameters: [
      { name: 'lr', text: '0.1', range: 'log(0.0001,0.3)', says: 'the usual range of a learning rate' },
      { name: 'path', text: '"a.csv"', range: null, says: null },
    ],
    metrics: [
      { name: 'rows', mode: null },
      { name: 'train_loss', mode: 'min' as const },
      { name: 'val_loss', mode: 'min' as const },
    ],
    saved: null,
    parallel: 2,
  }
  it('begins with what is offered, and a metric of data that was not trained on', () => {
    const draft = firstDraft(offer)
    assert.deepEqual(draft.objectives, [{ metric: 'val_loss', mode: 'min' }])
    const settings = settingsOf(draft)
    assert.deepEqual(settings.space, { lr: 'log(0.0001,0.3)' })
    assert.equal(settings.trials, 50)
    assert.equal(settings.timeoutS, null)
  })
  it('keeps what a study file says in a form of its own, and what the form does not have', () => {
    const space = { lr: 'float(0,1)', degree: { int: [2, 5], if: { kind: 'poly' } } }
    const on = ['http://a:8888/?token=${T}', 'http://b:8888']
    const saved = {
      space,
      objectives: [{ metric: 'auc', mode: 'max' as const }],
      retries: 4,
      timeoutS: 90,
      on,
    }
    const settings = settingsOf(firstDraft({ ...offer, saved }))
    assert.deepEqual(settings.space, space)
    assert.equal(settings.retries, 4)
    assert.equal(settings.timeoutS, 90)
    assert.deepEqual(settings.on, on)
  })
})
