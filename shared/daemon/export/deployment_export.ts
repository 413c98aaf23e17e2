import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExportedDeployment } from '../../api/deployment_methods.ts'
import { version } from '../../api/version.ts'
import { Problem } from '../../base/problem.ts'
import { readModelPackage, type ModelPackage } from '../../models/model_package.ts'
import type { DeploymentRecord, RevisionSpec } from '../../serving/revision_spec.ts'
import { composeFile, dockerfile, readme, type ExportFacts } from './image_files.ts'
import { inferenceService, kubernetesManifests } from './manifests.ts'

/** What is exported, and where to. */
export interface WantedExport {
  record: DeploymentRecord
  /** A revision; null: the champion. */
  revision: number | null
  /** Absolute. */
  to: string
  /** Name of the image; null: after the deployment and its revision. */
  image: string | null
  /** Folder of the Python module. */
  pythonFolder: string
  /** The server as one file; default: the one that is installed with Daybook. */
  bundle?: string
}

/** The same server as one file, beside the bundle that this module is in, or where the sources are built to. */
const installed = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../../dist/standalone.mjs' : './standalone.mjs',
    import.meta.url,
  ),
)

/**
 * Writes a revision as a folder that runs anywhere: the server in one file, the model, its packages pinned as they are
 * in the Python that serves it now, and the files for Docker, compose, Kubernetes and KServe.
 * @throws Problem if the folder holds something else, or the revision's files are gone
 */
export async function exportDeployment(wanted: WantedExport): Promise<ExportedDeployment> {
  const { record, to, pythonFolder, bundle = installed } = wanted
  const spec = revisionOf(record, wanted.revision)
  if (!existsSync(bundle))
    throw new Problem('not_found', `The server's file is not there: ${bundle}`, {
      hint: 'npm run build makes it.',
    })
  const former = join(to, 'deployment.json')
  if (existsSync(to) && readdirSync(to).length > 0 && !existsSync(former))
    throw new Problem('conflict', `${to} holds other things`, { hint: 'Name an empty folder: --to FOLDER.' })
  const model = readModelPackage(spec.folder)
  const converted = existsSync(join(spec.folder, 'daybook-onnx.json'))
  const { python, pins } = await pinsOf(spec, model, { pythonFolder, converted })
  const facts: ExportFacts = {
    ...{ name: record.name, revision: spec.revision, modelUri: spec.modelUri, python },
    image: wanted.image ?? `${record.name}:${spec.revision}`,
    openMp: pins.some((pin) => /^(lightgbm|xgboost)/i.test(pin)),
    ...{ workers: record.settings.workers, workerBytes: record.settings.memoryBytes },
  }
  for (const folder of ['model', 'python', 'kubernetes', 'kserve'])
    rmSync(join(to, folder), { recursive: true, force: true })
  mkdirSync(join(to, 'python', 'daybook'), { recursive: true })
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    writeFileSync(join(to, path), text)
  }
  // A pickle that nothing loads any more is left behind.
  const leave = converted ? ((model.flavors['sklearn']?.['pickled_model'] as string | undefined) ?? '') : ''
  cpSync(spec.folder, join(to, 'model'), {
    recursive: true,
    filter: (from) => leave === '' || relative(spec.folder, from) !== leave,
  })
  copyPython(join(pythonFolder, 'daybook', 'serve'), join(to, 'python', 'daybook', 'serve'))
  put(
    'python/daybook/__init__.py',
    '"""What answers for a model; the rest of Daybook is not needed for that."""\n',
  )
  cpSync(bundle, join(to, 'serve.mjs'))
  const { workers, memoryBytes, latencyGoalMs, maxWaitMs } = record.settings
  const settings = { workers, memoryBytes, latencyGoalMs, maxWaitMs }
  put(
    'deployment.json',
    `${JSON.stringify({ name: record.name, revision: spec.revision, modelUri: spec.modelUri, version, settings }, null, 2)}\n`,
  )
  put('checksums', checksumsOf(join(to, 'model')))
  put('requirements.txt', `${pins.join('\n')}\n`)
  put('Dockerfile', dockerfile(facts))
  put('.dockerignore', 'kubernetes\nkserve\ncompose.yaml\nREADME.md\n.venv\n')
  put('compose.yaml', composeFile(facts))
  put('README.md', readme(facts))
  for (const [name, text] of Object.entries(kubernetesManifests(facts))) put(`kubernetes/${name}`, text)
  put('kserve/inferenceservice.yaml', inferenceService(facts))
  for (const path of ['model', 'python', ...imageFiles]) letRead(join(to, path))
  return { folder: to, revision: spec.revision, modelUri: spec.modelUri, image: facts.image, packages: pins }
}

function revisionOf(record: DeploymentRecord, revision: number | null): RevisionSpec {
  const wanted = revision ?? record.champion
  const spec = record.revisions.find((one) => one.revision === wanted)
  if (spec === undefined || !existsSync(spec.folder)) {
    const kept = record.revisions.filter(({ folder }) => existsSync(folder)).map((one) => one.revision)
    throw new Problem(
      'not_found',
      `"${record.name}" has no revision ${wanted ?? ''} that could be exported`,
      {
        hint: `It has ${kept.join(', ')}.`,
      },
    )
  }
  return spec
}

/** Loaders that need no MLflow. */
const direct = ['sklearn', 'xgboost', 'lightgbm', 'onnx']

async function pinsOf(
  { python, folder }: RevisionSpec,
  { flavors, code, signature }: ModelPackage,
  { pythonFolder, converted }: { pythonFolder: string; converted: boolean },
): Promise<{ python: string; pins: string[] }> {
  const program = join(pythonFolder, 'daybook', 'serve', 'start.py')
  const bySkops = Object.values(flavors).some((flavor) => flavor['serialization_format'] === 'skops')
  const plain = converted || ('onnx' in flavors && code.length === 0)
  const alone = plain || (direct.some((name) => name in flavors) && code.length === 0 && !bySkops)
  const dates =
    signature.inputs?.kind === 'columns' && signature.inputs.columns.some(({ type }) => type === 'datetime')
  const also = ['numpy', ...(plain && !dates ? [] : ['pandas']), ...(plain ? ['onnxruntime'] : [])]
  // What ONNX stands for is not needed any more.
  const request = { folder: converted ? '' : folder, also, without: alone ? ['mlflow', 'mlflow-skinny'] : [] }
  const { stdout } = await promisify(execFile)(python, [program, 'pins', JSON.stringify(request)])
  return JSON.parse(stdout) as { python: string; pins: string[] }
}

/** Files that the image holds beside its folders. */
const imageFiles = ['serve.mjs', 'deployment.json', 'checksums', 'requirements.txt']

/**
 * Lets everybody read: an image keeps the modes of its files, but its user is none of those who made them. What we
 * deploy is our user's alone, and so is all that a strict umask makes.
 */
function letRead(path: string): void {
  const folder = statSync(path).isDirectory()
  chmodSync(path, folder ? 0o755 : 0o644)
  if (folder) for (const name of readdirSync(path)) letRead(join(path, name))
}

function copyPython(from: string, to: string): void {
  cpSync(from, to, { recursive: true, filter: (path) => !path.includes('__pycache__') })
}

function checksumsOf(folder: string): string {
  const paths = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort()
  const line = (path: string): string =>
    `${createHash('sha256')
      .update(readFileSync(join(folder, path)))
      .digest('hex')}  model/${path}\n`
  return paths.map(line).join('')
}
