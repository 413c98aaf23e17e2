import assert from 'node:assert/strict'
import type { RunRow } from '../../shared/api/table_methods.ts'
import { describeCellRuns } from '../../shared/views/cell_runs.ts'

describe('what stands under a cell that made runs', () => {
  const run = (value: number, beside: { linear: number | null; dummy: number | null }): RunRow =>
    ({ status: 'FINISHED', headline: { key: 'accuracy', value, ...beside } }) as RunRow
  const alone = { linear: null, dummy: null }

  it('counts them, names the headline of the newest, and says which way it went', () => {
    assert.equal(describeCellRuns([run(0.9, alone)]), '1 run · accuracy 0.9')
    assert.equal(describeCellRuns([run(0.9, alone), run(0.8, alone)]), '2 runs · accuracy 0.9 ▲')
  })

  it('puts beside it what simple models reach', () => {
    const beside = { linear: 0.8514, dummy: 0.7606 }
    assert.equal(
      describeCellRuns([run(0.8715, beside)]),
      '1 run · accuracy 0.8715 · linear 0.8514 · do-nothing 0.7606',
    )
  })
})
