import { join } from 'node:path'
import type { BatchModel } from '../../api/deployment_methods.ts'
import type { StatePaths } from '../../base/project.ts'
import { readModelPackage } from '../../models/model_package.ts'
import { deploymentFiles } from '../../serving/deployment_files.ts'
import { listDeploymentRecords } from '../../serving/deployment_record.ts'
import type { Store } from '../../store/store.ts'
import { pythonFolder, type Kernels } from '../kernels.ts'
import { lineageOf } from '../model_lineage.ts'
import { findModel } from './model_reference.ts'
import { checkPackage, refuseMissing, refuseUntrusted } from './package_files.ts'
import { packageNotes } from './package_notes.ts'

/** Which model is to answer a table. */
export interface WantedBatch {
  /** A deployment's name, whose champion answers then, or a model as for deploying. */
  model: string
  python: string | null
  trust: boolean
}

/**
 * What is needed to ask a model about a table without deploying it.
 * @throws Problem as for deploying: what is missing, or not to be trusted
 */
export async function findBatchModel(
  parts: { store: Store; paths: StatePaths; kernels: Kernels },
  wanted: WantedBatch,
): Promise<BatchModel> {
  const { store, paths, kernels } = parts
  const program = join(pythonFolder(), 'daybook', 'serve', 'start.py')
  const record = listDeploymentRecords(paths.dir).find(({ name }) => name === wanted.model)
  const champion = record?.revisions.find(({ revision }) => revision === record.champion)
  if (record !== undefined && champion !== undefined) {
    const { folder, python, modelUri, revision, runId, notes } = champion
    const log = { folder: deploymentFiles(paths.dir, record.name).predictions, revision }
    const source = runId === null ? modelUri : `runs:/${runId}/`
    const { training } = lineageOf(store, paths.artifacts, source)
    return { modelUri, folder, python: wanted.python ?? python, program, training, log, notes: [...notes] }
  }
  const found = findModel({ store, artifactsDir: paths.artifacts, root: paths.root }, wanted.model)
  const python = wanted.python ?? found.python ?? (await kernels.projectPython())
  const check = await checkPackage(python, program, found.folder)
  refuseMissing(check)
  if (!wanted.trust) refuseUntrusted(found, check)
  const source = found.runId === null ? found.uri : `runs:/${found.runId}/`
  return {
    ...{ modelUri: found.uri, folder: found.folder, python, program, log: null },
    training: lineageOf(store, paths.artifacts, source).training,
    notes: packageNotes(readModelPackage(found.folder), check, found.cells),
  }
}
