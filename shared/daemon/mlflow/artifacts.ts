import { getLoggedModel } from '../../models/logged_model.ts'
import { getModelVersion } from '../../models/model_version.ts'
import { listArtifacts } from '../../runs/artifact.ts'
import {
  artifactPathOfUri,
  joinArtifactPath,
  parseArtifactPath,
  type ArtifactPath,
} from '../../runs/artifact_path.ts'
import { getRun } from '../../runs/run.ts'
import { receiveArtifact, sendArtifact } from './artifact_file.ts'
import { listed } from './pairs.ts'
import { MlflowProblem } from './problem.ts'
import type { JsonRoute, Route, RouteContext, StreamRoute } from './route.ts'
import { readParams, required, text } from './validation.ts'

const list: JsonRoute['handle'] = (context, raw) => {
  const params = readParams(raw, { run_id: required(text), path: text })
  const run = getRun(context.store, params.run_id)
  return { root_uri: run.artifactUri, files: filesBelow(context, run.artifactUri, params.path) }
}

const listOfModel: JsonRoute['handle'] = (context, raw) => {
  const params = readParams(raw, { model_id: required(text), artifact_directory_path: text })
  const { artifactUri } = getLoggedModel(context.store, params.model_id)
  return { root_uri: artifactUri, files: filesBelow(context, artifactUri, params.artifact_directory_path) }
}

const sendOfRun: StreamRoute['handle'] = async (context, request, response, { query }) => {
  const params = readParams(query, { run_id: required(text), path: required(text) })
  const path = parseArtifactPath(params.path)
  const { artifactUri } = getRun(context.store, params.run_id)
  await sendArtifact(context, joinArtifactPath(rootOf(artifactUri), path), { request, response })
}

const sendOfVersion: StreamRoute['handle'] = async (context, request, response, { query }) => {
  const params = readParams(query, { name: required(text), version: required(text), path: required(text) })
  const path = parseArtifactPath(params.path)
  const { storageUri } = getModelVersion(context.store, params.name, params.version)
  await sendArtifact(context, joinArtifactPath(rootOf(storageUri), path), { request, response })
}

const sendOfModel: StreamRoute['handle'] = async (context, request, response, { parts, query }) => {
  const wanted = query['artifact_file_path']
  if (typeof wanted !== 'string' || wanted === '') {
    throw new MlflowProblem('BAD_REQUEST', 'Request must include the "artifact_file_path" query parameter.')
  }
  const path = parseArtifactPath(wanted)
  const { artifactUri } = getLoggedModel(context.store, parts['model_id'] ?? '')
  await sendArtifact(context, joinArtifactPath(rootOf(artifactUri), path), { request, response })
}

const maxUploadBytes = 10 * 1024 * 1024

const upload: StreamRoute['handle'] = async (context, request, response, { query }) => {
  const runId = query['run_uuid'] ?? query['run_id']
  const { path } = query
  if (typeof runId !== 'string' || runId === '') throw badRequest('Request must specify run_uuid.')
  if (typeof path !== 'string' || path === '') throw badRequest('Request must specify path.')
  const target = parseArtifactPath(path)
  const length = Number(request.headers['content-length'] ?? 0)
  if (length > maxUploadBytes) throw badRequest('Artifact size is too large. Max size is 10MB.')
  if (length === 0 && request.headers['transfer-encoding'] === undefined) {
    throw badRequest('Request must specify data.')
  }
  const { artifactUri, id } = getRun(context.store, runId)
  await receiveArtifact(context, joinArtifactPath(rootOf(artifactUri), target), request)
  context.changed('runs', [id])
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
}

function badRequest(message: string): MlflowProblem {
  return new MlflowProblem('INVALID_PARAMETER_VALUE', message)
}

/** One level of files as MLflow lists them, with paths below the root. */
function filesBelow(context: RouteContext, rootUri: string, path: string | undefined): unknown {
  const below = parseArtifactPath(path ?? '')
  const root = rootOf(rootUri)
  const entries = listArtifacts(context.artifactsDir, joinArtifactPath(root, below))
  return listed(
    entries.map(({ path: full, isDir, sizeBytes }) => ({
      path: root === '' ? full : full.slice(root.length + 1),
      is_dir: isDir,
      file_size: sizeBytes ?? undefined,
    })),
  )
}

/**
 * Where a root lies among our artifacts. Only those are served: a place that somebody merely wrote into an
 * experiment must not make every file of this machine readable.
 * @throws MlflowProblem if the artifacts are kept elsewhere
 */
function rootOf(uri: string): ArtifactPath {
  const path = artifactPathOfUri(uri)
  if (path !== null) return path
  throw new MlflowProblem(
    'INVALID_PARAMETER_VALUE',
    `These artifacts are not kept by Daybook but at '${uri}': read them from there`,
  )
}

/** What runs, versions of models and logged models have among the artifacts. */
export const artifactRoutes: readonly Route[] = [
  { kind: 'json', method: 'GET', path: 'artifacts/list', handle: list },
  { kind: 'json', method: 'GET', path: 'logged-models/:model_id/artifacts/directories', handle: listOfModel },
  { kind: 'stream', method: 'GET', path: '/get-artifact', handle: sendOfRun },
  { kind: 'stream', method: 'GET', path: '/model-versions/get-artifact', handle: sendOfVersion },
  {
    kind: 'stream',
    method: 'GET',
    path: '/api/2.0/mlflow/logged-models/:model_id/artifacts/files',
    handle: sendOfModel,
  },
  { kind: 'stream', method: 'POST', path: '/api/2.0/mlflow/upload-artifact', handle: upload },
]
