import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { openBrowser } from '../../chromium.ts'
import { makeEditorFolder, stagedExtension, startInnerServer } from './editor.ts'
import type { HostConfig, HostResult } from './host/entry.ts'

/** What is run inside the extension host. */
export interface HostRun {
  /** Test files of `test/e2e/vscode/host/`, without their ending: `activation`. */
  files: readonly string[]
  /** The folder that the window shows. */
  workspace: string
  /** Folders of other extensions that are there too. */
  beside?: readonly string[]
  settings?: Record<string, unknown>
  env?: Record<string, string>
  timeoutMs?: number
}

/**
 * Runs mocha inside the real extension host of a real VS Code window, with our extension loaded from
 * dist/vscode. The tests see the whole `vscode` API.
 * @returns one result a test, in order
 */
export async function runInHost(run: HostRun): Promise<HostResult[]> {
  const { folder, remove } = makeEditorFolder()
  const tests = join(folder, 'tests')
  await bundle(run.files, tests)
  const config: HostConfig = {
    mocha: createRequire(import.meta.url).resolve('mocha'),
    files: run.files.map((name) => join(tests, `${name}.cjs`)),
    result: join(folder, 'result.json'),
  }
  writeFileSync(join(tests, 'config.json'), JSON.stringify(config))
  // A window develops one extension only; others are installed.
  for (const path of run.beside ?? []) {
    cpSync(path, join(folder, 'extensions', `${basename(path)}-0.0.1`), { recursive: true })
  }
  const server = await startInnerServer({ folder, ...pick(run) })
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } })
    const remote = `vscode-remote://127.0.0.1:${server.port}`
    const payload = [
      ['extensionDevelopmentPath', `${remote}${stagedExtension}`],
      ['extensionTestsPath', `${remote}${join(tests, 'entry.cjs')}`],
    ]
    await page.goto(
      `${server.url}/?folder=${run.workspace}&payload=${encodeURIComponent(JSON.stringify(payload))}`,
    )
    const deadlineMs = Date.now() + (run.timeoutMs ?? 120_000)
    while (!existsSync(config.result)) {
      if (Date.now() > deadlineMs) {
        throw new Error(
          `The extension host did not finish: ${server.output()}\n${await page.innerText('body')}`,
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return JSON.parse(readFileSync(config.result, 'utf8')) as HostResult[]
  } finally {
    await browser.close()
    await server.close()
    remove()
  }
}

/** Fails with what went wrong inside, and lists what was tried. */
export function assertAllPassed(results: readonly HostResult[]): void {
  for (const { title, failure, wallMs } of results)
    console.log(`      ${failure === null ? '✓' : '✗'} ${title} (${wallMs} ms)`)
  const failed = results.filter(({ failure }) => failure !== null)
  if (results.length === 0) throw new Error('No test ran in the extension host')
  if (failed.length > 0)
    throw new Error(failed.map(({ title, failure }) => `${title}: ${failure}`).join('\n\n'))
}

function pick({ settings, env }: HostRun): {
  settings?: Record<string, unknown>
  env?: Record<string, string>
} {
  return { ...(settings === undefined ? {} : { settings }), ...(env === undefined ? {} : { env }) }
}

async function bundle(files: readonly string[], outdir: string): Promise<void> {
  const folder = join(import.meta.dirname, 'host')
  await build({
    entryPoints: ['entry', ...files].map((name) => join(folder, `${basename(name)}.ts`)),
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'silent',
  })
}
