import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { z } from 'zod'
import { parseLooseJson } from '../base/json.ts'
import { Problem } from '../base/problem.ts'
import {
  importFailed,
  readStatus,
  type ImportSource,
  type SourceArtifact,
  type SourceExperiment,
  type SourceRun,
} from './import_source.ts'
import type { MetricPoint } from './logging.ts'

/** A whole number as MLflow's JSON has it: as a number, or as text where it may have 64 bits. */
export const whole = z.union([z.number(), z.string().transform(Number)])
/** Tags and the like as MLflow's JSON has them: a list of keys with values, maybe left out. */
export const pairs = z
  .array(z.object({ key: z.string(), value: z.string().default('') }))
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])))

const experimentPage = z.object({
  experiments: z
    .array(
      z.object({
        experiment_id: z.string(),
        name: z.string(),
        lifecycle_stage: z.string().default('active'),
        creation_time: whole.default(0),
        tags: pairs,
      }),
    )
    .default([]),
  next_page_token: z.string().default(''),
})

const run = z.object({
  info: z.object({
    run_id: z.string(),
    run_name: z.string().default(''),
    user_id: z.string().default('unknown'),
    status: z.string().default('RUNNING'),
    start_time: whole.default(0),
    end_time: whole.optional(),
    lifecycle_stage: z.string().default('active'),
    artifact_uri: z.string().default(''),
  }),
  data: z
    .object({ metrics: z.array(z.object({ key: z.string() })).default([]), params: pairs, tags: pairs })
    .prefault({}),
  inputs: z
    .object({
      dataset_inputs: z
        .array(
          z.object({
            tags: pairs,
            dataset: z.object({
              name: z.string(),
              digest: z.string(),
              source_type: z.string().default(''),
              source: z.string().default(''),
              schema: z.string().nullish().default(null),
              profile: z.string().nullish().default(null),
            }),
          }),
        )
        .default([]),
      model_inputs: z.array(z.object({ model_id: z.string() })).default([]),
    })
    .prefault({}),
  outputs: z
    .object({
      model_outputs: z.array(z.object({ model_id: z.string(), step: whole.default(0) })).default([]),
    })
    .prefault({}),
})

const runPage = z.object({ runs: z.array(run).default([]), next_page_token: z.string().default('') })

const history = z.object({
  metrics: z
    .array(
      z.object({
        key: z.string(),
        value: z.union([z.number(), z.string().transform(Number)]),
        timestamp: whole.default(0),
        step: whole.default(0),
      }),
    )
    .default([]),
  next_page_token: z.string().default(''),
})

const filePage = z.object({
  files: z
    .array(z.object({ path: z.string(), is_dir: z.boolean().default(false), file_size: whole.optional() }))
    .default([]),
  next_page_token: z.string().default(''),
})

/** How a server is reached. */
export interface ServerAccess {
  /** Sent as Bearer; name and password may stand in the address instead. */
  token?: string
  signal?: AbortSignal
}

/**
 * An MLflow server, by its REST API.
 * @throws Problem `import_failed` if nobody answers there
 */
export function openMlflowServer(address: string, access: ServerAccess = {}): ImportSource {
  const caller = openCaller(address, access)
  return {
    what: `the MLflow server at ${caller.base}`,
    experiments: () => readExperiments(caller),
    runs: (experiment) => readRuns(caller, experiment),
    close: () => undefined,
  }
}

/** A server, and what is sent with each request. */
export interface Caller {
  base: string
  headers: Record<string, string>
  access: ServerAccess
}

/** How a server at an address is asked. */
export function openCaller(address: string, access: ServerAccess): Caller {
  const url = new URL(address)
  const caller: Caller = { base: `${url.origin}${url.pathname.replace(/\/+$/, '')}`, headers: {}, access }
  if (access.token !== undefined) caller.headers['authorization'] = `Bearer ${access.token}`
  else if (url.username !== '') {
    const both = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    caller.headers['authorization'] = `Basic ${Buffer.from(both).toString('base64')}`
  }
  return caller
}

/** All experiments of a server. */
export async function readExperiments(caller: Caller): Promise<SourceExperiment[]> {
  const found: SourceExperiment[] = []
  let token = ''
  do {
    const body = { max_results: 1000, view_type: 'ALL', page_token: token, order_by: ['experiment_id ASC'] }
    const page = await call(caller, experimentPage, { path: 'experiments/search', body })
    for (const each of page.experiments) {
      const { experiment_id: id, name, tags, creation_time: createdMs, lifecycle_stage } = each
      found.push({ id, name, tags, createdMs, deleted: lifecycle_stage === 'deleted' })
    }
    token = page.next_page_token
  } while (token !== '')
  return found
}

async function* readRuns(caller: Caller, experiment: SourceExperiment): AsyncGenerator<SourceRun> {
  let token = ''
  do {
    const body = {
      experiment_ids: [experiment.id],
      max_results: 200,
      run_view_type: 'ALL',
      page_token: token,
    }
    const page = await call(caller, runPage, { path: 'runs/search', body })
    for (const each of page.runs) yield toRun(caller, each)
    token = page.next_page_token
  } while (token !== '')
}

function toRun(caller: Caller, { info, data, inputs, outputs }: z.output<typeof run>): SourceRun {
  return {
    id: info.run_id,
    name: info.run_name,
    userId: info.user_id,
    status: readStatus(info.status),
    startMs: info.start_time,
    endMs: info.end_time ?? null,
    // A server does not tell when.
    deletedMs: info.lifecycle_stage === 'deleted' ? (info.end_time ?? info.start_time) : null,
    params: data.params,
    tags: data.tags,
    datasets: inputs.dataset_inputs.map(({ tags, dataset }) => ({
      name: dataset.name,
      digest: dataset.digest,
      sourceType: dataset.source_type,
      source: dataset.source,
      schema: dataset.schema ?? null,
      profile: dataset.profile ?? null,
      tags,
    })),
    modelInputs: inputs.model_inputs.map((model) => model.model_id),
    modelOutputs: outputs.model_outputs.map((model) => ({ modelId: model.model_id, step: model.step })),
    artifactUri: info.artifact_uri,
    metrics: () =>
      readHistories(
        caller,
        info.run_id,
        data.metrics.map((metric) => metric.key),
      ),
    artifacts: () => readFolder(caller, info.run_id, ''),
  }
}

async function* readHistories(
  caller: Caller,
  runId: string,
  keys: readonly string[],
): AsyncGenerator<readonly MetricPoint[]> {
  for (const key of keys) {
    let token = ''
    do {
      const query = { run_id: runId, metric_key: key, max_results: '10000', page_token: token }
      const page = await call(caller, history, { path: 'metrics/get-history', query })
      yield page.metrics.map(({ value, timestamp, step }) => ({ key, value, step, atMs: timestamp }))
      token = page.next_page_token
    } while (token !== '')
  }
}

async function* readFolder(caller: Caller, runId: string, path: string): AsyncGenerator<SourceArtifact> {
  let token = ''
  do {
    const query = {
      run_id: runId,
      ...(path === '' ? {} : { path }),
      ...(token === '' ? {} : { page_token: token }),
    }
    const page = await call(caller, filePage, { path: 'artifacts/list', query })
    for (const file of page.files) {
      if (file.is_dir) yield* readFolder(caller, runId, file.path)
      else {
        yield {
          path: file.path,
          sizeBytes: file.file_size ?? null,
          open: () => download(caller, { run_id: runId, path: file.path }),
        }
      }
    }
    token = page.next_page_token
  } while (token !== '')
}

async function download(caller: Caller, query: Record<string, string>): Promise<Readable> {
  return downloadFrom(caller, `${caller.base}/get-artifact?${new URLSearchParams(query).toString()}`)
}

/**
 * The bytes at an address of the server.
 * @throws Problem `import_failed`
 */
export async function downloadFrom(caller: Caller, url: string): Promise<Readable> {
  const response = await request(caller, url, {})
  if (!response.ok || response.body === null) throw refused(url, response.status, await response.text())
  return Readable.fromWeb(response.body as ReadableStream<Uint8Array>)
}

/**
 * Asks the server's API; a GET unless there is a body.
 * @param wanted.path below `/api/2.0/mlflow/`
 * @throws Problem `import_failed`
 */
export async function call<T>(
  caller: Caller,
  schema: z.ZodType<T>,
  { path, body, query }: { path: string; body?: object; query?: Record<string, string> },
): Promise<T> {
  const params = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`
  const url = `${caller.base}/api/2.0/mlflow/${path}${params}`
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await request(caller, url, body === undefined ? {} : post)
  const text = await response.text()
  if (!response.ok) throw refused(url, response.status, text)
  try {
    return schema.parse(parseLooseJson(text))
  } catch (error) {
    throw importFailed(`Cannot understand the answer of ${url}`, error)
  }
}

async function request(caller: Caller, url: string, options: RequestInit): Promise<Response> {
  const headers = { ...caller.headers, ...(options.headers as Record<string, string> | undefined) }
  const { signal } = caller.access
  try {
    return await fetch(url, { ...options, headers, ...(signal === undefined ? {} : { signal }) })
  } catch (error) {
    if (signal?.aborted === true) throw error
    const cause = (error as { cause?: Error }).cause?.message ?? (error as Error).message
    throw importFailed(`Cannot reach ${caller.base}: ${cause}`, error)
  }
}

/** Whether a server said that it has no such address: an older MLflow lacks some. */
export function isUnknownAddress(error: unknown): boolean {
  return error instanceof Problem && error.details?.['status'] === 404
}

function refused(url: string, status: number, text: string): Problem {
  return new Problem('import_failed', `The server refused ${url}: ${status} ${text.slice(0, 200)}`, {
    hint: 'See whether the address is right, and whether the server wants a token: --token.',
    details: { status },
  })
}
