import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { encodeJson } from '../../../shared/daemon/mlflow/json.ts'
import { toMlflowProblem } from '../../../shared/daemon/mlflow/problem.ts'
import { parseBody, parseQuery } from '../../../shared/daemon/mlflow/request.ts'
import type { JsonRoute, RouteContext } from '../../../shared/daemon/mlflow/route.ts'
import { mlflowRoutes } from '../../../shared/daemon/mlflow/routes.ts'
import { createLoggedModel } from '../../../shared/models/logged_model.ts'
import { createModelVersion } from '../../../shared/models/model_version.ts'
import { createRegisteredModel, setModelAlias } from '../../../shared/models/registered_model.ts'
import { setExperimentTag } from '../../../shared/runs/experiment.ts'
import { logBatch } from '../../../shared/runs/logging.ts'
import { createRun } from '../../../shared/runs/run.ts'
import { openStore } from '../../../shared/store/store.ts'

const jsonRoutes = mlflowRoutes.filter((route): route is JsonRoute => route.kind === 'json')

/** Names of parameters, so that most of what is made gets past the first check. */
const names = (
  'run_id run_uuid experiment_id experiment_ids experiment_name name new_name key value values timestamp step ' +
  'metrics params tags filter order_by max_results page_token run_view_type view_type run_ids metric_key start_step ' +
  'end_step datasets dataset models model_id model_json source version alias stage archive_existing_versions status ' +
  'end_time start_time run_name user_id description path artifact_location * upload_id parts part_number etag ' +
  'digest source_type schema profile field_name ascending dataset_name dataset_digest allow_deleted stages ' +
  'artifact_directory_path tag_key source_run_id model_type __proto__ constructor'
).split(' ')

describe('every endpoint', () => {
  let folder: string
  let context: RouteContext
  let known: fc.Arbitrary<unknown>
  let valid: Record<string, unknown>

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
    const store = openStore(':memory:')
    context = {
      store,
      clock: { nowMs: () => 1_700_000_000_000 },
      artifactsDir: folder,
      caller: { capability: null },
      changed: () => {},
    }
    createRun(store, { runId: 'known', experimentId: '0', startMs: 1 })
    createRegisteredModel(store, { name: 'known', nowMs: 1 })
    createModelVersion(store, 'known', { source: 's3://a', storageUri: 's3://a', nowMs: 1 })
    setModelAlias(store, 'known', { alias: 'champion', version: '1' })
    logBatch(store, 'known', { tags: { k: 'v' } })
    setExperimentTag(store, '0', { key: 'k', value: 'v' })
    const model = createLoggedModel(store, { experimentId: '0', tags: { k: 'v' }, nowMs: 1 })
    valid = {
      ...{
        run_id: 'known',
        experiment_id: '0',
        name: 'known',
        version: '1',
        alias: 'champion',
        stage: 'Archived',
      },
      ...{
        key: 'k',
        value: '1',
        experiment_name: 'Default',
        timestamp: 1,
        step: 2,
        new_name: 'new',
        model_id: model.id,
        tag_key: 'k',
        path: 'p',
      },
      ...{ source: 's3://b', status: 'LOGGED_MODEL_READY', metric_key: 'k', run_ids: ['known'], '*': 'a/b' },
      ...{ upload_id: '0'.repeat(32), models: [{ model_id: model.id, step: 1 }], experiment_ids: ['0'] },
      model_json: '{"artifact_path":"a","flavors":{},"utc_time_created":"t","run_id":"known"}',
    }
    known = fc.constantFrom<unknown>(
      ...[
        'known',
        '0',
        '1',
        'ALL',
        'FINISHED',
        'Production',
        'true',
        '',
        ' ',
        'a/b',
        '../x',
        '%2e%2e',
        model.id,
      ],
      ...[
        "metrics.a > 1 AND tags.b = 'c'",
        "name LIKE '%'",
        'acc DESC',
        'start_time',
        'metrics.acc',
        'é\u0000😀',
      ],
      ...[
        'NaN',
        'Infinity',
        NaN,
        Infinity,
        -1,
        0,
        1,
        1.5,
        1e300,
        2 ** 53,
        2n ** 63n,
        -(2n ** 70n),
        null,
        true,
      ],
      ...[
        'x'.repeat(300),
        'eyJvZmZzZXQiOiAxfQ==',
        's3://b/../c',
        'models:/known/1',
        'runs:/known/x',
        'mlflow-artifacts:/0',
      ],
    )
  })
  afterEach(() => {
    context.store.close()
    rmSync(folder, { recursive: true })
  })

  const params = (): fc.Arbitrary<Record<string, unknown>> => {
    const value = fc.letrec<{ value: unknown; record: Record<string, unknown> }>((tie) => ({
      value: fc.oneof(
        { weight: 6, arbitrary: known },
        { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) },
        { weight: 2, arbitrary: fc.array(fc.oneof(known, tie('record')), { maxLength: 3 }) },
        { weight: 1, arbitrary: tie('record') },
      ),
      record: fc.dictionary(fc.constantFrom(...names), fc.oneof({ maxDepth: 2 }, known, tie('value')), {
        maxKeys: 6,
      }),
    }))
    const changes = fc.dictionary(fc.constantFrom(...names), value.value, { maxKeys: 14 })
    // Half of them are a request that would be right, with some of it changed: so every endpoint gets to work.
    return fc.tuple(changes, fc.boolean(), fc.nat({ max: 4 })).map(([all, fresh, some]) => {
      if (fresh) return all
      return { ...valid, ...Object.fromEntries(Object.entries(all).slice(0, some)) }
    })
  }

  it('answers or refuses with one of its errors, whatever it is sent', async function () {
    this.timeout(60_000)
    const worked = new Set<JsonRoute>()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...jsonRoutes), params(), async (route, sent) => {
        try {
          encodeJson(await undone(() => route.handle(context, sent)))
          worked.add(route)
        } catch (error) {
          assert.notEqual(
            toMlflowProblem(error),
            null,
            `${route.method} ${route.path}: ${String((error as Error).stack)}`,
          )
        }
      }),
      { numRuns: 6000 },
    )
    const never = jsonRoutes.filter((route) => !worked.has(route)).map((route) => route.path)
    // These need something that is not there: parts that were uploaded, an experiment in the trash, another status, another name.
    const may = [
      '/api/2.0/mlflow-artifacts/mpu/complete/*',
      'experiments/restore',
      'runs/update',
      'registered-models/create',
    ]
    assert.deepEqual(
      never.filter((path) => !may.includes(path)),
      [],
    )
  })

  /** Does something and takes it back, so that each request finds the same. */
  const undone = (work: () => unknown): unknown => {
    const done = new Error('done')
    let answer: unknown
    try {
      context.store.transaction(() => {
        answer = work()
        throw done
      })
    } catch (error) {
      if (error !== done) throw error
    }
    return answer
  }

  it('reads any body and any query, or refuses it', () => {
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, put]) => {
        const cut = at % (text.length + 1)
        return Buffer.from(text.slice(0, cut) + put + text.slice(cut + 1))
      }),
    )
    fc.assert(
      fc.property(body, fc.string(), (bytes, query) => {
        assert.equal(typeof parseQuery(query), 'object')
        try {
          assert.equal(typeof parseBody(bytes, 'POST', 'application/json'), 'object')
        } catch (error) {
          assert.notEqual(toMlflowProblem(error), null, String(error))
        }
      }),
      { numRuns: 2000 },
    )
  })
})
