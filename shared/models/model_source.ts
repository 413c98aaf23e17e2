import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Problem } from '../base/problem.ts'
import { getRun } from '../runs/run.ts'
import type { Store } from '../store/store.ts'
import { getLoggedModel } from './logged_model.ts'
import { getLatestVersions, getModelVersion, type ModelVersion } from './model_version.ts'
import { getVersionByAlias } from './registered_model.ts'

/** What a new version is said to come from. */
export interface WantedSource {
  source: string
  runId?: string | undefined
  modelId?: string | undefined
}

/** The same, with the place where its files are. */
export interface ResolvedSource {
  storageUri: string
  runId?: string | undefined
}

/**
 * Checks where a version is to come from, and finds its files: a URI of artifacts, `runs:/…`, `models:/m-…` (a
 * logged model), `models:/name/3`, `models:/name@alias` (another version). A path of this machine counts only
 * within the artifacts of the run or logged model that is named with it.
 * @throws Problem `parameter_invalid` if it could lead elsewhere, `not_found` if it names something that is not there
 */
export function resolveModelSource(store: Store, wanted: WantedSource): ResolvedSource {
  const { source, modelId } = wanted
  if (isLocal(source)) checkLocal(store, wanted)
  else checkRemote(source)
  const found = source.startsWith('models:') ? resolveModelUri(store, source) : { storageUri: source }
  const runId = wanted.runId ?? found.runId
  if (runId !== undefined || modelId === undefined) return { storageUri: found.storageUri, runId }
  return { storageUri: found.storageUri, runId: getLoggedModel(store, modelId).sourceRunId ?? undefined }
}

function resolveModelUri(store: Store, uri: string): ResolvedSource {
  const path = uri.slice('models:'.length).replace(/^\/+/, '')
  if (/^m-[^/@]+$/.test(path)) {
    const model = getLoggedModel(store, path)
    return { storageUri: model.artifactUri, runId: model.sourceRunId ?? undefined }
  }
  const version = resolveVersion(store, path)
  if (version === undefined) {
    throw new Problem(
      'parameter_invalid',
      `Invalid model version source: '${uri}'. It names no version of a model.`,
    )
  }
  return { storageUri: version.storageUri, runId: version.runId ?? undefined }
}

function resolveVersion(store: Store, path: string): ModelVersion | undefined {
  const aliased = /^([^/@]+)@([^/@]+)$/.exec(path)
  if (aliased !== null) return getVersionByAlias(store, aliased[1] ?? '', aliased[2] ?? '')
  const [name = '', which = '', more] = path.split('/')
  if (name === '' || which === '' || more !== undefined) return undefined
  if (/^\d+$/.test(which)) return getModelVersion(store, name, which)
  if (which.toLowerCase() === 'latest') return getVersionByAlias(store, name, which)
  return getLatestVersions(store, name, [which])[0]
}

function isLocal(source: string): boolean {
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(source)?.[1]?.toLowerCase()
  // A single letter is a drive of Windows.
  return scheme === undefined || scheme === 'file' || scheme.length === 1
}

function checkLocal(store: Store, { source, runId, modelId }: WantedSource): void {
  const roots: string[] = []
  if (modelId !== undefined) roots.push(getLoggedModel(store, modelId).artifactUri)
  else if (runId !== undefined) roots.push(getRun(store, runId).artifactUri)
  const path = localPath(source)
  const inside = roots.filter(isLocal).some((root) => {
    const folder = localPath(root)
    return path === folder || path.startsWith(folder + sep)
  })
  if (inside) return
  const parameter = modelId === undefined ? 'run_id' : 'model_id'
  throw new Problem(
    'parameter_invalid',
    `Invalid model version source: '${source}'. To use a local path as a model version source, the ${parameter} ` +
      'request parameter has to be specified and the local path has to be contained within the artifact directory ' +
      `of the run specified by the ${parameter}.`,
  )
}

function localPath(source: string): string {
  if (!source.toLowerCase().startsWith('file:')) return resolve(source)
  try {
    return fileURLToPath(source)
  } catch {
    throw new Problem(
      'parameter_invalid',
      `Invalid model version source: '${source}' is not a valid remote uri.`,
    )
  }
}

function checkRemote(source: string): void {
  let text = source
  for (let round = 0; round < 10 && /%[0-9a-fA-F]{2}|\+/.test(text); round++) text = unquote(text)
  const path = text
    .replace(/^[^:]*:/, '')
    .replace(/^\/\/[^/?#]*/, '')
    .replace(/[?#].*$/s, '')
  const segments = path.split('/')
  const climbs = text.split('/').includes('..') || segments.includes('.')
  const relative = path !== '' && !path.startsWith('/')
  if (!climbs && !relative && !text.includes('\0')) return
  throw new Problem(
    'parameter_invalid',
    `Invalid model version source: '${source}'. If supplying a source as an http, https, local file path, ftp, ` +
      'objectstore, or mlflow-artifacts uri, an absolute path must be provided without relative path references ' +
      'present. Please provide an absolute path.',
  )
}

function unquote(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return spaced.replace(/%([0-7][0-9a-fA-F])/g, (_escape, hex: string) =>
      String.fromCharCode(parseInt(hex, 16)),
    )
  }
}
