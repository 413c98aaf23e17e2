import assert from 'node:assert/strict'
import { readSuggestions } from '../../../shared/daemon/study/suggestions.ts'
import { parseNotebook } from '../../../shared/notebook/document.ts'
import { formatDomain } from '../../../shared/tuning/space_text.ts'

function read(source: string): string[] {
  const cells = [{ cell_type: 'code', execution_count: null, metadata: {}, outputs: [], source }]
  const document = parseNotebook(JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 }))
  return readSuggestions(document).map(
    ({ parameter, hasDefault, default: own }) =>
      `${parameter.name}=${formatDomain(parameter)}${hasDefault ? ` default ${String(own)}` : ''}`,
  )
}

describe('values that cells ask for', () => {
  it('are read from the calls, with steps, logarithms, defaults and choices', () => {
    assert.deepEqual(read('a = daybook.suggest_float("a", 1e-4, 0.1, log=True, default=0.01)'), [
      'a=log(0.0001,0.1) default 0.01',
    ])
    assert.deepEqual(read("suggest_int('b',\n  low=2, high=10, step=2)"), ['b=int(2,10,step=2)'])
    assert.deepEqual(read('daybook.suggest_categorical("c", ("x, y", None, 3))'), ['c=choice("x, y",null,3)'])
  })
  it('are not taken from comments, from Optuna, or from bounds that are computed', () => {
    assert.deepEqual(read('# daybook.suggest_int("a", 1, 2)'), [])
    assert.deepEqual(read('trial.suggest_int("a", 1, 2)'), [])
    assert.deepEqual(read('daybook.suggest_int("a", 1, len(names))'), [])
    assert.deepEqual(read('daybook.suggest_int("a", 9, 2)'), [])
    assert.deepEqual(read('daybook.suggest_float("a", 0, 1'), [])
  })
})
