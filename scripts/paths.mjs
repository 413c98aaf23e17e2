import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where environments of peers and other things that can be made again lie; ignored by git. */
export const cacheFolder = join(root, '.cache')

/** The project's own Python environment. */
export const venvFolder = join(root, '.venv')

/** Node 24, as the npm package `node` brings it. */
export const node24 = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)

/**
 * The Python of an environment.
 * @param {string} folder
 */
export function pythonOf(folder) {
  return process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')
}
