import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Problem } from '../base/problem.ts'
import { searchLoggedModels } from '../models/logged_model_search.ts'
import { resolveModelSource } from '../models/model_source.ts'
import { artifactPathOfUri } from '../runs/artifact_path.ts'
import { resolveExisting } from '../runs/artifact.ts'
import { findRunArtifact, listRunFiles } from '../runs/run_artifact.ts'
import { getRun } from '../runs/run.ts'
import type { Run } from '../runs/run_data.ts'
import type { Store } from '../store/store.ts'
import { runOfModel } from './model_lineage.ts'

/** Where models are looked for. */
export interface ModelPlaces {
  store: Store
  artifactsDir: string
  root: string
}

/** A model's package on this machine. */
export interface ModelFolder {
  folder: string
  /** Interpreter that made it; null if nobody knows. */
  python: string | null
}

/**
 * The package of a model: of a run by its id or first digits, `models:/NAME/VERSION`, `models:/NAME@ALIAS`, or a folder.
 * @throws Problem `not_found`
 */
export function findModelFolder(places: ModelPlaces, wanted: string): ModelFolder {
  const { store, artifactsDir, root } = places
  if (wanted.startsWith('models:')) {
    const { storageUri } = resolveModelSource(store, { source: wanted })
    const path = artifactPathOfUri(storageUri)
    const folder = path === null ? null : (resolveExisting(artifactsDir, path)?.file ?? null)
    const run = runOfModel(store, wanted)
    if (folder !== null) return { folder, python: run === null ? null : pythonOf(places, run) }
  } else if (/^[0-9a-f]{4,32}$/.test(wanted)) {
    const [row, second] = store.all(
      'SELECT id FROM run WHERE id >= ? AND id < ? LIMIT 2',
      wanted,
      `${wanted}g`,
    )
    if (row !== undefined && second === undefined) {
      const run = getRun(store, row['id'] as string)
      const folder = folderOfRun(places, run)
      if (folder !== null) return { folder, python: pythonOf(places, run) }
    }
  }
  const folder = resolve(root, wanted)
  if (existsSync(join(folder, 'MLmodel'))) return { folder, python: null }
  throw new Problem('not_found', `There is no model at "${wanted}"`, {
    hint: 'Give a run that kept one ("daybook runs --nested"), models:/NAME/VERSION, or a folder with a file MLmodel.',
  })
}

/** The newest model that a run logged. */
function folderOfRun({ store, artifactsDir }: ModelPlaces, run: Run): string | null {
  const logged = searchLoggedModels(store, {
    experimentIds: [run.experimentId],
    filter: `source_run_id = '${run.id}'`,
    maxResults: 1,
  }).models
  for (const { artifactUri } of logged) {
    const path = artifactPathOfUri(artifactUri)
    const folder = path === null ? null : (resolveExisting(artifactsDir, path)?.file ?? null)
    if (folder !== null && existsSync(join(folder, 'MLmodel'))) return folder
  }
  const file = listRunFiles({ artifactsDir, run }).find(({ path }) => /(^|\/)MLmodel$/.test(path))
  return file === undefined
    ? null
    : findRunArtifact({ artifactsDir, run }, file.path.replace(/\/?MLmodel$/, ''))
}

function pythonOf({ artifactsDir }: ModelPlaces, run: Run): string | null {
  const file = findRunArtifact({ artifactsDir, run }, 'daybook/environment.json')
  if (file === null) return null
  try {
    const { executable } = JSON.parse(readFileSync(file, 'utf8')) as { executable?: unknown }
    return typeof executable === 'string' ? executable : null
  } catch {
    return null
  }
}
