import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../scripts/paths.mjs'

/**
 * The folder of public data sets that some tests and benches read in place, since most of them may not be copied
 * into the project: DAYBOOK_DATA, or `shared/data` in a folder around the checkout. Null where there is none.
 */
export function sharedData(): string | null {
  const given = process.env['DAYBOOK_DATA']
  if (given !== undefined) return given
  for (let folder = dirname(root); ; folder = dirname(folder)) {
    const data = join(folder, 'shared', 'data')
    if (existsSync(join(data, 'README.md'))) return data
    if (folder === dirname(folder)) return null
  }
}
