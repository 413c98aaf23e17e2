import assert from 'node:assert/strict'
import { searchModelVersions, searchRegisteredModels } from '../../shared/models/model_search.ts'
import { createModelVersion } from '../../shared/models/model_version.ts'
import { createRegisteredModel, promptTag } from '../../shared/models/registered_model.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

describe('searching the registry', () => {
  let store: Store
  before(() => {
    store = openStore(':memory:')
    const make = (name: string, tags: Record<string, string>, nowMs: number): void => {
      createRegisteredModel(store, { name, tags, nowMs })
      for (const runId of ['r1', undefined]) {
        createModelVersion(store, name, {
          source: `s3://${name}`,
          storageUri: `s3://${name}`,
          tags,
          nowMs: nowMs + (runId === undefined ? 1 : 0),
          ...(runId === undefined ? {} : { runId }),
        })
      }
    }
    make('Iris', { team: 'a' }, 10)
    make('iris-2', { team: 'b', stage: 'x' }, 30)
    make('wine', {}, 20)
    make('greeting', { [promptTag]: 'true', team: 'a' }, 40)
  })
  after(() => store.close())

  const models: [string, string[]][] = [
    ['', ['Iris', 'iris-2', 'wine']],
    ["name = 'wine'", ['wine']],
    ["name != 'wine'", ['Iris', 'iris-2']],
    ["name LIKE 'iris%'", ['iris-2']],
    ["name ILIKE 'iris%'", ['Iris', 'iris-2']],
    ["name IN ('wine', 'nothing')", ['wine']],
    ["tags.team = 'a'", ['Iris']],
    ["tags.team != 'a'", ['iris-2']],
    ["tags.team LIKE '%' AND tags.`stage` = 'x'", ['iris-2']],
    ["name = 'wine' OR (tags.team = 'a')", ['Iris', 'wine']],
    ["NOT tags.team = 'a'", ['iris-2', 'wine']],
    [`tags.\`${promptTag}\` = 'true'`, ['greeting']],
    [`tags.\`${promptTag}\` != 'false' AND tags.team = 'a'`, ['greeting']],
    [`tags.\`${promptTag}\` != 'true'`, ['Iris', 'iris-2', 'wine']],
    [`tags.\`${promptTag}\` = 'false' AND name ILIKE 'iris%'`, ['Iris', 'iris-2']],
  ]
  for (const [filter, expected] of models) {
    it(`finds models by ${JSON.stringify(filter)}`, () => {
      const found = searchRegisteredModels(store, { filter, maxResults: 10 })
      assert.deepEqual(found.models.map((model) => model.name).sort(), [...expected].sort())
    })
  }

  const versions: [string, string[]][] = [
    ["name = 'Iris'", ['Iris 2', 'Iris 1']],
    ["run_id = 'r1'", ['iris-2 1', 'wine 1', 'Iris 1']],
    ["run_id != 'r2'", ['iris-2 1', 'wine 1', 'Iris 1']],
    ["run_id IN ('r1') AND version_number > 1", []],
    ["source_path LIKE 's3://w%'", ['wine 2', 'wine 1']],
    ['version_number = 2', ['iris-2 2', 'wine 2', 'Iris 2']],
    ["tags.team = 'b'", ['iris-2 2', 'iris-2 1']],
    [`tags.\`${promptTag}\` = 'true'`, ['greeting 2', 'greeting 1']],
  ]
  for (const [filter, expected] of versions) {
    it(`finds versions by ${JSON.stringify(filter)}, the last changed first`, () => {
      const found = searchModelVersions(store, { filter, maxResults: 10 })
      assert.deepEqual(
        found.versions.map((each) => `${each.name} ${each.version}`),
        expected,
      )
    })
  }

  for (const filter of [
    'name > 1',
    "run_id = 'x'",
    "name = 'a' AND",
    'tags.a = 1',
    "stage = 'x'",
    'name = wine',
  ]) {
    it(`refuses ${JSON.stringify(filter)} for models`, () => {
      assert.throws(() => searchRegisteredModels(store, { filter, maxResults: 10 }), {
        code: 'filter_invalid',
      })
    })
  }

  it('sorts by name, time and number, and refuses other keys', () => {
    const names = (orderBy: string[]): string[] =>
      searchRegisteredModels(store, { orderBy, maxResults: 10 }).models.map((model) => model.name)
    assert.deepEqual(names(['name DESC']), ['wine', 'iris-2', 'Iris'])
    assert.deepEqual(names(['timestamp DESC']), ['iris-2', 'wine', 'Iris'])
    assert.deepEqual(names(['last_updated_timestamp']), ['Iris', 'wine', 'iris-2'])
    for (const order of ['description', 'tags.a', 'name up', 'name asc desc']) {
      assert.throws(() => names([order]), { code: 'filter_invalid' }, order)
    }
    const numbers = searchModelVersions(store, {
      filter: "name = 'wine'",
      orderBy: ['version_number ASC'],
      maxResults: 10,
    })
    assert.deepEqual(
      numbers.versions.map((each) => each.version),
      [1, 2],
    )
  })

  it('gives every result once, page by page', () => {
    const seen: string[] = []
    let pageToken: string | null = null
    do {
      const page = searchModelVersions(store, {
        maxResults: 2,
        ...(pageToken === null ? {} : { pageToken }),
      })
      seen.push(...page.versions.map((each) => `${each.name} ${each.version}`))
      pageToken = page.nextPageToken
    } while (pageToken !== null)
    assert.deepEqual(seen, ['iris-2 2', 'iris-2 1', 'wine 2', 'wine 1', 'Iris 2', 'Iris 1'])
    assert.throws(() => searchModelVersions(store, { maxResults: 2, pageToken: '!' }), {
      code: 'bad_request',
    })
  })
})
