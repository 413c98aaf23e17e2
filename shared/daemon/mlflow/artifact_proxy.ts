import { listArtifacts, removeArtifacts } from '../../runs/artifact.ts'
import { artifactName, parseArtifactPath } from '../../runs/artifact_path.ts'
import { receiveArtifact, sendArtifact } from './artifact_file.ts'
import { listed } from './pairs.ts'
import { MlflowProblem } from './problem.ts'
import type { JsonRoute, Route, StreamRoute } from './route.ts'
import { readParams, text } from './validation.ts'

/** Percent-decodes once, as any path of an address is; the path is then checked for what it would become if decoded again. */
export function pathOf(rest: string): ReturnType<typeof parseArtifactPath> {
  try {
    return parseArtifactPath(decodeURIComponent(rest))
  } catch (error) {
    if (error instanceof URIError) throw new MlflowProblem('INVALID_PARAMETER_VALUE', 'Invalid path')
    throw error
  }
}

const download: StreamRoute['handle'] = async (context, request, response, { rest }) => {
  await sendArtifact(context, pathOf(rest), { request, response })
}

const upload: StreamRoute['handle'] = async (context, request, response, { rest }) => {
  const path = pathOf(rest)
  const { sha256 } = await receiveArtifact(context, path, request)
  const runId = /^\d+\/([^/]+)\/artifacts\//.exec(path)?.[1]
  if (runId !== undefined && runId !== 'models') context.changed('runs', [runId])
  response.writeHead(200, { 'content-type': 'application/json', etag: `"${sha256}"` }).end('{}')
}

const remove: JsonRoute['handle'] = ({ store, artifactsDir }, params) => {
  const path = params['*']
  removeArtifacts(store, artifactsDir, parseArtifactPath(typeof path === 'string' ? path : ''))
  return {}
}

const list: JsonRoute['handle'] = ({ artifactsDir }, raw) => {
  const { path } = readParams(raw, { path: text })
  const entries = listArtifacts(artifactsDir, parseArtifactPath(path ?? ''))
  return {
    files: listed(
      entries.map((entry) => ({
        path: artifactName(entry.path),
        is_dir: entry.isDir,
        file_size: entry.sizeBytes ?? undefined,
      })),
    ),
  }
}

/** The proxy through which clients reach `mlflow-artifacts:/…`: bytes up and down, lists, deletion. */
export const artifactProxyRoutes: readonly Route[] = [
  { kind: 'json', method: 'GET', path: '/api/2.0/mlflow-artifacts/artifacts', handle: list },
  { kind: 'stream', method: 'GET', path: '/api/2.0/mlflow-artifacts/artifacts/*', handle: download },
  { kind: 'stream', method: 'PUT', path: '/api/2.0/mlflow-artifacts/artifacts/*', handle: upload },
  { kind: 'json', method: 'DELETE', path: '/api/2.0/mlflow-artifacts/artifacts/*', handle: remove },
]
