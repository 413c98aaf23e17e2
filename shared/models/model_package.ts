import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { parseLooseJson } from '../base/json.ts'
import { Problem } from '../base/problem.ts'
import { parseSignature, type Signature } from './signature.ts'

/** A model in a folder, in MLflow's format, as its MLmodel file tells. */
export interface ModelPackage {
  folder: string
  /** `sklearn`, `xgboost`, `python_function`… with what each needs to be loaded. */
  flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  signature: Signature
  /** Folders that are to be importable, absolute. */
  code: readonly string[]
  /** Python that it was made with, such as 3.11.4; null if it does not say. */
  pythonVersion: string | null
  runId: string | null
  modelId: string | null
  /** Rows that the model can answer, in the form of a request's body; null if it brings none. */
  example: unknown
}

/**
 * Reads a package without loading the model.
 * @throws Problem `not_found` if the folder holds none, `bad_request` if its MLmodel cannot be read
 */
export function readModelPackage(folder: string): ModelPackage {
  const path = join(folder, 'MLmodel')
  if (!existsSync(path)) {
    throw new Problem('not_found', `"${folder}" holds no model: there is no file MLmodel`, {
      hint: 'Fit a model in a cell that Daybook tracks, or log one: mlflow.sklearn.log_model(model, name="model").',
    })
  }
  let told: Record<string, unknown>
  try {
    told = parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch (error) {
    throw new Problem('bad_request', `Cannot read "${path}": ${(error as Error).message}`, { cause: error })
  }
  const flavors = (told['flavors'] ?? {}) as ModelPackage['flavors']
  const python = flavors['python_function'] ?? {}
  const code = typeof python['code'] === 'string' ? [join(folder, python['code'])] : []
  const text = (key: string): string | null => (typeof told[key] === 'string' ? told[key] : null)
  return {
    folder,
    flavors,
    signature: parseSignature(told['signature']),
    code,
    pythonVersion: typeof python['python_version'] === 'string' ? python['python_version'] : null,
    runId: text('run_id'),
    modelId: text('model_id'),
    example: readExample(folder, told['saved_input_example_info']),
  }
}

/** The example in the form of a body of `/invocations`, whichever of its two files is there. */
function readExample(folder: string, info: unknown): unknown {
  const named = (typeof info === 'object' && info !== null ? info : {}) as Record<string, unknown>
  const served = named['serving_input_path']
  try {
    if (typeof served === 'string' && existsSync(join(folder, served)))
      return parseLooseJson(readFileSync(join(folder, served), 'utf8'))
    const plain = named['artifact_path']
    if (typeof plain !== 'string' || named['type'] !== 'dataframe') return null
    const split = parseLooseJson(readFileSync(join(folder, plain), 'utf8'))
    return { dataframe_split: split }
  } catch {
    return null
  }
}
