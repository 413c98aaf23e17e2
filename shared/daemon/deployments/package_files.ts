import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Transform } from 'node:stream'
import { Problem } from '../../base/problem.ts'
import { artifactChecksum } from '../../runs/artifact.ts'
import { parseArtifactPath } from '../../runs/artifact_path.ts'
import type { Store } from '../../store/store.ts'
import type { FoundModel } from './model_reference.ts'
import type { PackageCheck } from './package_notes.ts'

/**
 * Copies a package to a place of its own, so that what is served does not change or go when the run is cleaned up, and
 * writes the checksums of all its files beside it.
 * @returns SHA-256 of the list of checksums: stands for the package
 * @throws Problem `conflict` if a file is no longer what the store noted of it
 */
export async function copyPackage(
  from: string,
  to: string,
  known: { store: Store; artifactsDir: string },
): Promise<string> {
  const lines: string[] = []
  try {
    for (const path of filesBelow(from)) {
      const target = join(to, path)
      mkdirSync(join(target, '..'), { recursive: true, mode: 0o700 })
      const sha256 = await copyHashed(join(from, path), target)
      const inside = relative(known.artifactsDir, join(from, path))
      const noted = inside.startsWith('..') ? null : artifactChecksum(known.store, parseArtifactPath(inside))
      if (noted !== null && noted !== sha256) {
        throw new Problem(
          'conflict',
          `"${path}" of the model is not what was kept: its checksum has changed`,
          {
            hint: 'Train and log the model again, or deploy another run.',
          },
        )
      }
      lines.push(`${sha256}  ${path}`)
    }
    writeFileSync(`${to}.sha256`, `${lines.join('\n')}\n`, { mode: 0o600 })
    return createHash('sha256').update(lines.join('\n')).digest('hex')
  } catch (error) {
    rmSync(to, { recursive: true, force: true })
    throw error
  }
}

/**
 * Asks a Python what it lacks for a package, without loading the model.
 * @throws Problem `not_found` if there is no such Python, `kernel_start_failed` if it cannot even say
 */
export function checkPackage(python: string, program: string, folder: string): Promise<PackageCheck> {
  if (!existsSync(python) && python.includes('/')) {
    throw new Problem('not_found', `The Python that made the model is gone: ${python}`, {
      hint: 'Make that environment again, or name another one that has the packages: --python PATH.',
    })
  }
  return new Promise((resolve, reject) => {
    const child = spawn(python, [program, 'check', folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk) => (out += String(chunk)))
    child.stderr.on('data', (chunk) => (err += String(chunk)))
    child.on('error', (error) => reject(new Problem('not_found', `Cannot run "${python}": ${error.message}`)))
    child.on('close', (code) => {
      try {
        resolve(JSON.parse(out) as PackageCheck)
      } catch {
        const last = err.trim().split('\n').at(-1) ?? ''
        reject(new Problem('kernel_start_failed', `"${python}" ended with ${code}: ${last}`))
      }
    })
  })
}

/** @throws Problem `not_found` that names the packages and the command, if the Python lacks some */
export function refuseMissing({ missing, executable }: PackageCheck): void {
  if (missing.length === 0) return
  const names = missing.map(({ name, wanted }) => (wanted === null ? name : `${name}==${wanted}`))
  throw new Problem(
    'not_found',
    `The model needs ${names.length === 1 ? 'the package' : 'packages'} ${missing.map(({ name }) => name).join(', ')}, which ${executable} does not have`,
    {
      hint: `${executable} -m pip install ${names.map((word) => `'${word}'`).join(' ')}`,
      details: { missing },
    },
  )
}

/** @throws Problem `forbidden` if the package holds a pickle that Daybook did not see being made */
export function refuseUntrusted({ uri, known }: FoundModel, { pickles }: PackageCheck): void {
  if (known || pickles.length === 0) return
  throw new Problem(
    'forbidden',
    `${uri} holds a pickle (${pickles.join(', ')}), which can run any code, and was not made by Daybook on this machine`,
    { hint: 'If you trust where it comes from, say so: --trust.', details: { pickles } },
  )
}

async function copyHashed(from: string, to: string): Promise<string> {
  const hash = createHash('sha256')
  const pass = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  await pipeline(createReadStream(from), pass, createWriteStream(to, { mode: 0o600 }))
  return hash.digest('hex')
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}
