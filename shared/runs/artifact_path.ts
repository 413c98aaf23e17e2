import { Problem } from '../base/problem.ts'

/** A path below an artifact root: segments with `/` between them, '' for the root itself. Safe to join with it. */
export type ArtifactPath = string & { readonly brand: 'ArtifactPath' }

/** Where uploads are collected until they are whole; a sibling of the experiments' folders that no path reaches. */
export const incomingFolder = '.incoming'

/**
 * The path a client sent, percent-decoded already where it came in an address. Refused is whatever could lead
 * out of the root on any system, also when somebody should decode it once more: `..`, absolute paths, drive
 * letters, backslashes, control characters. Doubled slashes and `.` segments are taken out.
 * @throws Problem `bad_request`, in MLflow's words
 */
export function parseArtifactPath(raw: string): ArtifactPath {
  const segments = raw.split('/').filter((segment) => segment !== '' && segment !== '.')
  const path = segments.join('/')
  // `./%2F` is harmless as it came, and absolute once it is cleaned and decoded: both are looked at.
  for (const reading of [...readings(raw), ...readings(path)]) {
    if (isUnsafe(reading)) {
      throw new Problem('bad_request', 'Invalid path', { details: { path: raw.slice(0, 200) } })
    }
  }
  return path as ArtifactPath
}

/** A path within a path. */
export function joinArtifactPath(parent: ArtifactPath, child: ArtifactPath): ArtifactPath {
  return (parent === '' || child === '' ? parent + child : `${parent}/${child}`) as ArtifactPath
}

/** The last segment. */
export function artifactName(path: ArtifactPath): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

/**
 * Where below the project's artifacts a URI points: `mlflow-artifacts:/1/<run>/artifacts` gives
 * `1/<run>/artifacts`; so does the address of the proxy itself. Null if it points elsewhere.
 * @throws Problem `bad_request` if it tries to leave the artifacts
 */
export function artifactPathOfUri(uri: string): ArtifactPath | null {
  const match =
    /^mlflow-artifacts:(?:\/\/\/?)?(?<path>(?:\/(?!\/).*)?|[^/].*)$/.exec(uri) ??
    /^https?:\/\/[^/]+\/(?:.*\/)?(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts(?<path>\/.*)?$/.exec(uri)
  if (match === null) return null
  return parseArtifactPath((match.groups?.['path'] ?? '').replace(/^\/+/, ''))
}

/** A URI below another: the path goes on, what stands after a `?` stays at the end. */
export function uriBelow(root: string, path: string): string {
  const at = root.search(/[?#]/)
  const [start, rest] = at < 0 ? [root, ''] : [root.slice(0, at), root.slice(at)]
  return `${start.replace(/\/+$/, '')}/${path}${rest}`
}

/** The text and what it becomes when decoded again and again: some proxies and clients decode twice. */
function* readings(raw: string): Generator<string> {
  let text = raw
  for (let round = 0; round < 10; round++) {
    yield text
    if (!text.includes('%')) return
    const decoded = decodeLeniently(text)
    if (decoded === text) return
    text = decoded
  }
}

/** Decodes the escapes that are valid and keeps the others, as Python's `unquote` does. */
function decodeLeniently(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => {
    const bytes = Buffer.from(escapes.replaceAll('%', ''), 'hex')
    return bytes.toString('utf8')
  })
}

function isUnsafe(path: string): boolean {
  return (
    path.startsWith('/') ||
    /[\\\u0000-\u001f\u007f]/.test(path) ||
    /^[a-zA-Z]:/.test(path) ||
    /^file:/i.test(path) ||
    path.split('/').includes('..') ||
    path.split('/', 1)[0] === incomingFolder
  )
}
