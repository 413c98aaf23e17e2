import assert from 'node:assert/strict'
import fc from 'fast-check'
import { linesOf, valueAt } from '../../shared/views/chart_lines.ts'
import { readTable, kindOfFile } from '../../shared/views/file_kind.ts'
import { describeDifference, differenceOf } from '../../shared/views/metric_difference.ts'
import { paretoFront } from '../../shared/views/pareto.ts'
import { smooth } from '../../shared/views/smooth.ts'

describe('smooth()', () => {
  it('leaves a constant as it is, gaps as gaps, and everything without a weight', () => {
    const close = smooth([3, 3, null, 3], 0.9).map((value) =>
      value === null ? null : Math.round(value * 1e9) / 1e9,
    )
    assert.deepEqual(close, [3, 3, null, 3])
    assert.deepEqual(smooth([1, 5, 2], 0), [1, 5, 2])
  })
  it('weighs what came before', () => {
    // (0.5·0.5·1 + 0.5·2) / (1 − 0.25) = 1.25 / 0.75
    assert.deepEqual(smooth([1, 2], 0.5), [1, 1.25 / 0.75])
  })
})

describe('linesOf()', () => {
  const curve = { id: 'a', steps: [0, 1, 2], atMs: [5_000, 9_000, 7_000], values: [-1, 2, 3], total: 3 }
  const style = { along: 'step', log: false, smoothing: 0 } as const

  it('draws by step, by seconds since the first value in order of time, and without what has no logarithm', () => {
    assert.deepEqual(linesOf([curve], style)[0]?.x, [0, 1, 2])
    const [relative] = linesOf([curve], { ...style, along: 'relative' })
    assert.deepEqual(
      [relative?.x, relative?.y],
      [
        [0, 2, 4],
        [-1, 3, 2],
      ],
    )
    assert.deepEqual(linesOf([curve], { ...style, log: true })[0]?.y, [null, 2, 3])
  })
  it('finds the value at or before a place', () => {
    const [line] = linesOf([curve], style)
    assert.ok(line !== undefined)
    assert.deepEqual(
      [valueAt(line, -1), valueAt(line, 0), valueAt(line, 1.7), valueAt(line, 9)],
      [null, -1, 2, 3],
    )
  })
})

describe('paretoFront()', () => {
  it('keeps exactly the points that no other beats', () => {
    const points = fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 })), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(points, (all) => {
        const beats = (p: readonly [number, number], q: readonly [number, number]): boolean =>
          p[0] <= q[0] && p[1] >= q[1] && (p[0] < q[0] || p[1] > q[1])
        const expected = all.flatMap((q, i) => (all.some((p) => beats(p, q)) ? [] : [i]))
        assert.deepEqual(
          paretoFront(all, ['lower', 'higher']).sort((a, b) => a - b),
          expected,
        )
      }),
    )
  })
  it('leaves out what lacks a number', () => {
    assert.deepEqual(
      paretoFront(
        [
          [undefined, 1],
          [1, 1],
        ],
        ['lower', 'lower'],
      ),
      [1],
    )
  })
})

describe('describeDifference()', () => {
  const metric = {
    key: 'auc',
    values: [0.8, 0.9],
    rows: [null, null] as (number | null)[],
    differs: true,
    better: 'higher' as const,
    best: [1],
    range: { min: 0.8, max: 0.9 },
  }
  const group = (id: string, mean: number, n: number, sd: number | null) => ({
    id,
    runs: n,
    metrics: { auc: { n, mean, sd, half: null } },
  })
  const say = (...siblings: ReturnType<typeof group>[]): string => {
    const difference = differenceOf(metric, 1, siblings)
    return difference === null ? '' : describeDifference(difference, 'higher').kind
  }

  it('calls it better only where it is more than noise', () => {
    assert.equal(say(group('a', 0.8, 5, 0.01), group('b', 0.9, 5, 0.01)), 'better')
    assert.equal(say(group('a', 0.8, 5, 0.2), group('b', 0.9, 5, 0.2)), 'same')
    assert.equal(say(group('a', 0.8, 1, null), group('b', 0.9, 5, 0.01)), 'plain')
  })
  it('tells a share that was measured once by the rows behind it, and says why where it cannot', () => {
    const once = [group('a', 0.8, 1, null), group('b', 0.9, 1, null)]
    const told = (rows: (number | null)[]) => {
      const difference = differenceOf({ ...metric, rows }, 1, once)
      assert.ok(difference !== null)
      return describeDifference(difference, 'higher')
    }
    // Newcombe (1998), method 10, of 45/50 - 40/50 holds 0; twenty times the rows tell it apart.
    assert.equal(told([50, 50]).kind, 'same')
    assert.match(told([50, 50]).title, /50 and 50 test rows/)
    assert.equal(told([1000, 1000]).kind, 'better')
    assert.equal(told([100, null]).kind, 'plain')
    assert.match(told([100, null]).title, /^No interval: one seed each, and on how many rows/)
  })
  it('calls two runs that differ only by seed chance', () => {
    const same = group('a', 0.85, 2, 0.07)
    const difference = differenceOf(metric, 1, [same, { ...same, id: 'b' }])
    assert.ok(difference?.seedsOnly)
  })
})

describe('a preview of a file', () => {
  it('reads separated values with quotes, line breaks in them, and either line end', () => {
    assert.deepEqual(readTable('a,b\r\n"x,1","say ""hi""\nthere"\r\n3,4', ','), {
      head: ['a', 'b'],
      rows: [
        ['x,1', 'say "hi"\nthere'],
        ['3', '4'],
      ],
    })
    assert.equal(readTable('one column\n1', ','), null)
  })
  it('knows files by their names', () => {
    assert.deepEqual(['a/b.PNG', 'x.html', 'm.pkl', 'MLmodel'].map(kindOfFile), [
      'image',
      'html',
      'binary',
      'text',
    ])
  })
})
