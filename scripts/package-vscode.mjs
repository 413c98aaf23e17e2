// npm run package:vscode: the extension as one .vsix for this platform, in dist/. It needs nothing beside it.
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from './build.mjs'
import { ensureNodePackages } from './node.mjs'
import { root } from './paths.mjs'
import { runMain } from './problem.mjs'
import { startSteps } from './steps.mjs'
import { describeShares, vsixShares } from './vsix_shares.mjs'

/** VS Code's name of this platform. */
const target = `${process.platform}-${process.arch}`

/** Where the package lies. */
export const vsixPath = join(root, 'dist', `daybook-${target}.vsix`)

/**
 * Packs dist/vscode into a .vsix, unless the one that is there is newer.
 * @returns {Promise<string>} its size, and what takes how much of it
 */
export async function packageExtension() {
  const staged = join(root, 'dist', 'vscode', 'package.json')
  const madeMs = statSync(vsixPath, { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (madeMs < statSync(staged).mtimeMs) {
    const { createVSIX } = await import('@vscode/vsce')
    const { log } = console
    console.log = () => {}
    try {
      await createVSIX({
        cwd: join(root, 'dist', 'vscode'),
        packagePath: vsixPath,
        target,
        dependencies: false,
        allowMissingRepository: true,
        // Links of README and CHANGELOG lead to places of the project, wherever that is published.
        rewriteRelativeLinks: false,
      })
    } finally {
      console.log = log
    }
  }
  const { size } = statSync(vsixPath)
  const shares = describeShares(vsixShares(vsixPath), size)
  return `dist/daybook-${target}.vsix, ${(size / 1e6).toFixed(1)} MB: ${shares}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const steps = startSteps(3)
    await steps.step('Node packages', ensureNodePackages)
    await steps.step('Build', build)
    await steps.step('Package', packageExtension)
  })
}
