import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { exists, listFolder, readText } from './disk.ts'

/** Where a process finds itself: what discovery depends on. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly platform: NodeJS.Platform
}

/** The surroundings of this process. */
export function ownSurroundings(): Surroundings {
  return { env: process.env, home: homedir(), platform: process.platform }
}

/** A kernel.json that can be used. */
export interface Kernelspec {
  readonly argv: readonly string[]
  readonly displayName: string
  readonly language: string
  readonly env: Readonly<Record<string, string>>
  readonly interruptMode: 'signal' | 'message'
  /** Whether it understands CurveZMQ keys. */
  readonly curve: boolean
  /** Who starts it; null for anybody. */
  readonly provisioner: string | null
}

/** A kernelspec on disk. */
export interface InstalledKernelspec {
  /** Name of its folder in lower case, as Jupyter knows it. */
  readonly name: string
  /** The folder that holds kernel.json. */
  readonly folder: string
  /** What it says, or why that is of no use. */
  readonly spec: Kernelspec | { readonly broken: string }
}

/**
 * The folders in which Jupyter looks for kernelspecs, the first wins.
 * @param prefix the Python environment that looks, if it is one
 * @see jupyter_core.paths.jupyter_path and jupyter_client.kernelspec, jupyter_core 5.9
 */
export function kernelspecFolders(surroundings: Surroundings, prefix: string | null): string[] {
  const { env, home } = surroundings
  const given = (env['JUPYTER_PATH'] ?? '').split(delimiter).filter((path) => path !== '')
  const own = prefix === null ? [] : [join(prefix, 'share', 'jupyter')]
  const user = userFolders(surroundings)
  const preferred = env['JUPYTER_PREFER_ENV_PATH']
  const ownFirst = preferred === undefined || !/^(?:no?|off|false|0|0\.0)$/i.test(preferred)
  const between = ownFirst ? [...own, ...user] : [...user, ...own]
  const folders = [...given, ...between, ...systemFolders(surroundings)].map((path) => join(path, 'kernels'))
  return [...new Set([...folders, join(env['IPYTHONDIR'] ?? join(home, '.ipython'), 'kernels')])]
}

/** Where Jupyter keeps a user's data. */
export function jupyterDataFolder({ env, home, platform }: Surroundings): string {
  if (env['JUPYTER_DATA_DIR']) return env['JUPYTER_DATA_DIR']
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter')
  if (platform === 'win32') {
    return env['APPDATA']
      ? join(env['APPDATA'], 'jupyter')
      : join(env['JUPYTER_CONFIG_DIR'] ?? join(home, '.jupyter'), 'data')
  }
  return join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'jupyter')
}

function userFolders(surroundings: Surroundings): string[] {
  const { env, home, platform } = surroundings
  const data = jupyterDataFolder(surroundings)
  const base = env['PYTHONUSERBASE'] || (platform === 'linux' ? join(home, '.local') : null)
  return base === null ? [data] : [data, join(base, 'share', 'jupyter')]
}

function systemFolders({ env, platform }: Surroundings): string[] {
  if (platform !== 'win32') return ['/usr/local/share/jupyter', '/usr/share/jupyter']
  const isWanted = /^(?:1|true|yes|on)$/i.test(env['JUPYTER_USE_PROGRAMDATA'] ?? '')
  return isWanted && env['PROGRAMDATA'] ? [join(env['PROGRAMDATA'], 'jupyter')] : []
}

/** The kernelspecs in the folders; of several with one name the first. */
export async function readKernelspecs(folders: readonly string[]): Promise<InstalledKernelspec[]> {
  const found = new Map<string, InstalledKernelspec>()
  for (const parent of folders) {
    for (const entry of await listFolder(parent)) {
      const name = entry.toLowerCase()
      const folder = join(parent, entry)
      if (found.has(name) || !(await exists(join(folder, 'kernel.json')))) continue
      const text = await readText(join(folder, 'kernel.json'))
      const spec = text === null ? { broken: 'kernel.json cannot be read' } : parseKernelspec(text)
      found.set(name, { name, folder, spec })
    }
  }
  return [...found.values()]
}

/** What a kernel.json says, or why it is of no use. */
export function parseKernelspec(text: string): Kernelspec | { readonly broken: string } {
  let raw: Record<string, unknown>
  try {
    raw = asObject(JSON.parse(text.replace(/^\ufeff/, '')))
  } catch (error) {
    return { broken: `kernel.json is no JSON: ${(error as Error).message}` }
  }
  const argv = raw['argv']
  if (!Array.isArray(argv) || argv.length === 0 || !argv.every((word) => typeof word === 'string')) {
    return { broken: 'kernel.json has no command: "argv" must be a list of words' }
  }
  const metadata = asObject(raw['metadata'])
  const encryption = metadata['supported_encryption']
  const provisioner = asObject(metadata['kernel_provisioner'])['provisioner_name']
  return {
    argv,
    displayName: asText(raw['display_name']) ?? asText(argv[0]) ?? '',
    language: (asText(raw['language']) ?? '').toLowerCase(),
    env: textsOf(raw['env']),
    interruptMode: asText(raw['interrupt_mode'])?.toLowerCase() === 'message' ? 'message' : 'signal',
    curve: Array.isArray(encryption) && encryption.includes('curve'),
    provisioner: asText(provisioner),
  }
}

/**
 * `$VAR` and `${VAR}` in a value, put in from the environment; `$$` is a dollar, and what the environment does
 * not have stays as it is. These are the rules of Python's `string.Template`, which Jupyter uses.
 */
export function expandVariables(value: string, env: Readonly<Record<string, string | undefined>>): string {
  return value.replace(
    /\$(?:\$|([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)\})/gi,
    (all, bare?: string, braced?: string) => {
      const name = bare ?? braced
      return name === undefined ? '$' : (env[name] ?? all)
    },
  )
}

/** The prefix of the environment in which a kernelspec lies: what is above `share/jupyter/kernels`. */
export function prefixOf(folder: string): string {
  return dirname(dirname(dirname(dirname(folder))))
}

function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(asObject(value)).filter(([, text]) => typeof text === 'string')
  return Object.fromEntries(entries) as Record<string, string>
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
}
