import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { copyNatives } from './natives.mjs'
import { cacheFolder, node24, root, venvFolder } from './paths.mjs'
import { SetupProblem } from './problem.mjs'
import { cachedEnvironment } from './python.mjs'
import { lastLines, run } from './run.mjs'

const source = join(root, 'jupyterlab')
const dist = join(root, 'dist')

/**
 * pip's names of the platforms that zeromq's and DuckDB's natives are built for.
 * @type {Record<string, string>}
 */
const platforms = {
  'linux-x64': 'manylinux_2_28_x86_64',
  'linux-arm64': 'manylinux_2_28_aarch64',
  'darwin-arm64': 'macosx_12_0_arm64',
  'darwin-x64': 'macosx_12_0_x86_64',
  'win32-x64': 'win_amd64',
}
const platform = platforms[`${process.platform}-${process.arch}`] ?? 'any'

/**
 * Makes the wheel for JupyterLab in dist/: the page's extension, the server extension, the programs with their
 * natives for this platform, the kernel module. `dist/` must be built.
 * @param {(detail: string) => void} tell
 * @returns {Promise<string>} the wheel's path
 */
export async function packageJupyterlab(tell) {
  const stage = join(cacheFolder, 'jupyterlab')
  rmSync(stage, { recursive: true, force: true })
  const wheel = join(stage, 'wheel')
  cpSync(join(source, 'python'), wheel, { recursive: true, filter: (path) => !path.endsWith('__pycache__') })
  tell('the page')
  await bundlePage(join(stage, 'page'))
  tell('its federated module')
  await federate(join(stage, 'page'))
  const module = join(wheel, 'jupyterlab_daybook')
  cpSync(join(stage, 'labextension'), join(module, 'labextension'), { recursive: true })
  tell('the programs')
  copyPrograms(join(module, 'programs'))
  cpSync(join(root, 'LICENSE'), join(wheel, 'LICENSE'))
  tell('the wheel')
  return buildWheel(wheel)
}

/** @param {string} to */
async function bundlePage(to) {
  const { build } = await import('esbuild')
  mkdirSync(join(to, 'lib'), { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: { plugin: 'jupyterlab/plugin.ts' },
    outdir: join(to, 'lib'),
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    external: ['@jupyterlab/*', '@lumino/*'],
    loader: { '.css': 'text' },
    legalComments: 'none',
    logLevel: 'silent',
  })
  cpSync(join(source, 'schema'), join(to, 'schema'), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(source, 'manifest.json'), 'utf8'))
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  writeFileSync(join(to, 'package.json'), JSON.stringify({ ...manifest, version, license }, null, 2))
}

/** @param {string} page */
async function federate(page) {
  const core = readdirSync(join(venvFolder, 'lib'))
    .map((name) => join(venvFolder, 'lib', name, 'site-packages', 'jupyterlab', 'staging'))
    .find(existsSync)
  if (core === undefined)
    throw new SetupProblem('JupyterLab is not in .venv', ['npm run setup installs it there.'])
  const builder = join(root, 'node_modules', '@jupyterlab', 'builder', 'lib', 'build-labextension.js')
  const result = await run(node24, [builder, '--core-path', core, page], { cwd: page })
  if (!result.ok)
    throw new SetupProblem('The extension of JupyterLab does not build', [], lastLines(result.output, 20))
}

/** @param {string} to */
function copyPrograms(to) {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(dist)) {
    if (/^(vscode|.*\.(map|vsix|whl))$/.test(name)) continue
    cpSync(join(dist, name), join(to, name), { recursive: true })
  }
  copyNatives(join(to, 'node_modules'))
}

/** @param {string} folder */
async function buildWheel(folder) {
  const python = await cachedEnvironment('wheel', ['hatchling==1.33.0'])
  const result = await run(python, ['-m', 'hatchling', 'build', '-t', 'wheel', '-d', dist], {
    cwd: folder,
    env: { ...process.env, DAYBOOK_WHEEL_PLATFORM: platform },
  })
  const name = readdirSync(dist).find((file) => file.endsWith(`${platform}.whl`))
  if (!result.ok || name === undefined)
    throw new SetupProblem('The wheel does not build', [], lastLines(result.output, 20))
  return join(dist, name)
}
