import { basename, delimiter, dirname, join, relative, resolve, sep } from 'node:path'
import { projectHash } from '../base/project.ts'
import { exists, firstProgram, followLinks, listFolder, readText } from './disk.ts'
import { lookForIpykernel, findVersion, readVenvConfig } from './site_packages.ts'
import type { Surroundings } from './kernelspec.ts'
import type { IpykernelLook } from './site_packages.ts'

/** How a Python came to be on the list, in the order in which one is preferred. */
export type EnvironmentKind = 'project' | 'active' | 'jupyter' | 'conda' | 'pyenv' | 'system'

/** A Python that could run kernels. */
export interface PythonEnvironment {
  readonly kind: EnvironmentKind
  /** For people and `--kernel`: `.venv`, `conda:torch`, `pyenv:3.11.7`. */
  readonly name: string
  readonly prefix: string
  /** Its program; null if there is none, or a link that leads nowhere. */
  readonly python: string | null
  readonly version: string | null
  /** What its folders say of ipykernel. */
  readonly ipykernel: IpykernelLook
  /** What made it: that decides how packages are installed and which variables it wants. */
  readonly maker: 'venv' | 'uv' | 'conda' | 'plain'
}

/** A place where an environment may be. */
interface Place {
  readonly kind: EnvironmentKind
  readonly name: string
  readonly prefix: string
  /** Where the place itself names a program, as the search path does. */
  readonly python?: string
}

/**
 * The Pythons of a project and of its user: virtual and conda environments inside the project, the one that is
 * active, that of the Jupyter server which opened the project last, conda's, pyenv's, and those on the search path.
 * Nothing is run for it.
 */
export async function findEnvironments(
  root: string,
  surroundings: Surroundings,
): Promise<PythonEnvironment[]> {
  const places = [
    ...(await projectPlaces(root)),
    ...activePlaces(surroundings),
    ...(await jupyterPlaces(root, surroundings)),
    ...(await condaPlaces(surroundings)),
    ...(await pyenvPlaces(root, surroundings)),
    ...(await systemPlaces(surroundings)),
  ]
  const keys = await Promise.all(places.map(({ python, prefix }) => followLinks(python ?? prefix)))
  const first = places.filter((_, i) => {
    const key = keys[i] ?? ''
    // A Python on the search path that lies in an environment already listed is that environment's.
    return !keys.slice(0, i).some((other) => other === key || key.startsWith(join(other, 'bin') + sep))
  })
  const found = await Promise.all(first.map((place) => examine(place, surroundings)))
  return found.filter((environment) => environment !== null)
}

/** Folders of the project that hold an environment: the usual names first, then the others by name. */
async function projectPlaces(root: string): Promise<Place[]> {
  const usual = ['.venv', 'venv', 'env', '.conda', '.env']
  const others = (await listFolder(root)).filter((name) => !usual.includes(name))
  const names = [...usual, ...others, '.']
  const held = await Promise.all(names.map((name) => isEnvironment(join(root, name))))
  return names
    .filter((_, i) => held[i])
    .map((name) => {
      const prefix = resolve(root, name)
      return { kind: 'project', name: relative(root, prefix) || basename(prefix), prefix }
    })
}

async function isEnvironment(prefix: string): Promise<boolean> {
  return (await exists(join(prefix, 'pyvenv.cfg'))) || (await exists(join(prefix, 'conda-meta', 'history')))
}

function activePlaces({ env }: Surroundings): Place[] {
  const venv = env['VIRTUAL_ENV']
  const conda = env['CONDA_PREFIX']
  const places: Place[] = []
  if (venv) places.push({ kind: 'active', name: `venv:${nameOfVenv(venv)}`, prefix: venv })
  if (conda) places.push({ kind: 'active', name: `conda:${nameOfConda(conda)}`, prefix: conda })
  return places
}

/** Our server extension writes it down where no cloned repository can: `jupyterlab_daybook/remember.py`. */
async function jupyterPlaces(root: string, { env, home }: Surroundings): Promise<Place[]> {
  const state = env['XDG_STATE_HOME'] || join(home, '.local', 'state')
  const prefix = ((await readText(join(state, 'daybook', 'jupyter', projectHash(root)))) ?? '').trim()
  return prefix === '' ? [] : [{ kind: 'jupyter', name: `jupyter:${nameOfVenv(prefix)}`, prefix }]
}

/** A folder called `.venv` says nothing: then the folder around it does. */
function nameOfVenv(prefix: string): string {
  const name = basename(prefix)
  return /^\.?v?env$/.test(name) ? basename(dirname(prefix)) : name
}

function nameOfConda(prefix: string): string {
  return basename(dirname(prefix)) === 'envs'
    ? basename(prefix)
    : isRootName(prefix)
      ? 'base'
      : basename(prefix)
}

function isRootName(prefix: string): boolean {
  return /^(?:conda|(?:ana|mini)conda[23]?|mini(?:forge|mamba)3?|mambaforge|micromamba)$/i.test(
    basename(prefix),
  )
}

async function condaPlaces({ env, home, platform }: Surroundings): Promise<Place[]> {
  const names = ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba', 'conda']
  const parents =
    platform === 'win32'
      ? [home, env['PROGRAMDATA'] ?? '', 'C:\\']
      : [home, '/opt', join(home, 'opt'), '/usr/local']
  const told = [
    env['MAMBA_ROOT_PREFIX'],
    env['CONDA_ROOT'],
    env['CONDA_EXE'] && dirname(dirname(env['CONDA_EXE'])),
  ]
  const roots = [...told, ...parents.flatMap((parent) => names.map((name) => join(parent, name)))].filter(
    (path): path is string => typeof path === 'string' && path !== '',
  )
  const listed = ((await readText(join(home, '.conda', 'environments.txt'))) ?? '').split(/\r?\n/)
  const envFolders = [
    ...(env['CONDA_ENVS_PATH'] ?? env['CONDA_ENVS_DIRS'] ?? '').split(delimiter),
    join(home, '.conda', 'envs'),
    ...roots.map((root) => join(root, 'envs')),
  ].filter((path) => path !== '')
  const inside = await Promise.all(
    envFolders.map(async (folder) => (await listFolder(folder)).map((name) => join(folder, name))),
  )
  const prefixes = [...new Set([...listed.map((line) => line.trim()), ...roots, ...inside.flat()])]
  const places: Place[] = []
  for (const prefix of prefixes) {
    if (prefix === '' || !(await exists(join(prefix, 'conda-meta')))) continue
    places.push({ kind: 'conda', name: `conda:${nameOfConda(prefix)}`, prefix })
  }
  return places
}

/** pyenv's versions, those that the project's .python-version names first, then the newest first. */
async function pyenvPlaces(root: string, { env, home, platform }: Surroundings): Promise<Place[]> {
  const fallback = platform === 'win32' ? join(home, '.pyenv', 'pyenv-win') : join(home, '.pyenv')
  const folder = join(env['PYENV_ROOT'] || fallback, 'versions')
  const wanted = ((await readText(join(root, '.python-version'))) ?? '').split(/\s+/)
  const versions = (await listFolder(folder)).sort(
    (a, b) => Number(wanted.includes(b)) - Number(wanted.includes(a)) || byVersion(b, a),
  )
  return versions.map((name) => ({ kind: 'pyenv', name: `pyenv:${name}`, prefix: join(folder, name) }))
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}

async function systemPlaces({ env, platform }: Surroundings): Promise<Place[]> {
  const folders = (env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => path !== '' && !/[\\/]shims[\\/]?$/.test(path))
  const names = platform === 'win32' ? ['python.exe'] : ['python3', 'python']
  const places: Place[] = []
  for (const folder of platform === 'win32' ? folders : [...folders, '/usr/local/bin', '/usr/bin']) {
    const python = await firstProgram(names.map((name) => join(folder, name)))
    if (python === null) continue
    const prefix = platform === 'win32' ? folder : dirname(folder)
    const version = await findVersion(python, prefix)
    places.push({ kind: 'system', name: `system:python${version ?? ''}`, prefix, python })
  }
  return places
}

async function examine(place: Place, surroundings: Surroundings): Promise<PythonEnvironment | null> {
  const { kind, name, prefix } = place
  const python = place.python ?? (await firstProgram(programsOf(prefix, surroundings.platform)))
  const config = await readVenvConfig(prefix)
  const isConda = await exists(join(prefix, 'conda-meta'))
  // A conda environment may hold anything but Python; a folder of pyenv may be half installed.
  if (python === null && config === null) return null
  const version = await findVersion(python ?? '', prefix)
  const home = { python: python ?? '', prefix, version, config }
  const ipykernel = await lookForIpykernel(home, surroundings)
  const maker = isConda ? 'conda' : config === null ? 'plain' : config['uv'] === undefined ? 'venv' : 'uv'
  return { kind, name, prefix, python, version, ipykernel, maker }
}

/** Where an environment has its program. */
export function programsOf(prefix: string, platform: NodeJS.Platform): string[] {
  return platform === 'win32'
    ? [join(prefix, 'Scripts', 'python.exe'), join(prefix, 'python.exe')]
    : [join(prefix, 'bin', 'python'), join(prefix, 'bin', 'python3')]
}

/** The folders that an active environment puts before the search path. */
export function pathFolders({ prefix, maker }: PythonEnvironment, platform: NodeJS.Platform): string[] {
  if (platform !== 'win32') return [join(prefix, 'bin')]
  if (maker !== 'conda') return [join(prefix, 'Scripts'), prefix]
  const inside = [['Library', 'mingw-w64', 'bin'], ['Library', 'usr', 'bin'], ['Library', 'bin'], ['Scripts']]
  return [prefix, ...inside.map((parts) => join(prefix, ...parts))]
}
