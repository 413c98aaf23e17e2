import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureNodePackages } from './node.mjs'
import { natives } from './natives.mjs'
import { cacheFolder, root } from './paths.mjs'
import { runMain, SetupProblem } from './problem.mjs'
import { startSteps } from './steps.mjs'
import { bundleViews } from './views.mjs'
import { stageExtension } from './vscode.mjs'

/** Each program's first file, and the bundle it becomes in dist/. */
const programs = {
  daybook: 'shared/daemon/cli/main.ts',
  daemon: 'shared/daemon/main.ts',
  supervisor: 'shared/kernel/supervisor/main.ts',
  search_worker: 'shared/runs/search_worker.ts',
  lint: 'shared/data/lint_main.ts',
  drift: 'shared/monitor/drift_main.ts',
  monitor: 'shared/monitor/monitor_main.ts',
  parquet: 'shared/data/parquet_main.ts',
  gateway: 'shared/serving/gateway_main.ts',
  standalone: 'shared/serving/standalone_main.ts',
  roll_predictions: 'shared/serving/roll_main.ts',
  predict: 'shared/serving/batch_main.ts',
}

const dist = join(root, 'dist')

// Packages in CommonJS call require() for Node's own modules; a bundle in ESM has no such function.
const banner = `import { createRequire as daybookCreateRequire } from 'node:module'
const require = daybookCreateRequire(import.meta.url)`

/**
 * Bundles the programs into dist/ and copies the Python module beside them, unless dist/ is newer than all of
 * it. A bundle needs nothing from node_modules but zeromq, whose native part stays where npm put it; the VS Code
 * extension, put together in dist/vscode/, carries a copy of that.
 * @param {(detail: string) => void} tell
 * @returns {Promise<string>} what was done
 * @throws SetupProblem if the sources do not bundle
 */
export async function build(tell) {
  const there = Object.entries(programs).filter(([, path]) => existsSync(join(root, path)))
  const missing = Object.values(programs).filter((path) => !existsSync(join(root, path)))
  if (isFresh()) return 'ready'
  const { build: bundle } = await import('esbuild')
  tell(`${there.length} programs`)
  const made = join(cacheFolder, 'dist')
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made, { recursive: true })
  await bundle({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(there),
    outdir: made,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.13',
    external: Object.keys(natives),
    sourcemap: 'linked',
    banner: { js: banner },
    logLevel: 'silent',
  })
    .then(() => {
      copyPython(join(root, 'shared', 'python'), join(made, 'python'))
      return bundleViews(join(made, 'views'))
    })
    .then(() => stageExtension(made))
    .catch((error) => {
      rmSync(made, { recursive: true, force: true })
      throw new SetupProblem('The sources do not bundle', ['npx tsc tells more.'], error.message)
    })
  rmSync(dist, { recursive: true, force: true })
  renameSync(made, dist)
  const left = missing.length > 0 ? `, without ${missing.join(', ')} (not there yet)` : ''
  return `${there.length} programs and the VS Code extension in dist/${left}`
}

/** Whether nothing that goes into dist/ was touched since it was made. */
function isFresh() {
  const madeMs = statSync(join(dist, 'daybook.mjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0
  const sources = ['shared', 'extension', 'media', 'examples', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|py|mjs|json|css|html|svg|md|ipynb)$/.test(path))
      .map((path) => join(root, folder, path)),
  )
  const inputs = [...sources, join(root, 'package.json'), join(root, 'package-lock.json')]
  return inputs.every((path) => statSync(path).mtimeMs <= madeMs)
}

/**
 * @param {string} from
 * @param {string} to
 */
function copyPython(from, to) {
  if (!existsSync(from)) return
  cpSync(from, to, { recursive: true, filter: (path) => !/__pycache__|\.pyc$|\.pytest_cache/.test(path) })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const steps = startSteps(2)
    await steps.step('Node packages', ensureNodePackages)
    await steps.step('Build', build)
  })
}
