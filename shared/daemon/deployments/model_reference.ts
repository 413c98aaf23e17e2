import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { CapturedCell } from '../../api/run_methods.ts'
import { Problem } from '../../base/problem.ts'
import { searchLoggedModels } from '../../models/logged_model_search.ts'
import { getModelVersion } from '../../models/model_version.ts'
import { getVersionByAlias } from '../../models/registered_model.ts'
import { artifactPathOfUri, parseArtifactPath } from '../../runs/artifact_path.ts'
import { resolveExisting } from '../../runs/artifact.ts'
import { findRunArtifact, listRunFiles } from '../../runs/run_artifact.ts'
import { getRun } from '../../runs/run.ts'
import type { Run, RunId } from '../../runs/run_data.ts'
import type { Store } from '../../store/store.ts'

/** A model that was asked for, found on this machine. */
export interface FoundModel {
  /** `models:/NAME/VERSION`, `models:/m-…`, `runs:/ID/PATH` or the folder. */
  uri: string
  /** Its package. */
  folder: string
  runId: string | null
  /** The logged model, where MLflow made one. */
  modelId: string | null
  registered: { name: string; version: number } | null
  notebook: string | null
  /** Interpreter that made it; null if nobody knows. */
  python: string | null
  /** The code of the cells behind it, in the order in which they ran. */
  cells: readonly CapturedCell[]
  /** Whether it was made under Daybook's eyes on this machine. */
  known: boolean
}

/** Where models are looked for. */
export interface ModelPlaces {
  store: Store
  artifactsDir: string
  root: string
}

/**
 * Finds a model: a run by its id (or the first digits), a registered version, or a folder.
 * @throws Problem `not_found`, `bad_request` in words that say what there is instead
 */
export function findModel(places: ModelPlaces, wanted: string): FoundModel {
  if (wanted.startsWith('models:')) return findRegistered(places, wanted)
  const onRun = /^runs:\/+([0-9a-f]{32})\/(.+)$/.exec(wanted)
  if (onRun !== null) return inRun(places, getRun(places.store, onRun[1] ?? ''), onRun[2] ?? 'model')
  if (/^[0-9a-f]{4,32}$/.test(wanted)) {
    const found = findRun(places.store, wanted)
    if (found !== null) return findOfRun(places, found)
  }
  const folder = resolve(places.root, wanted)
  if (existsSync(join(folder, 'MLmodel'))) return { ...nothingKnown, uri: folder, folder }
  throw new Problem('not_found', `"${wanted}" is no run, no registered model and no folder with a model`, {
    hint: 'Give a run ("daybook runs" lists them), models:/NAME/VERSION, models:/NAME@ALIAS, or a folder with a file MLmodel.',
  })
}

const nothingKnown = {
  runId: null,
  modelId: null,
  registered: null,
  notebook: null,
  python: null,
  cells: [],
  known: false,
} as const

function findRun(store: Store, digits: string): Run | null {
  const rows = store.all('SELECT id FROM run WHERE id >= ? AND id < ? LIMIT 2', digits, `${digits}g`)
  if (rows.length > 1)
    throw new Problem('bad_request', `Several runs begin with ${digits}`, { hint: 'Give more digits.' })
  const id = rows[0]?.['id']
  return typeof id === 'string' ? getRun(store, id) : null
}

/** The model of a run: what it logged itself, else what the one run within it logged. */
function findOfRun(places: ModelPlaces, run: Run): FoundModel {
  const own = modelsOf(places, run)
  if (own.length > 0) return only(own, run.id)
  const children = childRuns(places.store, run.id).flatMap((child) => modelsOf(places, child))
  if (children.length > 0) return only(children, run.id)
  throw new Problem('not_found', `Run ${run.id.slice(0, 8)} has kept no model`, {
    hint: 'A fit of scikit-learn, XGBoost or LightGBM keeps its model by itself; others: mlflow.pytorch.log_model(model, name="model").',
  })
}

function only(found: readonly FoundModel[], runId: string): FoundModel {
  const [first, ...more] = found
  if (first !== undefined && more.length === 0) return first
  const list = found.map(({ uri, runId: of }) => `${of?.slice(0, 8) ?? ''} (${uri})`).join(', ')
  throw new Problem('bad_request', `Run ${runId.slice(0, 8)} holds ${found.length} models: ${list}`, {
    hint: 'Deploy one of these runs, or one of the addresses in brackets.',
  })
}

function modelsOf(places: ModelPlaces, run: Run): FoundModel[] {
  const { store, artifactsDir } = places
  const logged = searchLoggedModels(store, {
    experimentIds: [run.experimentId],
    filter: `source_run_id = '${run.id}'`,
    maxResults: 20,
  }).models
  const found = logged.flatMap((model): FoundModel[] => {
    const folder = folderOfUri(artifactsDir, model.artifactUri)
    if (folder === null || !existsSync(join(folder, 'MLmodel'))) return []
    return [{ ...aboutRun(places, run), uri: `models:/${model.id}`, folder, modelId: model.id }]
  })
  if (found.length > 0) return found
  return listRunFiles({ artifactsDir, run })
    .filter(({ path }) => /(^|\/)MLmodel$/.test(path))
    .map(({ path }) => inRun(places, run, path.replace(/\/?MLmodel$/, '')))
}

function inRun(places: ModelPlaces, run: Run, path: string): FoundModel {
  const folder = findRunArtifact({ artifactsDir: places.artifactsDir, run }, path)
  if (folder === null) throw new Problem('not_found', `Run ${run.id.slice(0, 8)} has no artifact "${path}"`)
  return { ...aboutRun(places, run), uri: `runs:/${run.id}/${path}`, folder }
}

function findRegistered(places: ModelPlaces, uri: string): FoundModel {
  const path = uri.slice('models:'.length).replace(/^\/+/, '')
  const aliased = /^([^/@]+)@([^/@]+)$/.exec(path)
  const [name = '', version = ''] = path.split('/')
  const found =
    aliased === null
      ? getModelVersion(places.store, name, version)
      : getVersionByAlias(places.store, aliased[1] ?? '', aliased[2] ?? '')
  const folder = folderOfUri(places.artifactsDir, found.storageUri) ?? runFolder(places, found.storageUri)
  if (folder === null) {
    throw new Problem(
      'not_found',
      `The files of ${found.name} version ${found.version} are not on this machine: ${found.storageUri}`,
    )
  }
  const run = found.runId === null ? null : findRun(places.store, found.runId)
  const about = run === null ? nothingKnown : aboutRun(places, run)
  return {
    ...about,
    uri: `models:/${found.name}/${found.version}`,
    folder,
    modelId: found.modelId,
    registered: { name: found.name, version: found.version },
  }
}

function aboutRun({ store, artifactsDir }: ModelPlaces, run: Run): Omit<FoundModel, 'uri' | 'folder'> {
  const capability = run.tags['daybook.capability']
  const known =
    capability !== undefined && store.get('SELECT 1 FROM capability WHERE id = ?', capability) !== undefined
  const json = (path: string): unknown => {
    const file = findRunArtifact({ artifactsDir, run }, path)
    try {
      return file === null ? null : JSON.parse(readFileSync(file, 'utf8'))
    } catch {
      return null
    }
  }
  const environment = json('daybook/environment.json') as { executable?: unknown } | null
  const cells = json('daybook/cells.json')
  return {
    runId: run.id,
    modelId: null,
    registered: null,
    notebook: run.tags['daybook.notebook'] ?? null,
    python: typeof environment?.executable === 'string' ? environment.executable : null,
    cells: Array.isArray(cells) ? (cells as CapturedCell[]) : [],
    known,
  }
}

function folderOfUri(artifactsDir: string, uri: string): string | null {
  const path = artifactPathOfUri(uri)
  return path === null ? null : (resolveExisting(artifactsDir, path)?.file ?? null)
}

function runFolder({ store, artifactsDir }: ModelPlaces, uri: string): string | null {
  const [, id = '', path = ''] = /^runs:\/+([0-9a-f]{32})\/(.+)$/.exec(uri) ?? []
  const run = id === '' ? null : findRun(store, id)
  return run === null ? null : findRunArtifact({ artifactsDir, run }, parseArtifactPath(path))
}

function childRuns(store: Store, runId: string): Run[] {
  const rows = store.all('SELECT id FROM run WHERE parent_id = ? AND deleted_ms IS NULL ORDER BY seq', runId)
  return rows.flatMap((row) => {
    const child = getRun(store, row['id'] as RunId)
    return [child, ...childRuns(store, child.id)]
  })
}
