import assert from 'node:assert/strict'
import { renameNotebookOfRuns } from '../../shared/runs/notebook_name.ts'
import { createRun, getRun } from '../../shared/runs/run.ts'
import { eachWithStore } from './store.ts'

describe('renameNotebookOfRuns()', () => {
  const held = eachWithStore()
  const run = (tags: Record<string, string>): string =>
    createRun(held.store, { experimentId: '0', startMs: 1, tags }).id

  it('takes the runs of the notebook along, and no others', () => {
    const [own, other, foreign] = [
      run({ 'daybook.notebook': 'a.ipynb' }),
      run({ 'daybook.notebook': 'a.ipynb.ipynb' }),
      run({ team: 'a.ipynb' }),
    ]
    assert.equal(renameNotebookOfRuns(held.store, 'a.ipynb', 'sub/b.ipynb'), 1)
    assert.equal(getRun(held.store, own).tags['daybook.notebook'], 'sub/b.ipynb')
    assert.equal(getRun(held.store, other).tags['daybook.notebook'], 'a.ipynb.ipynb')
    assert.equal(getRun(held.store, foreign).tags['team'], 'a.ipynb')
  })

  it('knows paths of more letters than the index of tags holds', () => {
    const long = `${'deep/'.repeat(30)}a.ipynb`
    const own = run({ 'daybook.notebook': long })
    assert.equal(renameNotebookOfRuns(held.store, long, 'a.ipynb'), 1)
    assert.equal(getRun(held.store, own).tags['daybook.notebook'], 'a.ipynb')
  })

  it('does nothing where no run has such a tag', () => {
    assert.equal(renameNotebookOfRuns(held.store, 'a.ipynb', 'b.ipynb'), 0)
  })
})
