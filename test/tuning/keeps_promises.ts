import assert from 'node:assert/strict'
import fc from 'fast-check'
import { seedRandom } from '../../shared/base/random.ts'
import { historyOf, settledHistory } from '../../shared/tuning/history.ts'
import { propose } from '../../shared/tuning/propose.ts'
import type { Sampler } from '../../shared/tuning/sampler.ts'
import { contains, pointKey, type Point, type Space } from '../../shared/tuning/space.ts'
import { parseSpaceText } from '../../shared/tuning/space_text.ts'
import type { Study, Trial, TrialState } from '../../shared/tuning/trial.ts'
import { trialOf, studyOf } from './trials.ts'

/** What a sampler is tried on. */
export interface Promised {
  readonly sampler: Sampler
  /** Trials of one simulated study; fewer for one that is slow. */
  readonly trials?: number
  readonly runs?: number
}

/** Spaces of every kind, conditional, constrained, finite, tiny. */
const spaces: readonly Space[] = [
  ['x=float(-5,5)', 'y=log(1e-4,1)'],
  ['n=int(1,9)', 'kind=choice(a,b,c)', 'flag=bool'],
  [
    'kind=choice(rbf,poly,linear)',
    'gamma=log(1e-3,10) if kind in (rbf,poly)',
    'degree=int(2,5) if kind=poly',
  ],
  ['split=int(2,40,log)', 'leaf=int(1,20)', 'leaf * 2 <= split', 'share=float(0,1,0.05)'],
  ['units=ordered(16,32,64,128)', 'rate=float(0,0.5,step=0.1)', 'fixed=int(3,3)', 'one=float(2,2)'],
].map(parseSpaceText)

/** The shared test of all samplers: the numbered promises of shared/tuning/sampler.ts. */
export function samplerKeepsItsPromises({ sampler, trials = 40, runs = 12 }: Promised): void {
  describe(`the promises of every sampler: ${sampler.name}`, function () {
    this.timeout(60_000)

    it('(1) (2) proposes the same again from the log, with results coming in any order', () => {
      forEachStudy(runs, (study, seed) => {
        const log = simulate(sampler, study, { seed, trials })
        for (const trial of log.filter(({ number }) => number % 7 === 3)) {
          const again = propose(sampler, study, historyOf(log, trial), { seed, number: trial.number })
          assert.deepEqual(again.kind === 'point' && again.point, trial.point)
        }
      })
    })
    it('(1) gives the same study in deterministic mode, however long each trial takes', () => {
      forEachStudy(Math.ceil(runs / 3), (study, seed) => {
        const first = simulate(sampler, study, { seed, trials: 24, settled: true, hurry: 1 })
        const second = simulate(sampler, study, { seed, trials: 24, settled: true, hurry: 2 })
        assert.deepEqual(
          first.map(({ point }) => point),
          second.map(({ point }) => point),
        )
      })
    })
    it('(3) (5) stays inside the space, with trials that fail, are pruned, or give NaN', () => {
      forEachStudy(runs, (study, seed) => {
        for (const trial of simulate(sampler, study, { seed, trials })) {
          assert.ok(contains(study.space, trial.point), JSON.stringify(trial.point))
        }
      })
    })
    it('(4) never proposes a point twice, and exhausts a finite space', () => {
      const space = parseSpaceText(['a=int(1,4)', 'kind=choice(x,y)', 'c=bool if kind=y', 'a <= 3'])
      const study = studyOf(space, { parallel: 3 })
      const log = simulate(sampler, study, { seed: 5, trials: 30 })
      assert.equal(log.length, 9, 'three values of a, for each x, y with true, y with false')
      assert.equal(new Set(log.map(({ point }) => pointKey(space, point))).size, 9)
      assert.equal(propose(sampler, study, log, { seed: 5, number: 9 }).kind, 'exhausted')
    })
    it('(5) goes on when every trial failed, and when every value is the same', () => {
      for (const space of spaces) {
        for (const rest of [
          { state: 'failed' as const },
          { values: [1] },
          { values: [NaN] },
          { values: [Infinity] },
        ]) {
          const history: Trial[] = []
          for (let number = 0; number < 15; number++) {
            const proposal = propose(sampler, studyOf(space), history, { seed: 1, number })
            assert.equal(proposal.kind, 'point')
            history.push(trialOf(number, proposal.point, rest))
          }
        }
      }
    })
  })
}

function forEachStudy(runs: number, check: (study: Study, seed: number) => void): void {
  const directions = fc.constantFrom<Study['directions']>(
    ['minimize'],
    ['maximize'],
    ['minimize', 'maximize'],
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...spaces),
      directions,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 1e6 }),
      (space, wanted, parallel, seed) =>
        check(studyOf(space, { directions: wanted, parallel, trials: 40 }), seed),
    ),
    { numRuns: runs, seed: 11 },
  )
}

interface Simulation {
  seed: number
  trials: number
  /** Deterministic mode. */
  settled?: boolean
  /** Another number lets trials end in another order. */
  hurry?: number
}

/** A study on an imagined machine where trials end in random order and some fail, are pruned or give NaN. */
function simulate(
  sampler: Sampler,
  study: Study,
  { seed, trials, settled = false, hurry = 0 }: Simulation,
): Trial[] {
  const log: Trial[] = []
  const random = seedRandom(`simulation ${hurry}`).fork(seed)
  let ended = 0
  const endOne = (index: number): void => {
    const trial = log[index]
    if (trial === undefined) return
    log[index] = { ...trial, ...outcome(study, trial), ended: ended++ }
  }
  for (let number = 0; number < trials; number++) {
    for (;;) {
      const running = log.flatMap(({ state }, index) => (state === 'running' ? [index] : []))
      const mustWait = settled && running.some((index) => index <= number - study.parallel)
      if (running.length < study.parallel && !mustWait) break
      endOne(running[random.below(running.length)] ?? 0)
    }
    const history = settled ? settledHistory(log, number, study.parallel) : log
    const proposal = propose(sampler, study, history, { seed, number })
    if (proposal.kind === 'exhausted') break
    log.push(trialOf(number, proposal.point, { state: 'running', saw: ended }))
  }
  for (const index of log.keys()) if (log[index]?.state === 'running') endOne(index)
  return log
}

function outcome(study: Study, { number, point }: Trial): Partial<Trial> {
  const state: TrialState = number % 11 === 5 ? 'failed' : number % 7 === 4 ? 'pruned' : 'complete'
  const value = height(point)
  const reports = [1, 2, 3].map((step) => ({ step, value: value + 1 / step }))
  if (state !== 'complete') return { state, reports: state === 'pruned' ? reports : [] }
  const values = study.directions.map((_, index) =>
    number % 13 === 6 ? NaN : index === 0 ? value : -value * value,
  )
  return { state, values, reports, constraints: number % 3 === 0 ? [value - 2] : [] }
}

function height(point: Point): number {
  return Object.values(point).reduce<number>(
    (sum, value) => sum + (typeof value === 'number' ? Math.abs(value - 1) : String(value).length / 10),
    0,
  )
}
