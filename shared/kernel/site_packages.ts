import { execFile } from 'node:child_process'
import { basename, delimiter, dirname, join } from 'node:path'
import { exists, followLinks, listFolder, readText } from './disk.ts'
import type { Surroundings } from './kernelspec.ts'

/** A Python whose packages are looked for. */
export interface PythonHome {
  /** Its program. */
  readonly python: string
  /** What Python calls `sys.prefix`. */
  readonly prefix: string
  /** `3.11` or longer; null if it is not known. */
  readonly version: string | null
  /** What its pyvenv.cfg says; null if it has none and so is no virtual environment. */
  readonly config: Readonly<Record<string, string>> | null
}

/** What a look into a Python's folders says. */
export interface IpykernelLook {
  /** Version of the ipykernel found, empty if it does not say; null if there is none. */
  readonly version: string | null
  /** Whether there may be one all the same, in folders that only the Python itself knows. */
  readonly isUnsure: boolean
}

/** Whether a Python has ipykernel, told from its folders, without running it. */
export async function lookForIpykernel(home: PythonHome, surroundings: Surroundings): Promise<IpykernelLook> {
  let seen = 0
  let pathFiles = 0
  for (const folder of await packageFolders(home, surroundings)) {
    const names = await listFolder(folder)
    if (names.some((name) => name === 'ipykernel_launcher.py' || name.startsWith('__editable__.ipykernel'))) {
      return { version: versionIn(names), isUnsure: false }
    }
    seen += names.length
    pathFiles += names.filter((name) => name.endsWith('.pth') && !harmless.test(name)).length
  }
  return { version: null, isUnsure: seen === 0 || pathFiles > 0 }
}

/** Path files that add no folder. */
const harmless = /^(?:distutils-precedence|_virtualenv|.*-nspkg|__editable__.*)\.pth$/

function versionIn(names: readonly string[]): string {
  const info = /^ipykernel-([\w.!+]+?)(?:\.dist-info|-py[\d.]+\.egg-info|\.egg-info)$/
  return names.map((name) => info.exec(name)?.[1]).find((version) => version !== undefined) ?? ''
}

/** The folders in which a Python looks for packages, as far as they can be told from outside. */
async function packageFolders(home: PythonHome, surroundings: Surroundings): Promise<string[]> {
  const given = (surroundings.env['PYTHONPATH'] ?? '').split(delimiter).filter((path) => path !== '')
  const own = [...given, ...(await foldersOf(home.prefix, home.version))]
  const { config } = home
  if (config !== null && config['include-system-site-packages']?.toLowerCase() !== 'true') return own
  const base = config?.['home']
  const inherited = base === undefined ? [] : await foldersOf(join(base, '..'), home.version)
  return [...own, ...inherited, ...userFolders(home, surroundings)]
}

async function foldersOf(prefix: string, version: string | null): Promise<string[]> {
  const short = version === null ? null : version.split('.').slice(0, 2).join('.')
  const found = [join(prefix, 'Lib', 'site-packages')]
  for (const library of [join(prefix, 'lib'), join(prefix, 'lib64'), join(prefix, 'local', 'lib')]) {
    for (const name of await listFolder(library)) {
      // Debian's python3 is shared by all its Pythons; of the others each has its own.
      if (
        name !== 'python3' &&
        name !== `python${short ?? ''}` &&
        !(short === null && /^python3\.\d+$/.test(name))
      )
        continue
      found.push(join(library, name, 'site-packages'), join(library, name, 'dist-packages'))
    }
  }
  return found
}

function userFolders({ version }: PythonHome, { env, home, platform }: Surroundings): string[] {
  if (version === null || env['PYTHONNOUSERSITE']) return []
  const [major = '', minor = ''] = version.split('.')
  if (platform === 'win32') {
    return [
      join(
        env['PYTHONUSERBASE'] ?? join(env['APPDATA'] ?? home, 'Python'),
        `Python${major}${minor}`,
        'site-packages',
      ),
    ]
  }
  const base =
    platform === 'darwin' ? join(home, 'Library', 'Python', `${major}.${minor}`) : join(home, '.local')
  const folder = platform === 'darwin' ? join('lib', 'python') : join('lib', `python${major}.${minor}`)
  return [join(env['PYTHONUSERBASE'] ?? base, folder, 'site-packages')]
}

/** What a pyvenv.cfg says; null if there is none. */
export async function readVenvConfig(prefix: string): Promise<Record<string, string> | null> {
  const text = await readText(join(prefix, 'pyvenv.cfg'))
  if (text === null) return null
  const entries = text.split(/\r?\n/).map((line) => /^\s*([^=]+?)\s*=\s*(.*?)\s*$/.exec(line))
  return Object.fromEntries(entries.map((found) => [(found?.[1] ?? '').toLowerCase(), found?.[2] ?? '']))
}

/** The version of a Python as its files tell it; null if they do not. */
export async function findVersion(python: string, prefix: string): Promise<string | null> {
  const config = await readVenvConfig(prefix)
  const told = config?.['version_info'] ?? config?.['version']
  const plain = told === undefined ? undefined : /^\d+\.\d+(?:\.\d+)?/.exec(told)?.[0]
  if (plain !== undefined) return plain
  const conda = (await listFolder(join(prefix, 'conda-meta'))).map(
    (name) => /^python-(\d+\.\d+\.\d+)-/.exec(name)?.[1],
  )
  const fromConda = conda.find((version) => version !== undefined)
  if (fromConda !== undefined) return fromConda
  const named = /^python(\d+\.\d+)/.exec(basename(await followLinks(python)))?.[1]
  if (named !== undefined) return named
  const folders = (await listFolder(join(prefix, 'lib'))).map((name) => /^python(\d+\.\d+)$/.exec(name)?.[1])
  const only = folders.filter((version) => version !== undefined)
  return only.length === 1 ? (only[0] ?? null) : null
}

/** Whether the system's own tools forbid pip in this Python (PEP 668). */
export async function isManaged(prefix: string, version: string | null): Promise<boolean> {
  const short = version?.split('.').slice(0, 2).join('.') ?? ''
  return exists(join(prefix, 'lib', `python${short}`, 'EXTERNALLY-MANAGED'))
}

/** Asks a Python itself whether it has ipykernel. Slow, and it runs the program: last resort. */
export async function askForIpykernel(python: string, timeoutMs = 5000): Promise<boolean> {
  const code = 'import importlib.util as u, sys; sys.exit(0 if u.find_spec("ipykernel_launcher") else 1)'
  return new Promise((resolve) => {
    // Not in the project's folder: a file of the user's called like a module would be taken for it.
    const options = { timeout: timeoutMs, windowsHide: true, cwd: dirname(python) }
    execFile(python, ['-c', code], options, (error) => resolve(error === null))
  })
}
