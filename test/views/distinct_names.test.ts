import { strict as assert } from 'node:assert'
import type { ComparedRun } from '../../shared/api/run_page_methods.ts'
import { distinctNames } from '../../shared/views/distinct_names.ts'

const run = (id: string, name: string, startMs = 0): ComparedRun => ({
  id,
  name,
  experiment: 'models.ipynb',
  status: 'FINISHED',
  startMs,
  endMs: startMs + 1,
  hasCode: true,
  hasPackages: true,
})
const param = (key: string, ...values: (string | null)[]) => ({ key, values, differs: true })

describe('names of runs that are shown together', () => {
  it('stay as they are where no other run has the same', () => {
    const runs = [run('a', 'forest'), run('b', 'tree')]
    assert.deepEqual([...distinctNames(runs, [param('depth', '1', '2')]).values()], ['forest', 'tree'])
  })

  it('are told apart by the first parameter in which all namesakes differ', () => {
    const runs = [run('a', 'tree'), run('b', 'forest'), run('c', 'tree')]
    const params = [param('seed', '0', '1', '0'), param('depth', '1', '1', '9'), param('rate', '1', '2', '3')]
    const names = distinctNames(runs, params)
    assert.deepEqual([...names.values()], ['tree · depth 1', 'forest', 'tree · depth 9'])
  })

  it('are told apart by when they began where no parameter tells them, some lack it, or it is long', () => {
    const long = 'x'.repeat(100)
    const runs = [run('a', 'tree', 0), run('b', 'tree', 60_000)]
    const params = [param('depth', '1', null), param('text', long, `${long}y`)]
    const [first, second] = distinctNames(runs, params).values()
    assert.equal(first, `tree · ${new Date(0).toLocaleTimeString()}`)
    assert.equal(second, `tree · ${new Date(60_000).toLocaleTimeString()}`)
  })

  it('are told apart by their ids where they began together', () => {
    const runs = [run('aaaaaaaaaaaa', 'tree'), run('bbbbbbbbbbbb', 'tree')]
    assert.deepEqual([...distinctNames(runs, []).values()], ['tree · aaaaaaaa', 'tree · bbbbbbbb'])
  })
})
