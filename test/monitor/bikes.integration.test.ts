import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { python } from '../daemon/project.ts'

interface Judged {
  test: number
  linear: number
  mean: number
  by_time: number
  april: number
}

/**
 * What was found when the data were studied, with other settings of the same trees: mean absolute errors in bikes.
 * Settings and versions move them by some per cent, so that 5 % are allowed.
 */
const found = {
  test: 20.3,
  mean: 108.1,
  byTime: 32.9,
  champion: 97.9,
  retrained: 96.1,
  last90: 42.8,
  counter: 39.3,
}

describe('examples/bikes.ipynb', function () {
  this.timeout(120_000)
  let judged: Record<'champion' | 'retrained' | 'last90' | 'counter', Judged>

  before(async () => {
    const until = { train_until: '2012-03-31' }
    const wanted = {
      champion: {},
      retrained: until,
      last90: { ...until, last_days: 90 },
      counter: { ...until, day_counter: true },
    }
    const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
    const { stdout } = await promisify(execFile)(python, [
      path('bikes_numbers.py'),
      path('../../examples/bikes.ipynb'),
      JSON.stringify(wanted),
    ])
    judged = JSON.parse(stdout) as typeof judged
  })

  const near = (value: number, expected: number): void =>
    assert.ok(Math.abs(value - expected) <= 0.05 * expected, `${value} is not within 5 % of ${expected}`)

  it('is wrong by 20 bikes on hours between those it has seen, by 33 on later ones', () => {
    near(judged.champion.test, found.test)
    near(judged.champion.mean, found.mean)
    near(judged.champion.by_time, found.byTime)
    assert.ok(judged.champion.linear > 2 * judged.champion.test)
  })
  it('fails in April 2012, where only later days or a day counter help', () => {
    near(judged.champion.april, found.champion)
    near(judged.retrained.april, found.retrained)
    near(judged.last90.april, found.last90)
    near(judged.counter.april, found.counter)
  })
})
