import { access, constants, readdir, readFile, realpath, stat } from 'node:fs/promises'

/** Names in a folder, sorted; none for a folder that is not there or may not be read. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return (await readdir(path)).sort()
  } catch {
    return []
  }
}

/** The text of a file, or null for one that is not there, may not be read, or has more than a megabyte. */
export async function readText(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).size > 1_000_000) return null
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

/** Whether something lies there, links followed. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Whether a program lies there that we may run. */
export async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, process.platform === 'win32' ? constants.F_OK : constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** The first of the paths where a program lies that we may run. */
export async function firstProgram(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isProgram(path)) return path
  return null
}

/** Where a path leads with all links followed; the path itself if it leads nowhere. */
export async function followLinks(path: string): Promise<string> {
  return realpath(path).catch(() => path)
}
