import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { skip } from '../skip.ts'

/** The folder with real data that is not part of the project, or null if it is not there. */
export function realDataFolder(): string | null {
  const beside = ['../../../shared/data/', '../../../../shared/data/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  const folders = [process.env['DAYBOOK_TEST_DATA'], ...beside]
  return folders.find((folder) => folder !== undefined && existsSync(`${folder}/tabular`)) ?? null
}

/** A file of the real data; the test is skipped where there is none. */
export function realData(context: Mocha.Context, path: string): string {
  const folder = realDataFolder()
  if (folder === null || !existsSync(`${folder}/${path}`))
    skip(context, `${path} is not there: set DAYBOOK_TEST_DATA to a folder with tabular/ and dirty/`)
  return `${folder}/${path}`
}
