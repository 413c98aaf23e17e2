import assert from 'node:assert/strict'
import {
  createExperiment,
  deleteExperiment,
  deleteExperimentTag,
  ensureExperiment,
  ExperimentExistsError,
  ExperimentNotActiveError,
  ExperimentNotFoundError,
  findExperimentByName,
  getExperiment,
  renameExperiment,
  restoreExperiment,
  setExperimentTag,
} from '../../shared/runs/experiment.ts'
import { createRun, getRun } from '../../shared/runs/run.ts'
import { searchExperiments } from '../../shared/runs/search_experiments.ts'
import { eachWithStore } from './store.ts'

describe('experiments', () => {
  const held = eachWithStore()

  it('has one called Default with id 0 from the start', () => {
    const { id, name, artifactLocation, deletedMs } = getExperiment(held.store, '0')
    assert.deepEqual([id, name, artifactLocation, deletedMs], ['0', 'Default', 'mlflow-artifacts:/0', null])
  })

  it('gives each a number that is never given again', () => {
    const first = createExperiment(held.store, { name: 'a', nowMs: 5, tags: { x: 'y' } })
    assert.deepEqual(getExperiment(held.store, first), {
      id: '1',
      name: 'a',
      artifactLocation: 'mlflow-artifacts:/1',
      deletedMs: null,
      createdMs: 5,
      updatedMs: 5,
      tags: { x: 'y' },
    })
    held.store.run('DELETE FROM experiment WHERE id = 1')
    assert.equal(createExperiment(held.store, { name: 'b', nowMs: 5 }), '2')
  })

  it('refuses a name that is taken, also by one in the trash', () => {
    const id = createExperiment(held.store, { name: 'a', nowMs: 5 })
    createExperiment(held.store, { name: 'b', nowMs: 5 })
    assert.throws(() => createExperiment(held.store, { name: 'a', nowMs: 5 }), ExperimentExistsError)
    assert.throws(() => renameExperiment(held.store, id, { name: 'b', nowMs: 6 }), ExperimentExistsError)
    deleteExperiment(held.store, id, 7)
    assert.throws(() => createExperiment(held.store, { name: 'a', nowMs: 8 }), ExperimentExistsError)
  })

  it('ensureExperiment() makes it, finds it, and takes it out of the trash', () => {
    const id = ensureExperiment(held.store, 'examples/income.ipynb', 5)
    assert.equal(ensureExperiment(held.store, 'examples/income.ipynb', 6), id)
    deleteExperiment(held.store, id, 7)
    assert.equal(ensureExperiment(held.store, 'examples/income.ipynb', 8), id)
    assert.equal(getExperiment(held.store, id).deletedMs, null)
  })

  it('goes into the trash with its runs, takes no new ones there, and comes back with them', () => {
    const id = createExperiment(held.store, { name: 'a', nowMs: 5 })
    const run = createRun(held.store, { experimentId: id, startMs: 1 }).id
    deleteExperiment(held.store, id, 7)
    assert.equal(getRun(held.store, run).deletedMs, 7)
    assert.equal(findExperimentByName(held.store, 'a')?.deletedMs, 7)
    assert.throws(() => createRun(held.store, { experimentId: id, startMs: 1 }), ExperimentNotActiveError)
    assert.throws(() => setExperimentTag(held.store, id, { key: 'a', value: 'b' }), ExperimentNotActiveError)
    assert.throws(() => deleteExperiment(held.store, id, 8), ExperimentNotFoundError)
    restoreExperiment(held.store, id, 9)
    assert.equal(getRun(held.store, run).deletedMs, null)
    assert.throws(() => restoreExperiment(held.store, id, 9), ExperimentNotFoundError)
  })

  it('keeps tags', () => {
    setExperimentTag(held.store, '0', { key: 'a', value: 'b' })
    setExperimentTag(held.store, '0', { key: 'a', value: 'c' })
    assert.deepEqual(getExperiment(held.store, '0').tags, { a: 'c' })
    deleteExperimentTag(held.store, '0', 'a')
    assert.throws(() => deleteExperimentTag(held.store, '0', 'a'), { code: 'not_found' })
  })

  for (const id of ['7', '-1', 'x', '', '1e3', '0x0', '99999999999999999999']) {
    it(`has none with the id "${id}"`, () => {
      assert.throws(() => getExperiment(held.store, id), ExperimentNotFoundError)
    })
  }

  it('are found by name, time and tags, in pages', () => {
    for (const [i, name] of ['Apple', 'apple pie', 'pear'].entries()) {
      createExperiment(held.store, { name, nowMs: 10 + i, tags: i === 1 ? { kind: 'cake' } : {} })
    }
    const names = (filter: string, orderBy: string[] = ['name']): string[] =>
      searchExperiments(held.store, { filter, orderBy }).experiments.map((each) => each.name)
    assert.deepEqual(names("name LIKE 'A%'"), ['Apple'])
    assert.deepEqual(names("name ILIKE 'A%'"), ['Apple', 'apple pie'])
    assert.deepEqual(names("tags.kind = 'cake' OR creation_time = 12"), ['apple pie', 'pear'])
    assert.deepEqual(names('NOT tags.kind IS NULL'), ['apple pie'])
    assert.deepEqual(names("experiment_id IN ('1', '3')", ['creation_time DESC']), ['pear', 'Apple'])
    const first = searchExperiments(held.store, { maxResults: 3, orderBy: ['name'] })
    const second = searchExperiments(held.store, { orderBy: ['name'], pageToken: first.nextPageToken ?? '' })
    assert.deepEqual(
      [...first.experiments, ...second.experiments].map((each) => each.name),
      ['Apple', 'Default', 'apple pie', 'pear'],
    )
    assert.equal(second.nextPageToken, null)
  })
})
