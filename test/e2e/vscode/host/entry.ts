import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type MochaClass from 'mocha'

/** What runs inside the host, and where its results go. */
export interface HostConfig {
  /** Where mocha is. */
  mocha: string
  files: string[]
  /** Written when all is done. */
  result: string
}

/** How one test ended. */
export interface HostResult {
  title: string
  failure: string | null
  wallMs: number
}

/** Called by VS Code in the extension host when the window is up. */
export async function run(): Promise<void> {
  const config = JSON.parse(readFileSync(join(__dirname, 'config.json'), 'utf8')) as HostConfig
  const results: HostResult[] = []
  try {
    const Mocha = createRequire(config.mocha)(config.mocha) as typeof MochaClass
    const mocha = new Mocha({ timeout: 30_000, ui: 'bdd', reporter: 'min' })
    for (const file of config.files) mocha.addFile(file)
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => resolve())
      runner.on('pass', (test) =>
        results.push({ title: test.fullTitle(), failure: null, wallMs: test.duration ?? 0 }),
      )
      runner.on('fail', (test, error: Error) =>
        results.push({
          title: test.fullTitle(),
          failure: error.stack ?? error.message,
          wallMs: test.duration ?? 0,
        }),
      )
    })
  } catch (error) {
    results.push({ title: 'the host itself', failure: String((error as Error).stack), wallMs: 0 })
  }
  // In one step, since the other side waits for the file.
  writeFileSync(`${config.result}.new`, JSON.stringify(results))
  renameSync(`${config.result}.new`, config.result)
}
