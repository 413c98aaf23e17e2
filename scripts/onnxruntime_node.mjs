import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lock } from './lock.mjs'
import { cacheFolder } from './paths.mjs'
import { lastLines, run } from './run.mjs'

const version = '1.30.0'

/**
 * A folder of its own in `.cache/` that has onnxruntime-node, as a user's project may have it. Its install script,
 * which fetches what graphics cards need, is not run; what the processor needs is in the package.
 * @returns {Promise<string>}
 */
export async function cachedOnnxRuntimeNode() {
  const folder = join(cacheFolder, 'environments', `onnxruntime-node-${version}`)
  const stamp = join(folder, 'daybook-complete')
  if (existsSync(stamp)) return folder
  mkdirSync(join(cacheFolder, 'environments'), { recursive: true })
  const unlock = await lock(`${folder}.lock`, () => {})
  try {
    if (existsSync(stamp)) return folder
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    writeFileSync(join(folder, 'package.json'), '{"private": true}\n')
    const own = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact']
    const result = await run('npm', ['install', ...own, `onnxruntime-node@${version}`], { cwd: folder })
    if (!result.ok) throw new Error(`onnxruntime-node cannot be installed: ${lastLines(result.output, 3)}`)
    writeFileSync(stamp, version)
    return folder
  } finally {
    unlock()
  }
}
