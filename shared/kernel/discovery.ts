import { basename, delimiter, dirname, isAbsolute, join } from 'node:path'
import { firstProgram, followLinks, isProgram, readText } from './disk.ts'
import { findEnvironments, pathFolders } from './environment.ts'
import type { PythonEnvironment } from './environment.ts'
import type { KernelLaunch } from './kernel.ts'
import {
  expandVariables,
  kernelspecFolders,
  ownSurroundings,
  prefixOf,
  readKernelspecs,
} from './kernelspec.ts'
import type { InstalledKernelspec, Kernelspec, Surroundings } from './kernelspec.ts'
import { askForIpykernel, isManaged } from './site_packages.ts'

/** A kernel that could be started, or a Python that lacks something to be one. */
export interface DiscoveredKernel {
  readonly launch: KernelLaunch
  /** What it was found as. */
  readonly source: KernelSource
  /** The kernelspec's folder, or the Python's program. */
  readonly path: string
  readonly usable: boolean
  /** Why it is not usable. */
  readonly problem?: string
  /** The command that mends it. */
  readonly remedy?: string
}

/** A kernelspec on one of Jupyter's paths, or a Python. */
export type KernelSource = 'kernelspec' | PythonEnvironment['kind']

/**
 * Everything that can run kernels for a project folder, the best first: its own environments, the active one,
 * its Jupyter server's, kernelspecs on Jupyter's paths, then other Pythons. Names are unique, and the same from call to call.
 */
export async function discoverKernels(
  root: string,
  surroundings: Surroundings = ownSurroundings(),
): Promise<DiscoveredKernel[]> {
  const environments = await findEnvironments(root, surroundings)
  const near = environments.filter(({ kind }) => ['project', 'active', 'jupyter'].includes(kind))
  const active = near.find(({ kind }) => kind === 'active') ?? null
  const listed = await readKernelspecs(kernelspecFolders(surroundings, active?.prefix ?? null))
  const installed = listed.filter((one) => !isOwnPython(one, near))
  const context = { environments, surroundings }
  const specs = await Promise.all(installed.map((one) => fromKernelspec(one, { ...context, owner: null })))
  const lists = await Promise.all(
    environments.map(async (environment) => ({
      isOwn: near.includes(environment),
      kernels: [
        await fromEnvironment(environment, surroundings),
        ...(await specsInside(environment, { ...context, installed })),
      ],
    })),
  )
  const own = lists.filter(({ isOwn }) => isOwn).flatMap(({ kernels }) => kernels)
  const others = lists.filter(({ isOwn }) => !isOwn).flatMap(({ kernels }) => kernels)
  return withUniqueNames([...own, ...specs, ...others])
}

interface Context {
  readonly environments: readonly PythonEnvironment[]
  readonly surroundings: Surroundings
}

/** Kernels of other languages that an environment brings: its own Python kernel is the environment itself. */
async function specsInside(
  environment: PythonEnvironment,
  { environments, surroundings, installed }: Context & { installed: readonly InstalledKernelspec[] },
): Promise<DiscoveredKernel[]> {
  const found = await readKernelspecs([join(environment.prefix, 'share', 'jupyter', 'kernels')])
  const kernels: DiscoveredKernel[] = []
  for (const one of found) {
    if (isOwnPython(one, [environment]) || installed.some(({ folder }) => folder === one.folder)) continue
    const named = { ...one, name: `${one.name}@${environment.name}` }
    kernels.push(await fromKernelspec(named, { environments, surroundings, owner: environment }))
  }
  return kernels
}

/** Whether a kernelspec is the Python kernel of the environment in which it lies: that is on the list by itself. */
function isOwnPython(
  { folder, spec }: InstalledKernelspec,
  environments: readonly PythonEnvironment[],
): boolean {
  if ('broken' in spec || !isPythonAlias(spec.argv[0] ?? '') || !spec.argv.includes('ipykernel_launcher'))
    return false
  return environments.some(({ prefix }) => prefix === prefixOf(folder))
}

async function fromEnvironment(
  environment: PythonEnvironment,
  surroundings: Surroundings,
): Promise<DiscoveredKernel> {
  const { kind, name, python, version, prefix } = environment
  const short = version?.split('.').slice(0, 2).join('.')
  const launch: KernelLaunch = {
    name,
    displayName: `Python ${short ?? '3'} (${name})`,
    language: 'python',
    argv: [python ?? 'python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'],
    env: await variablesOf(environment, surroundings),
    unset: unsetFor(environment),
    interruptMode: 'signal',
    curve: await speaksCurve(prefix),
  }
  const base = { launch, source: kind, path: python ?? prefix }
  const fault = await faultOf(environment)
  return fault === null ? { ...base, usable: true } : { ...base, usable: false, ...fault }
}

/** The environment's own kernelspec says what its ipykernel understands. */
async function speaksCurve(prefix: string): Promise<boolean> {
  const [spec] = (await readKernelspecs([join(prefix, 'share', 'jupyter', 'kernels')])).filter(
    ({ name }) => name === 'python3',
  )
  return spec !== undefined && !('broken' in spec.spec) && spec.spec.curve
}

async function faultOf(environment: PythonEnvironment): Promise<{ problem: string; remedy?: string } | null> {
  const { kind, name, prefix, python, version, ipykernel } = environment
  if (python === null) {
    return { problem: `its Python is gone`, remedy: `python3 -m venv --clear ${quote(prefix)}` }
  }
  if (version !== null && !/^3\.(?:[7-9]|\d\d)/.test(version)) {
    return { problem: `Python ${version} is too old for ipykernel` }
  }
  // Nothing inside a project is run before its user says so; elsewhere the Python itself knows best.
  const mayAsk = kind !== 'project' && ipykernel.isUnsure
  const has = ipykernel.version !== null || (mayAsk && (await askForIpykernel(python)))
  if (has) return null
  return {
    problem: `ipykernel is not installed in ${name}`,
    remedy: await installCommand(environment, python),
  }
}

async function installCommand(environment: PythonEnvironment, python: string): Promise<string> {
  const { maker, prefix, version } = environment
  if (maker === 'conda') return `conda install --prefix ${quote(prefix)} ipykernel`
  if (maker === 'uv') return `uv pip install --python ${quote(python)} ipykernel`
  if (maker === 'plain' && (await isManaged(prefix, version))) {
    return `${quote(python)} -m venv .venv && .venv/bin/python -m pip install ipykernel`
  }
  return `${quote(python)} -m pip install ipykernel`
}

function quote(path: string): string {
  return /^[\w@%+=:,./~\\-]+$/.test(path) ? path : `"${path}"`
}

async function variablesOf(
  environment: PythonEnvironment,
  { env, platform }: Surroundings,
): Promise<Record<string, string>> {
  const { prefix, maker, name } = environment
  const path = [...pathFolders(environment, platform), env['PATH'] ?? ''].filter((part) => part !== '')
  const variables: Record<string, string> = { PATH: path.join(delimiter) }
  if (maker === 'conda') {
    variables['CONDA_PREFIX'] = prefix
    variables['CONDA_DEFAULT_ENV'] = name.replace(/^conda:/, '')
    Object.assign(variables, await condaVariables(prefix))
  } else if (maker !== 'plain') variables['VIRTUAL_ENV'] = prefix
  return variables
}

/** What `conda env config vars set` has stored. */
async function condaVariables(prefix: string): Promise<Record<string, string>> {
  const text = await readText(join(prefix, 'conda-meta', 'state'))
  try {
    const state = JSON.parse(text ?? '{}') as { env_vars?: Record<string, unknown> }
    const entries = Object.entries(state.env_vars ?? {}).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(entries) as Record<string, string>
  } catch {
    return {}
  }
}

/** What another environment may have left behind, and what would make Python look in the wrong place. */
function unsetFor({ maker }: PythonEnvironment): string[] {
  if (maker === 'conda') return ['PYTHONHOME', 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT']
  const conda = ['CONDA_PREFIX', 'CONDA_DEFAULT_ENV', 'CONDA_PROMPT_MODIFIER', 'CONDA_SHLVL']
  return maker === 'plain'
    ? ['PYTHONHOME', 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT', ...conda]
    : ['PYTHONHOME', ...conda]
}

async function fromKernelspec(
  installed: InstalledKernelspec,
  context: Context & { owner: PythonEnvironment | null },
): Promise<DiscoveredKernel> {
  const { name, folder, spec } = installed
  const base = { source: context.owner?.kind ?? ('kernelspec' as const), path: folder }
  if ('broken' in spec) {
    const launch = emptyLaunch(name)
    return { ...base, launch, usable: false, problem: spec.broken, remedy: `mend or remove ${quote(folder)}` }
  }
  const { environment, launch } = await launchOf(installed, spec, context)
  const fault = await specFault(spec, launch, { environment, surroundings: context.surroundings })
  return fault === null ? { ...base, launch, usable: true } : { ...base, launch, usable: false, ...fault }
}

function emptyLaunch(name: string): KernelLaunch {
  return { name, displayName: name, language: '', argv: [], env: {}, interruptMode: 'signal', curve: false }
}

async function launchOf(
  { name, folder }: InstalledKernelspec,
  spec: Kernelspec,
  { environments, surroundings, owner }: Context & { owner: PythonEnvironment | null },
): Promise<{ environment: PythonEnvironment | null; launch: KernelLaunch }> {
  const environment = owner ?? (await environmentFor(spec, folder, environments))
  const program = spec.argv[0] ?? ''
  const own = environment?.python ?? null
  const first = isPythonAlias(program) && own !== null ? own : program
  const values: Record<string, string> = {
    resource_dir: folder,
    prefix: environment?.prefix ?? prefixOf(folder),
  }
  const argv = [first, ...spec.argv.slice(1)].map((word) =>
    word.replace(/\{(resource_dir|prefix)\}/g, (all, key: string) => values[key] ?? all),
  )
  const inherited = environment === null ? {} : await variablesOf(environment, surroundings)
  const variables = { ...surroundings.env, ...inherited }
  const added = Object.entries(spec.env).map(([key, value]) => [key, expandVariables(value, variables)])
  const launch: KernelLaunch = {
    name,
    displayName: spec.displayName,
    language: spec.language,
    argv,
    env: { ...inherited, ...(Object.fromEntries(added) as Record<string, string>) },
    unset: environment === null ? ['PYTHONHOME'] : unsetFor(environment),
    interruptMode: spec.interruptMode,
    curve: spec.curve,
  }
  return { environment, launch }
}

/** The environment that a kernelspec's Python belongs to. */
async function environmentFor(
  spec: Kernelspec,
  folder: string,
  environments: readonly PythonEnvironment[],
): Promise<PythonEnvironment | null> {
  const program = spec.argv[0] ?? ''
  if (isAbsolute(program)) {
    const beside = await followLinks(dirname(dirname(program)))
    for (const one of environments) if ((await followLinks(one.prefix)) === beside) return one
    return null
  }
  if (!isPythonAlias(program)) return null
  const around = environments.find(({ prefix }) => prefix === prefixOf(folder))
  return around ?? environments.find(({ kind }) => kind === 'active' || kind === 'system') ?? null
}

function isPythonAlias(program: string): boolean {
  return /^python(?:3(?:\.\d+)?)?(?:\.exe)?$/.test(program)
}

async function specFault(
  spec: Kernelspec,
  launch: KernelLaunch,
  { environment, surroundings }: { environment: PythonEnvironment | null; surroundings: Surroundings },
): Promise<{ problem: string; remedy?: string } | null> {
  const { provisioner } = spec
  if (provisioner !== null && provisioner !== 'local-provisioner') {
    return {
      problem: `it is started by the provisioner "${provisioner}", which only a Jupyter server can run`,
    }
  }
  const program = launch.argv[0] ?? ''
  if (!(await canRun(program, launch, surroundings))) {
    return {
      problem: `its program ${quote(program)} is not there`,
      remedy: `install it, or remove the kernelspec "${launch.name}"`,
    }
  }
  const needs = launch.argv.some((word) => word === 'ipykernel_launcher' || word === 'ipykernel')
  if (!needs || environment === null) return null
  return environment.python === program ? faultOf(environment) : null
}

async function canRun(
  program: string,
  launch: KernelLaunch,
  { env, platform }: Surroundings,
): Promise<boolean> {
  if (isAbsolute(program)) return isProgram(program)
  if (basename(program) !== program) return true
  const folders = (launch.env['PATH'] ?? env['PATH'] ?? '').split(delimiter)
  const endings = platform === 'win32' ? ['', '.exe', '.bat', '.cmd'] : ['']
  const candidates = folders.flatMap((folder) => endings.map((ending) => join(folder, program + ending)))
  return (await firstProgram(candidates)) !== null
}

/** Of several with one name, all but the first say where they lie: that does not change when another is added. */
function withUniqueNames(kernels: readonly DiscoveredKernel[]): DiscoveredKernel[] {
  const taken = new Set<string>()
  return kernels.map((kernel) => {
    const { name } = kernel.launch
    let unique = name
    for (let i = 2; taken.has(unique.toLowerCase()); i++)
      unique = i === 2 ? `${name}@${kernel.path}` : `${name}@${kernel.path}#${i}`
    taken.add(unique.toLowerCase())
    return unique === name ? kernel : { ...kernel, launch: { ...kernel.launch, name: unique } }
  })
}
