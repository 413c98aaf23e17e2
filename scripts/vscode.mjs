import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'
import { licencesOf } from './licences.mjs'
import { copyNatives } from './natives.mjs'

/** What goes into the extension as it is: from the project folder to its place inside. */
const copied = {
  LICENSE: 'LICENSE',
  'CHANGELOG.md': 'CHANGELOG.md',
  'extension/README.md': 'README.md',
  'extension/media': 'media',
  'media/tokens.css': 'media/tokens.css',
  'media/vscode.css': 'media/vscode.css',
  'extension/walkthrough': 'walkthrough',
  'examples/income.ipynb': 'examples/income.ipynb',
  'examples/adult.parquet': 'examples/adult.parquet',
  'examples/SOURCE.md': 'examples/SOURCE.md',
}

/**
 * ipywidgets' page brings the widgets of version 7 too, and style sheets in the code: ours come as one file.
 * @type {import('esbuild').Plugin}
 */
const leanWidgets = {
  name: 'lean-widgets',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.css$|^@jupyter-widgets\/(base|controls)7/ }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }))
    onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: '' }))
  },
}

/** What shows outputs that VS Code itself cannot show; extension/manifest.json says which. */
const renderers = ['plotly', 'vega', 'widgets']

/**
 * Puts the whole VS Code extension together in one folder, as it is installed: manifest, its own bundle, the
 * programs with their natives for this platform, the Python module, the example. Nothing outside of it is needed.
 * @param {string} made folder that holds the bundled programs
 */
export async function stageExtension(made) {
  const stage = join(made, 'vscode')
  const { build } = await import('esbuild')
  const extension = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: { extension: 'extension/extension.ts' },
    outdir: stage,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    minify: true,
    keepNames: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'silent',
  })
  const page = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: { page: 'extension/webview/page.ts' },
    outdir: join(stage, 'webview'),
    bundle: true,
    splitting: true,
    chunkNames: 'chunk-[hash]',
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  })
  // Each renderer is a file of its own: VS Code loads it when the first output of its kind is shown.
  const drawn = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(renderers.map((name) => [name, `extension/renderers/${name}.ts`])),
    outdir: join(stage, 'renderers'),
    plugins: [leanWidgets],
    loader: { '.svg': 'text' },
    // JupyterLab's packages expect what bundles them there.
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  })
  const style = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: ['extension/renderers/widgets_style.css'],
    outdir: join(stage, 'renderers'),
    bundle: true,
    minify: true,
    loader: { '.woff2': 'file' },
    assetNames: '[name]',
    logLevel: 'silent',
  })
  const bundles = [extension, page, drawn, style].map(({ metafile }) => metafile)
  writeFileSync(join(stage, 'LICENSES.txt'), licencesOf(bundles))
  writeFileSync(join(stage, '.vscodeignore'), '**/*.map\n')
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`)
  for (const [from, to] of Object.entries(copied)) {
    if (existsSync(join(root, from))) cpSync(join(root, from), join(stage, to), { recursive: true })
  }
  const programs = join(stage, 'programs')
  mkdirSync(programs)
  for (const name of readdirSync(made)) {
    if (name === 'vscode' || name.endsWith('.map')) continue
    cpSync(join(made, name), join(programs, name), { recursive: true })
  }
  copyNatives(join(programs, 'node_modules'))
}

/** The extension's manifest with what stands elsewhere: version, licence, settings. */
async function manifest() {
  const own = JSON.parse(readFileSync(join(root, 'extension', 'manifest.json'), 'utf8'))
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { vscodeConfiguration } = await importTypescript('shared/api/settings.ts')
  return {
    ...own,
    version,
    license,
    contributes: { ...own.contributes, configuration: vscodeConfiguration() },
  }
}

/**
 * Imports one of our sources on a Node that may not read TypeScript itself.
 * @param {string} path
 */
async function importTypescript(path) {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  })
  return import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? '').toString('base64')}`
  )
}
