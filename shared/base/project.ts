import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { Problem } from './problem.ts'

/** Where everything of a project lies. All are absolute paths. */
export interface StatePaths {
  /** The project folder. */
  root: string
  /** `.daybook/` of the project, or a local folder in its stead. */
  dir: string
  /** Why `dir` is not inside the project; null if it is. */
  movedBecause: string | null
  database: string
  artifacts: string
  /** Copies of data files that runs read. */
  data: string
  kernels: string
  journal: string
  spool: string
  logs: string
  /** Short private folder for sockets and locks: a socket's path may have 107 bytes at most. */
  runtime: string
}

/**
 * The project folder of a file or folder: the nearest ancestor that holds `.daybook/`, else the nearest that
 * holds `.git` (folder or file), else the folder itself. The home folder never counts as a project by its
 * `.git` or `.daybook` (people keep dot files in git), unless it is `start` itself. The Python module follows the same rule;
 * test/fixtures/project-root.json holds both to it.
 */
export function findProjectRoot(start: string, home = homedir()): string {
  const folder = isFolder(start) ? resolve(start) : dirname(resolve(start))
  for (const mark of ['.daybook', '.git']) {
    for (let at = folder; ; at = dirname(at)) {
      const counts = at === folder || at !== home
      if (counts && existsSync(join(at, mark)) && (mark === '.git' || isFolder(join(at, mark)))) return at
      if (dirname(at) === at) break
    }
  }
  return folder
}

/**
 * The project folder of a path that somebody named.
 * @throws Problem `not_found` if nothing lies there: the folder around it is another project
 */
export function findNamedProject(path: string): string {
  if (existsSync(path)) return findProjectRoot(path)
  throw new Problem('not_found', `There is no folder "${path}"`, {
    hint: 'Was it moved, renamed or deleted? Name the folder as it is now.',
  })
}

/**
 * Makes the project's state folders, private to the user, and says where they are. They lie in `.daybook/`
 * unless that cannot hold them: on a network file system (SQLite's WAL and sockets do not work there), in
 * a folder of another user, or in one that cannot be written.
 * @throws Problem `state_unusable` if no place can be made
 */
export function openState(root: string): StatePaths {
  const own = join(root, '.daybook')
  const reason = whyNotInside(root, own)
  const dir = reason === null ? own : join(localState(), projectHash(root))
  try {
    const paths = layOut(root, dir, reason)
    for (const path of [
      paths.artifacts,
      paths.data,
      paths.kernels,
      paths.journal,
      paths.spool,
      paths.logs,
      paths.runtime,
    ]) {
      mkdirSync(path, { recursive: true, mode: 0o700 })
    }
    if (!existsSync(join(dir, '.gitignore'))) writeFileSync(join(dir, '.gitignore'), '*\n')
    refuseForeign(paths.runtime)
    return paths
  } catch (error) {
    if (error instanceof Problem) throw error
    throw new Problem('state_unusable', `Cannot make the folder "${dir}": ${(error as Error).message}`, {
      hint: 'Free some space or give yourself the right to write there, then try again.',
      cause: error,
    })
  }
}

/** Short name for a project in folders outside of it: 16 hexadecimal digits of its path's SHA-256. */
export function projectHash(root: string): string {
  return createHash('sha256').update(root).digest('hex').slice(0, 16)
}

/** The user's own folder for state that belongs to no project: `$XDG_STATE_HOME/daybook`. */
export function localState(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'daybook')
}

function layOut(root: string, dir: string, movedBecause: string | null): StatePaths {
  const base = process.env['XDG_RUNTIME_DIR']
  const usable = base !== undefined && isFolder(base)
  const runtimeBase = usable ? join(base, 'daybook') : join(tmpdir(), `daybook-${userInfo().uid}`)
  return {
    root,
    dir,
    movedBecause,
    database: join(dir, 'daybook.db'),
    artifacts: join(dir, 'artifacts'),
    data: join(dir, 'data'),
    kernels: join(dir, 'kernels'),
    journal: join(dir, 'journal'),
    spool: join(dir, 'spool'),
    logs: join(dir, 'logs'),
    runtime: join(runtimeBase, projectHash(dir)),
  }
}

/** File system types whose locks or shared memory SQLite cannot trust, by their magic numbers (statfs(2)). */
const networkTypes = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x47504653, 'GPFS'],
  [0x0bd00bd0, 'Lustre'],
])

function whyNotInside(root: string, own: string): string | null {
  const forced = process.env['DAYBOOK_STATE_LOCAL']
  if (forced === '1') return 'DAYBOOK_STATE_LOCAL is set'
  if (process.platform !== 'win32') {
    const network = networkTypes.get(statfsSync(root).type)
    if (network !== undefined) return `"${root}" is on a network file system (${network})`
  }
  if (existsSync(own)) {
    const stat = lstatSync(own)
    if (stat.isSymbolicLink()) return `"${own}" is a link`
    if (process.platform !== 'win32' && stat.uid !== userInfo().uid) return `"${own}" belongs to another user`
    return null
  }
  try {
    mkdirSync(own, { mode: 0o700 })
    return null
  } catch {
    return `"${root}" cannot be written`
  }
}

function refuseForeign(runtime: string): void {
  if (process.platform === 'win32') return
  const stat = lstatSync(dirname(runtime))
  if (stat.uid === userInfo().uid && !stat.isSymbolicLink()) return
  throw new Problem(
    'state_unusable',
    `Cannot use "${dirname(runtime)}" for sockets: it belongs to another user`,
    {
      hint: `Set XDG_RUNTIME_DIR to a folder of your own, or ask the owner to remove ${basename(dirname(runtime))}.`,
    },
  )
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
