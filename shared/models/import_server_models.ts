import { z } from 'zod'
import {
  call,
  downloadFrom,
  isUnknownAddress,
  openCaller,
  pairs,
  readExperiments,
  whole,
  type Caller,
  type ServerAccess,
} from '../runs/import_server.ts'
import type { SourceArtifact } from '../runs/import_source.ts'
import {
  modelIdOf,
  readModelStatus,
  type ModelSource,
  type SourceLoggedModel,
  type SourceRegisteredModel,
  type SourceVersion,
} from './imported.ts'
import { promptTag } from './registered_model.ts'

const token = z.string().default('')
const maybe = z
  .string()
  .nullish()
  .transform((text) => (text == null || text === '' ? null : text))

const loggedPage = z.object({
  models: z
    .array(
      z.object({
        info: z.object({
          model_id: z.string(),
          name: z.string().default(''),
          creation_timestamp_ms: whole.default(0),
          last_updated_timestamp_ms: whole.default(0),
          artifact_uri: z.string().default(''),
          status: z.string().default(''),
          model_type: maybe,
          source_run_id: maybe,
          tags: pairs,
        }),
        data: z
          .object({
            params: pairs,
            metrics: z
              .array(
                z.object({
                  key: z.string(),
                  value: z.union([z.number(), z.string().transform(Number)]),
                  timestamp: whole.default(0),
                  step: whole.default(0),
                  run_id: maybe,
                  dataset_name: maybe,
                  dataset_digest: maybe,
                }),
              )
              .default([]),
          })
          .prefault({}),
      }),
    )
    .default([]),
  next_page_token: token,
})

const registeredPage = z.object({
  registered_models: z
    .array(
      z.object({
        name: z.string(),
        description: maybe,
        creation_timestamp: whole.default(0),
        last_updated_timestamp: whole.default(0),
        tags: pairs,
        aliases: z.array(z.object({ alias: z.string(), version: whole })).default([]),
      }),
    )
    .default([]),
  next_page_token: token,
})

const versionPage = z.object({
  model_versions: z
    .array(
      z.object({
        name: z.string(),
        version: whole,
        description: maybe,
        user_id: maybe,
        current_stage: z.string().default('None'),
        source: z.string().default(''),
        run_id: maybe,
        run_link: maybe,
        model_id: maybe,
        creation_timestamp: whole.default(0),
        last_updated_timestamp: whole.default(0),
        tags: pairs,
      }),
    )
    .default([]),
  next_page_token: token,
})

const filePage = z.object({
  files: z
    .array(z.object({ path: z.string(), is_dir: z.boolean().default(false), file_size: whole.optional() }))
    .default([]),
})

/** The models of an MLflow server, by its REST API. */
export function openServerModels(address: string, access: ServerAccess): ModelSource {
  const caller = openCaller(address, access)
  return {
    logged: () => ifKnown(readLogged(caller)),
    registered: () => ifKnown(readRegistered(caller)),
    close: () => undefined,
  }
}

/** What a server gives; nothing where it does not know the address. */
async function* ifKnown<T>(all: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* all
  } catch (error) {
    if (!isUnknownAddress(error)) throw error
  }
}

async function* readLogged(caller: Caller): AsyncGenerator<SourceLoggedModel> {
  for (const experiment of await readExperiments(caller)) {
    let next = ''
    do {
      const body = { experiment_ids: [experiment.id], max_results: 50, page_token: next }
      const page = await call(caller, loggedPage, { path: 'logged-models/search', body })
      for (const { info, data } of page.models) {
        yield {
          id: info.model_id,
          experiment: experiment.name,
          name: info.name,
          modelType: info.model_type,
          sourceRunId: info.source_run_id,
          status: readModelStatus(info.status),
          // A server does not show those in its trash.
          deleted: false,
          createdMs: info.creation_timestamp_ms,
          updatedMs: info.last_updated_timestamp_ms,
          params: data.params,
          tags: info.tags,
          metrics: data.metrics.map(({ key, value, step, ...metric }) => ({
            key,
            value,
            step,
            atMs: metric.timestamp,
            runId: metric.run_id,
            datasetName: metric.dataset_name,
            datasetDigest: metric.dataset_digest,
          })),
          artifactUri: info.artifact_uri,
          artifacts: () => {
            const place = /^mlflow-artifacts:\/*(.*)$/.exec(info.artifact_uri)?.[1]
            return place === undefined ? null : readProxied(caller, place, '')
          },
        }
      }
      next = page.next_page_token
    } while (next !== '')
  }
}

/** Files that the server itself keeps. */
async function* readProxied(caller: Caller, root: string, path: string): AsyncGenerator<SourceArtifact> {
  const query = { path: path === '' ? root : `${root}/${path}` }
  const page = await call(caller, filePage, { path: '../mlflow-artifacts/artifacts', query })
  for (const file of page.files) {
    const inner = path === '' ? file.path : `${path}/${file.path}`
    if (file.is_dir) {
      yield* readProxied(caller, root, inner)
      continue
    }
    const address = `${root}/${inner}`.split('/').map(encodeURIComponent).join('/')
    yield {
      path: inner,
      sizeBytes: file.file_size ?? null,
      open: () => downloadFrom(caller, `${caller.base}/api/2.0/mlflow-artifacts/artifacts/${address}`),
    }
  }
}

async function* readRegistered(caller: Caller): AsyncGenerator<SourceRegisteredModel> {
  // Prompts are kept among them, and shown only to who asks for prompts.
  for (const filter of ['', `tags.\`${promptTag}\` = 'true'`]) {
    let next = ''
    do {
      const query = { filter, max_results: '100', page_token: next }
      const page = await call(caller, registeredPage, { path: 'registered-models/search', query })
      for (const model of page.registered_models) {
        yield {
          name: model.name,
          description: model.description,
          createdMs: model.creation_timestamp,
          updatedMs: model.last_updated_timestamp,
          tags: model.tags,
          aliases: Object.fromEntries(model.aliases.map(({ alias, version }) => [alias, version])),
          versions: await readVersions(caller, model.name),
        }
      }
      next = page.next_page_token
    } while (next !== '')
  }
}

async function readVersions(caller: Caller, name: string): Promise<SourceVersion[]> {
  const found: SourceVersion[] = []
  let next = ''
  do {
    const query = { filter: byName(name), max_results: '1000', page_token: next }
    const page = await call(caller, versionPage, { path: 'model-versions/search', query })
    for (const version of page.model_versions) {
      if (version.name !== name) continue
      found.push({
        version: version.version,
        description: version.description,
        userId: version.user_id,
        stage: version.current_stage,
        source: version.source,
        storageUri: await readStorage(caller, name, version.version),
        runId: version.run_id,
        runLink: version.run_link,
        modelId: modelIdOf(version.model_id, version.source),
        createdMs: version.creation_timestamp,
        updatedMs: version.last_updated_timestamp,
        tags: version.tags,
      })
    }
    next = page.next_page_token
  } while (next !== '')
  return found.sort((a, b) => a.version - b.version)
}

/** The filter's grammar has no escape: for a name with quotes of both kinds all versions are read. */
function byName(name: string): string {
  if (!name.includes("'")) return `name = '${name}'`
  return name.includes('"') ? '' : `name = "${name}"`
}

async function readStorage(caller: Caller, name: string, version: number): Promise<string | null> {
  const query = { name, version: String(version) }
  const place = z.object({ artifact_uri: maybe })
  return (await call(caller, place, { path: 'model-versions/get-download-uri', query })).artifact_uri
}
