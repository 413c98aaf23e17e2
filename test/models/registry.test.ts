import assert from 'node:assert/strict'
import { getLoggedModel } from '../../shared/models/logged_model.ts'
import {
  createModelVersion,
  deleteModelVersion,
  deleteModelVersionTag,
  describeModelVersion,
  getLatestVersions,
  getModelVersion,
  setModelVersionTag,
  transitionModelVersion,
  type ModelVersion,
} from '../../shared/models/model_version.ts'
import {
  createRegisteredModel,
  deleteModelAlias,
  deleteRegisteredModel,
  deleteRegisteredModelTag,
  getRegisteredModel,
  getVersionByAlias,
  renameRegisteredModel,
  setModelAlias,
  setRegisteredModelTag,
} from '../../shared/models/registered_model.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

describe('the model registry', () => {
  let store: Store
  beforeEach(() => {
    store = openStore(':memory:')
  })
  afterEach(() => store.close())

  const version = (name: string, nowMs = 1): ModelVersion =>
    createModelVersion(store, name, { source: 's3://b/m', storageUri: 's3://b/m', nowMs })

  it('keeps a model with description and tags', () => {
    const tags = JSON.parse('{"a": "1", "__proto__": "2"}') as Record<string, string>
    createRegisteredModel(store, { name: 'm', description: 'd', tags, nowMs: 5 })
    setRegisteredModelTag(store, 'm', { key: 'b', value: '' })
    setRegisteredModelTag(store, 'm', { key: 'a', value: '3' })
    deleteRegisteredModelTag(store, 'm', 'absent')
    assert.deepEqual(getRegisteredModel(store, 'm'), {
      name: 'm',
      description: 'd',
      createdMs: 5,
      updatedMs: 5,
      tags: JSON.parse('{"a": "3", "b": "", "__proto__": "2"}') as unknown,
      aliases: {},
      latestVersions: [],
    })
  })

  it('never gives the number of a deleted version again', () => {
    createRegisteredModel(store, { name: 'm', nowMs: 1 })
    assert.equal(version('m').version, 1)
    assert.equal(version('m').version, 2)
    deleteModelVersion(store, 'm', '2', 3)
    assert.equal(version('m').version, 3)
    assert.throws(() => getModelVersion(store, 'm', '2'), /Model Version \(name=m, version=2\) not found/)
  })

  it('renames a model with its versions, tags and aliases', () => {
    createRegisteredModel(store, { name: 'old', tags: { t: '1' }, nowMs: 1 })
    version('old')
    setModelAlias(store, 'old', { alias: 'champion', version: '1' })
    renameRegisteredModel(store, 'old', { newName: 'new', nowMs: 9 })
    assert.throws(() => getRegisteredModel(store, 'old'), /Registered Model with name=old not found/)
    const model = getRegisteredModel(store, 'new')
    assert.deepEqual(
      [model.tags, model.aliases, model.latestVersions.map((each) => each.name), model.updatedMs],
      [{ t: '1' }, { champion: 1 }, ['new'], 9],
    )
  })

  it('refuses names that are taken, saying by what', () => {
    const prompt = { 'mlflow.prompt.is_prompt': 'true' }
    createRegisteredModel(store, { name: 'm', nowMs: 1 })
    createRegisteredModel(store, { name: 'p', tags: prompt, nowMs: 1 })
    const create =
      (name: string, tags = {}) =>
      () =>
        createRegisteredModel(store, { name, tags, nowMs: 2 })
    assert.throws(create('m'), /^Problem: Registered Model \(name=m\) already exists\.$/)
    assert.throws(create('p', prompt), /Prompt \(name=p\) already exists/)
    assert.throws(create('m', prompt), /Tried to create a prompt with name 'm'.*by a registered model/)
    assert.throws(create('p'), /Tried to create a registered model with name 'p'.*by a prompt/)
    assert.throws(() => renameRegisteredModel(store, 'm', { newName: 'p', nowMs: 1 }), { code: 'conflict' })
  })

  for (const name of ['', ' ', 'a/b', 'a:b', '.', '..']) {
    it(`refuses the name ${JSON.stringify(name)}`, () => {
      assert.throws(() => createRegisteredModel(store, { name, nowMs: 1 }), { code: 'parameter_invalid' })
    })
  }

  it('lets an alias stand for one version at a time', () => {
    createRegisteredModel(store, { name: 'm', nowMs: 1 })
    version('m')
    version('m')
    setModelAlias(store, 'm', { alias: 'a', version: '1' })
    setModelAlias(store, 'm', { alias: 'a', version: '2' })
    setModelAlias(store, 'm', { alias: 'b', version: '2' })
    assert.deepEqual(getVersionByAlias(store, 'm', 'a').aliases, ['a', 'b'])
    assert.equal(getVersionByAlias(store, 'm', 'LATEST').version, 2)
    deleteModelAlias(store, 'm', 'a')
    deleteModelAlias(store, 'm', 'a')
    assert.throws(() => getVersionByAlias(store, 'm', 'a'), /Registered model alias a not found/)
    deleteModelVersion(store, 'm', '2', 3)
    assert.deepEqual(getRegisteredModel(store, 'm').aliases, {})
    assert.throws(() => setModelAlias(store, 'm', { alias: 'x', version: '7' }), { code: 'not_found' })
  })

  for (const alias of ['', 'latest', 'Latest', 'v1', 'V22', 'a b', 'a/b', 'x'.repeat(256)]) {
    it(`refuses the alias ${JSON.stringify(alias.slice(0, 10))} of ${alias.length} characters`, () => {
      createRegisteredModel(store, { name: 'm', nowMs: 1 })
      version('m')
      assert.throws(() => setModelAlias(store, 'm', { alias, version: '1' }), { code: 'parameter_invalid' })
    })
  }

  it('moves versions between stages and archives those that were there', () => {
    createRegisteredModel(store, { name: 'm', nowMs: 1 })
    for (let i = 0; i < 3; i++) version('m')
    const move = (number: string, stage: string, archiveOthers = false): ModelVersion =>
      transitionModelVersion(store, 'm', number, { stage, archiveOthers, nowMs: 7 })
    move('1', 'production')
    move('2', 'Production', true)
    assert.deepEqual(
      ['1', '2', '3'].map((number) => getModelVersion(store, 'm', number).stage),
      ['Archived', 'Production', 'None'],
    )
    const latest = (among: string[]): number[] =>
      getLatestVersions(store, 'm', among)
        .map((each) => each.version)
        .sort()
    assert.deepEqual(latest([]), [1, 2, 3])
    assert.deepEqual(latest(['PRODUCTION']), [2])
    assert.throws(
      () => move('1', 'Prod'),
      /Invalid Model Version stage: Prod\. Value must be one of None, Staging/,
    )
    assert.throws(() => move('1', 'Archived', true), /is not an Active stage/)
  })

  it('describes and tags versions', () => {
    createRegisteredModel(store, { name: 'm', nowMs: 1 })
    version('m')
    describeModelVersion(store, 'm', '1', { description: 'good', nowMs: 4 })
    setModelVersionTag(store, 'm', '1', { key: 'k', value: 'v' })
    setModelVersionTag(store, 'm', '1', { key: 'gone', value: 'v' })
    deleteModelVersionTag(store, 'm', '1', 'gone')
    const found = getModelVersion(store, 'm', '1')
    assert.deepEqual([found.description, found.tags, found.updatedMs], ['good', { k: 'v' }, 4])
    assert.throws(() => getModelVersion(store, 'm', 'one'), /must be an integer, got 'one'/)
  })

  it('leaves nothing behind when a model is deleted', () => {
    createRegisteredModel(store, { name: 'm', tags: { t: '1' }, nowMs: 1 })
    version('m')
    setModelVersionTag(store, 'm', '1', { key: 'k', value: 'v' })
    setModelAlias(store, 'm', { alias: 'a', version: '1' })
    deleteRegisteredModel(store, 'm')
    for (const table of ['registered_model_tag', 'model_version', 'model_version_tag', 'model_alias']) {
      assert.equal(store.get(`SELECT count(*) AS n FROM ${table}`)?.['n'], 0, table)
    }
    assert.throws(() => getLoggedModel(store, 'm-none'), { code: 'not_found' })
  })
})
