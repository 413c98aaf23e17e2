import assert from 'node:assert/strict'
import {
  createLoggedModel,
  deleteLoggedModel,
  deleteLoggedModelTag,
  finishLoggedModel,
  getLoggedModel,
  logModelParams,
  setLoggedModelTags,
} from '../../shared/models/logged_model.ts'
import { logModelMetrics, type ModelMetricPoint } from '../../shared/models/logged_model_metric.ts'
import { searchLoggedModels, type LoggedModelSearch } from '../../shared/models/logged_model_search.ts'
import { resolveModelSource } from '../../shared/models/model_source.ts'
import { createModelVersion } from '../../shared/models/model_version.ts'
import { createRegisteredModel, setModelAlias } from '../../shared/models/registered_model.ts'
import { createExperiment } from '../../shared/runs/experiment.ts'
import { createRun } from '../../shared/runs/run.ts'
import { openStore, type Store } from '../../shared/store/store.ts'

const point = (
  modelId: string,
  key: string,
  value: number,
  more: Partial<ModelMetricPoint> = {},
): ModelMetricPoint => ({
  modelId,
  key,
  value,
  step: 0,
  atMs: 1,
  runId: 'r',
  ...more,
})

describe('logged models', () => {
  let store: Store
  beforeEach(() => {
    store = openStore(':memory:')
  })
  afterEach(() => store.close())

  it('go from pending to ready, with parameters, tags and where their files are', () => {
    const made = createLoggedModel(store, {
      experimentId: '0',
      name: 'net',
      modelType: 'classifier',
      sourceRunId: 'r',
      params: { lr: '0.1' },
      tags: { t: '1' },
      nowMs: 5,
    })
    assert.match(made.id, /^m-[0-9a-f]{32}$/)
    assert.equal(made.status, 'PENDING')
    assert.equal(made.artifactUri, `mlflow-artifacts:/0/models/${made.id}/artifacts`)
    logModelParams(store, made.id, { depth: '3', lr: '0.1' })
    assert.throws(() => logModelParams(store, made.id, { depth: '4' }), /Cannot change parameter "depth"/)
    setLoggedModelTags(store, made.id, { t: '2', u: '3' })
    deleteLoggedModelTag(store, made.id, 'u')
    assert.throws(() => deleteLoggedModelTag(store, made.id, 'u'), { code: 'not_found' })
    finishLoggedModel(store, made.id, { status: 'READY', nowMs: 9 })
    const found = getLoggedModel(store, made.id)
    assert.deepEqual(
      [found.status, found.params, found.tags, found.updatedMs],
      ['READY', { lr: '0.1', depth: '3' }, { t: '2' }, 9],
    )
  })

  it('can be deleted and still be looked at by who asks for deleted ones', () => {
    const { id } = createLoggedModel(store, { experimentId: '0', nowMs: 1 })
    deleteLoggedModel(store, id, 7)
    assert.throws(() => getLoggedModel(store, id), /Logged model with ID 'm-[0-9a-f]+' not found\./)
    assert.equal(getLoggedModel(store, id, { allowDeleted: true }).deletedMs, 7)
    assert.deepEqual(searchLoggedModels(store, { experimentIds: ['0'], maxResults: 9 }).models, [])
  })

  for (const name of ['', 'a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b"]) {
    it(`refuse the name ${JSON.stringify(name)}`, () => {
      assert.throws(() => createLoggedModel(store, { experimentId: '0', name, nowMs: 1 }), {
        code: 'parameter_invalid',
      })
    })
  }

  it('keep each metric once, however often it is told, with NaN and large steps', () => {
    const { id } = createLoggedModel(store, { experimentId: '0', nowMs: 1 })
    const points = [
      point(id, 'loss', NaN),
      point(id, 'loss', 0.5, { step: 2n ** 60n }),
      point(id, 'acc', Infinity, { datasetName: 'd', datasetDigest: 'x' }),
    ]
    logModelMetrics(store, points)
    logModelMetrics(store, points)
    assert.deepEqual(
      getLoggedModel(store, id).metrics.map(({ key, value, step, datasetName }) => [
        key,
        value,
        step,
        datasetName,
      ]),
      [
        ['acc', Number.MAX_VALUE, 0, 'd'],
        ['loss', NaN, 0, null],
        ['loss', 0.5, 2n ** 60n, null],
      ],
    )
    assert.throws(() => logModelMetrics(store, [point('m-none', 'a', 1)]), { code: 'not_found' })
  })

  describe('searched', () => {
    let names: Map<string, string>
    const search = (wanted: Omit<LoggedModelSearch, 'experimentIds' | 'maxResults'>): string[] =>
      searchLoggedModels(store, { experimentIds: ['0', '1'], maxResults: 50, ...wanted }).models.map(
        (model) => names.get(model.id) ?? '?',
      )
    beforeEach(() => {
      createExperiment(store, { name: 'other', nowMs: 1 })
      names = new Map()
      const make = (name: string, experimentId: string, nowMs: number): string => {
        const params = { size: name }
        const { id } = createLoggedModel(store, { experimentId, name, params, tags: { of: name }, nowMs })
        names.set(id, name)
        return id
      }
      const [a, b, c] = [make('a', '0', 10), make('b', '0', 20), make('c', '1', 30)] as const
      logModelMetrics(store, [
        point(a, 'acc', 0.7, { datasetName: 'train', datasetDigest: '1' }),
        point(a, 'acc', 0.9, { datasetName: 'test', datasetDigest: '1' }),
        point(b, 'acc', 0.8, { datasetName: 'test', datasetDigest: '2' }),
        point(b, 'acc', 0.1, { atMs: 0 }),
        point(c, 'loss', NaN),
      ])
    })

    const cases: [string, Omit<LoggedModelSearch, 'experimentIds' | 'maxResults'>, string[]][] = [
      ['the newest first', {}, ['c', 'b', 'a']],
      ['a metric', { filter: 'metrics.acc > 0.75' }, ['b', 'a']],
      ['a metric on a data set', { filter: 'metrics.acc < 0.8', datasets: [{ name: 'train' }] }, ['a']],
      ['a data set', { datasets: [{ name: 'test' }] }, ['b', 'a']],
      ['a data set of one digest', { datasets: [{ name: 'test', digest: '2' }] }, ['b']],
      ['NaN, which meets no comparison', { filter: 'metrics.loss < 1 OR metrics.loss >= 1' }, []],
      ['name and parameter', { filter: "name != 'a' AND params.size LIKE '%'" }, ['c', 'b']],
      ['tag or time', { filter: "tags.of = 'a' OR creation_timestamp > 25" }, ['c', 'a']],
      ['experiment', { filter: "experiment_id = '1'" }, ['c']],
      ['an order by attribute', { orderBy: [{ field: 'name' }] }, ['a', 'b', 'c']],
      ['an order by metric', { orderBy: [{ field: 'metrics.acc', ascending: false }] }, ['a', 'b', 'c']],
      [
        'an order by metric on a data set',
        { orderBy: [{ field: 'metrics.acc', ascending: false, dataset: { name: 'test' } }] },
        ['a', 'b', 'c'],
      ],
      [
        'an order by metric on data of one digest',
        { orderBy: [{ field: 'metrics.acc', dataset: { digest: '1' } }] },
        ['a', 'c', 'b'],
      ],
    ]
    for (const [what, wanted, expected] of cases) {
      it(`by ${what}`, () => {
        assert.deepEqual(search(wanted), expected)
      })
    }

    for (const field of ['nothing', 'params.size', 'constructor']) {
      it(`refuse an order by ${field}`, () => {
        assert.throws(() => search({ orderBy: [{ field }] }), /Invalid order by field name/)
      })
    }

    it('page by page', () => {
      const first = searchLoggedModels(store, { experimentIds: ['0', '1'], maxResults: 2 })
      assert.equal(first.models.length, 2)
      const second = searchLoggedModels(store, {
        experimentIds: ['0', '1'],
        maxResults: 2,
        pageToken: first.nextPageToken ?? '',
      })
      assert.deepEqual([second.models.length, second.nextPageToken], [1, null])
      const other = { experimentIds: ['0'], maxResults: 2, pageToken: first.nextPageToken ?? '' }
      assert.throws(() => searchLoggedModels(store, other), /Experiment IDs in the page token do not match/)
      const sorted = { ...other, experimentIds: ['0', '1'], orderBy: [{ field: 'name' }] }
      assert.throws(() => searchLoggedModels(store, sorted), /Order by in the page token does not match/)
    })
  })
})

describe('resolveModelSource()', () => {
  let store: Store
  before(() => {
    store = openStore(':memory:')
    createExperiment(store, { name: 'local', artifactLocation: 'file:///data/exp', nowMs: 1 })
    createRun(store, { runId: 'r1', experimentId: '1', startMs: 1 })
    createRegisteredModel(store, { name: 'm', nowMs: 1 })
    createModelVersion(store, 'm', { source: 'runs:/r1/x', storageUri: 's3://b/x', runId: 'r1', nowMs: 1 })
    setModelAlias(store, 'm', { alias: 'best', version: '1' })
  })
  after(() => store.close())

  it('finds the files of other versions and of logged models', () => {
    for (const source of ['models:/m/1', 'models:/m@best', 'models:/m/latest', 'models:/m/None']) {
      assert.deepEqual(resolveModelSource(store, { source }), { storageUri: 's3://b/x', runId: 'r1' }, source)
    }
    const model = createLoggedModel(store, { experimentId: '0', sourceRunId: 'r7', nowMs: 1 })
    const found = { storageUri: model.artifactUri, runId: 'r7' }
    assert.deepEqual(resolveModelSource(store, { source: `models:/${model.id}` }), found)
    assert.deepEqual(resolveModelSource(store, { source: model.artifactUri, modelId: model.id }), found)
  })

  it('takes a local path within the artifacts of the run that is named', () => {
    for (const source of [
      '/data/exp/r1/artifacts/model',
      'file:///data/exp/r1/artifacts',
      '/data/exp/r1/artifacts/a/..',
    ]) {
      assert.equal(resolveModelSource(store, { source, runId: 'r1' }).storageUri, source)
    }
  })

  const refused: [string, string | undefined][] = [
    ['/data/exp/r1/artifacts/model', undefined],
    ['/etc', 'r1'],
    ['file:///etc/passwd', 'r1'],
    ['/data/exp/r1/artifacts/../../../../etc', 'r1'],
    ['/data/exp/r1/artifacts-of-others', 'r1'],
    ['file://somewhere/x', 'r1'],
    ['s3://b/../c', 'r1'],
    ['mlflow-artifacts:/a/%2e%2e/b', undefined],
    ['mlflow-artifacts:/a/%252e%252e/b', undefined],
    ['mlflow-artifacts:/a%00', undefined],
    ['mlflow-artifacts:a/b', undefined],
    ['models:/m/1/more', undefined],
    ['models:/m', undefined],
  ]
  for (const [source, runId] of refused) {
    it(`refuses ${source} for ${runId ?? 'no run'}`, () => {
      assert.throws(() => resolveModelSource(store, { source, runId }), { code: 'parameter_invalid' })
    })
  }
})
