import type { IncomingMessage } from 'node:http'
import { joinArtifactPath, parseArtifactPath, type ArtifactPath } from '../../runs/artifact_path.ts'
import { abortUpload, beginUpload, checkNumber, completeUpload, takePart } from '../../runs/multipart.ts'
import { receiveBytes } from './artifact_file.ts'
import { pathOf } from './artifact_proxy.ts'
import { parseBody, readBody } from './request.ts'
import type { JsonRoute, Route, StreamRoute } from './route.ts'
import { integer, listOf, objectOf, readParams, required, text } from './validation.ts'

const base = '/api/2.0/mlflow-artifacts/mpu'

const create: StreamRoute['handle'] = async ({ artifactsDir }, request, response, { rest }) => {
  pathOf(rest)
  const body = parseBody(await readBody(request, 1_000_000), 'POST', request.headers['content-type'])
  const params = readParams(body, { path: required(text), num_parts: integer })
  const parts = params.num_parts ?? 1
  checkNumber(parts)
  const uploadId = beginUpload(artifactsDir)
  const headers = authorization(request)
  const credentials = Array.from({ length: parts }, (_none, i) => ({
    url: `${addressOf(request)}/part/${uploadId}/${i + 1}`,
    part_number: i + 1,
    headers,
  }))
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ upload_id: uploadId, credentials }))
}

const takeOne: StreamRoute['handle'] = async ({ artifactsDir }, request, response, { parts }) => {
  const { upload_id: uploadId = '', number = '' } = parts
  const { sha256 } = await receiveBytes(request, (bytes) =>
    takePart(artifactsDir, uploadId, Number(number), bytes),
  )
  response.writeHead(200, { 'content-type': 'application/json', etag: `"${sha256}"` }).end('{}')
}

const complete: JsonRoute['handle'] = async ({ store, artifactsDir, clock }, raw) => {
  const params = readParams(raw, {
    '*': text,
    path: required(text),
    upload_id: required(text),
    parts: required(listOf(objectOf({ part_number: required(integer), etag: required(text) }))),
  })
  const path = targetOf(params['*'] ?? '', params.path)
  const parts = params.parts.map((part) => ({
    number: part.part_number,
    sha256: part.etag.replaceAll('"', ''),
  }))
  const target = { path, uploadId: params.upload_id, nowMs: clock.nowMs() }
  await completeUpload(store, artifactsDir, target, parts)
  return {}
}

const abort: JsonRoute['handle'] = ({ artifactsDir }, raw) => {
  abortUpload(artifactsDir, readParams(raw, { upload_id: required(text) }).upload_id)
  return {}
}

/** The client names its own file, with the folder where it lies there; only the name counts here. */
function targetOf(folder: string, localFile: string): ArtifactPath {
  const name = localFile.split(/[/\\]/).at(-1) ?? ''
  return joinArtifactPath(parseArtifactPath(folder), parseArtifactPath(name))
}

/** The address under which the client reaches us, with the capability in its path, if there is one. */
function addressOf(request: IncomingMessage): string {
  const prefix = (request.url ?? '').replace(/\/(ajax-)?api\/2\.0\/.*$/s, '')
  return `http://${request.headers.host ?? '127.0.0.1'}${prefix}${base}`
}

/** Parts are sent by plain requests that carry nothing of the client's settings. */
function authorization(request: IncomingMessage): Record<string, string> {
  const { authorization: given } = request.headers
  return given === undefined ? {} : { Authorization: given }
}

/** A file in parts, for clients that are told to upload large files so (MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD). */
export const artifactPartRoutes: readonly Route[] = [
  { kind: 'stream', method: 'POST', path: `${base}/create/*`, handle: create },
  { kind: 'stream', method: 'PUT', path: `${base}/part/:upload_id/:number`, handle: takeOne },
  { kind: 'json', method: 'POST', path: `${base}/complete/*`, handle: complete },
  { kind: 'json', method: 'POST', path: `${base}/abort/*`, handle: abort },
]
