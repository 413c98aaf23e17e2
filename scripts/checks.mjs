import { delimiter, dirname } from 'node:path'
import { node24, root } from './paths.mjs'
import { lastLines, run } from './run.mjs'

/** What `npm run check` runs, one by one, and what to do when it does not hold. */
const all = [
  {
    name: 'formatting',
    args: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'],
    todo: 'npm run format',
  },
  { name: 'lint', args: ['node_modules/eslint/bin/eslint.js', '.'], todo: 'npx eslint .' },
  { name: 'types', args: ['node_modules/typescript/bin/tsc'], todo: 'npx tsc' },
  {
    name: 'types of the views',
    args: ['node_modules/typescript/bin/tsc', '-p', 'shared/views'],
    todo: 'npx tsc -p shared/views',
  },
  {
    name: 'types of the VS Code extension',
    args: ['node_modules/typescript/bin/tsc', '-p', 'extension'],
    todo: 'npx tsc -p extension',
  },
  {
    name: "types of the extension's pages",
    args: ['node_modules/typescript/bin/tsc', '-p', 'extension/webview'],
    todo: 'npx tsc -p extension/webview',
  },
  {
    name: "types of the extension's renderers",
    args: ['node_modules/typescript/bin/tsc', '-p', 'extension/renderers'],
    todo: 'npx tsc -p extension/renderers',
  },
  {
    name: 'types of the JupyterLab extension',
    args: ['node_modules/typescript/bin/tsc', '-p', 'jupyterlab'],
    todo: 'npx tsc -p jupyterlab',
  },
  {
    name: 'architecture',
    args: ['node_modules/mocha/bin/mocha.js', '--reporter', 'dot', 'test/architecture.test.ts'],
    todo: 'npx mocha test/architecture.test.ts',
  },
]

/**
 * Runs the checks on Node 24; each counts as one test. They give way to what runs beside them.
 * @returns {Promise<{ passed: number, failed: number, skipped: [] }>}
 */
export async function checks() {
  let failed = 0
  const path = [dirname(node24), process.env.PATH ?? ''].join(delimiter)
  for (const { name, args, todo } of all) {
    const startedMs = Date.now()
    const result = await run(node24, args, {
      cwd: root,
      env: { ...process.env, PATH: path },
      background: true,
    })
    console.log(
      `  ${result.ok ? '✓' : '✗'} check: ${name} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`,
    )
    if (result.ok) continue
    failed++
    console.log(`${lastLines(result.output, 60).replace(/^/gm, '      ')}\n      to see it alone: ${todo}`)
  }
  return { passed: all.length - failed, failed, skipped: [] }
}
