import assert from 'node:assert/strict'
import { parseFilter } from '../../shared/runs/filter.ts'
import { runGrammar } from '../../shared/runs/run_grammar.ts'
import { completeFilter, nameFilter } from '../../shared/views/completion.ts'

const known = {
  params: [{ name: 'model depth', runs: 3, varies: true }],
  metrics: [
    { name: 'auc', runs: 9, varies: true },
    { name: 'val_auc', runs: 9, varies: true },
  ],
  tags: [],
}
const labels = (text: string): string[] => completeFilter(text, text.length, known).map(({ label }) => label)

describe('completeFilter()', () => {
  it('offers names, the better matches first', () => {
    assert.deepEqual(labels('au').slice(0, 2), ['metrics.auc', 'metrics.val_auc'])
    assert.deepEqual(labels('metrics.v'), ['metrics.val_auc'])
  })
  it('offers comparisons after a name, values after a comparison, AND and OR after a value', () => {
    assert.ok(labels('metrics.auc ').includes('>='))
    assert.ok(!labels('metrics.auc ').includes('LIKE'))
    assert.ok(labels('params.depth ').includes('ILIKE'))
    assert.deepEqual(labels('attributes.status = ').slice(0, 2), ['FINISHED', 'RUNNING'])
    assert.deepEqual(labels('metrics.auc > 0.5 '), ['AND', 'OR'])
    assert.deepEqual(labels("params.a = 'x' "), ['AND', 'OR'])
  })
  it('offers names again after AND and after a parenthesis', () => {
    assert.ok(labels('metrics.auc > 0.5 AND ').includes('metrics.val_auc'))
    assert.ok(labels('(').includes('metrics.val_auc'))
  })
  it('writes odd names so that the grammar reads them', () => {
    const text = 'params.mod'
    const [first] = completeFilter(text, text.length, known)
    assert.equal(first?.insert, 'params.`model depth` ')
    parseFilter(`${first.insert}= '3'`, runGrammar)
  })
})

describe('nameFilter()', () => {
  it('makes a filter of a word, and leaves filters alone', () => {
    assert.equal(nameFilter("o'clock"), "attributes.run_name ILIKE '%o''clock%'")
    assert.equal(nameFilter('metrics.auc > 3'), null)
    parseFilter(nameFilter("o'clock") ?? '(', runGrammar)
  })
})
