import { artifactPathOfUri } from '../runs/artifact_path.ts'
import type { Store } from '../store/store.ts'

/** What registered models stand on and no clean-up may take. */
export interface Pinned {
  /** Runs that versions of registered models came from. */
  runs: ReadonlySet<string>
  /** Places among the artifacts that versions and logged models name. */
  paths: ReadonlySet<string>
}

/** What registered and logged models stand on. */
export function pinnedByModels(store: Store): Pinned {
  const versions = store.all('SELECT source, storage_uri, run_id FROM model_version')
  const models = store.all('SELECT artifact_uri FROM logged_model WHERE deleted_ms IS NULL')
  const uris = [
    ...versions.flatMap((row) => [row['source'], row['storage_uri']]),
    ...models.map((row) => row['artifact_uri']),
  ] as string[]
  const named = uris.flatMap((uri) => /^runs:\/+([^/]+)/.exec(uri)?.[1] ?? [])
  const runs = versions.flatMap((row) => (row['run_id'] === null ? [] : [row['run_id'] as string]))
  return { runs: new Set([...runs, ...named]), paths: new Set(uris.flatMap((uri) => pathOf(uri) ?? [])) }
}

function pathOf(uri: string): string | null {
  try {
    return artifactPathOfUri(uri)
  } catch {
    // A URI that leads out of the artifacts names none of them.
    return null
  }
}
