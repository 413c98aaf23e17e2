import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * Bundles the views: `entry.js` for hosts (an ES module), `page.*` for a plain browser, with what both load when they
 * come to need it in `chunk-*.js`; `single.js` for reports. The style sheets lie beside them.
 * @param {string} to folder
 */
export async function bundleViews(to) {
  const { build } = await import('esbuild')
  mkdirSync(to, { recursive: true })
  await build({
    absWorkingDir: root,
    entryPoints: { entry: 'shared/views/entry.ts', page: 'shared/views/browser.ts' },
    outdir: to,
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  })
  // One file that holds all: no modules, which a page opened from a disk may not load.
  await build({
    absWorkingDir: root,
    entryPoints: { single: 'shared/views/single.ts' },
    outdir: to,
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  })
  const media = join(root, 'media')
  for (const name of ['tokens.css', 'vscode.css', 'browser.css', 'page.html']) {
    copyFileSync(join(media, name), join(to, name))
  }
  const sheets = ['tokens.css', 'browser.css', 'page.css'].map((name) =>
    readFileSync(join(media, name), 'utf8'),
  )
  writeFileSync(join(to, 'page.css'), sheets.join('\n'))
}
