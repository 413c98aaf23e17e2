import { strict as assert } from 'node:assert'
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { cachedEnvironment } from '../../scripts/python.mjs'
import { skip } from '../skip.ts'
import { libraryPackages } from './library_packages.ts'

/** What is expected of one public script or notebook. */
interface Example {
  from: string
  file: string
  runs: number
  /** Fits that are told; null where it depends on the data. */
  fits: number | null
}

/** What test/python/public_runs.py prints. */
interface Seen {
  runs: number
  fits: number
  children: number
  metrics: number
  inputs: number
  /** How the example itself failed; empty if it did not. */
  failed: string
}

const root = join(import.meta.dirname, '../..')
const table = join(root, 'test/fixtures/public-runs.json')
const { examples } = JSON.parse(readFileSync(table, 'utf8')) as { examples: Example[] }
const folder = process.env['DAYBOOK_PUBLIC_EXAMPLES']

/**
 * Public scripts and notebooks, unedited, as a table of runs expected and seen. DAYBOOK_PUBLIC_EXAMPLES names a
 * folder that holds the sources of test/fixtures/public-runs.json, anywhere below it.
 */
describe('public scripts and notebooks, unedited', () => {
  const files = new Map<string, string>()
  const rows: string[] = []
  let python = ''

  before('the examples, and an environment for them', async function () {
    this.timeout(1_200_000)
    if (folder === undefined || !existsSync(folder)) {
      skip(
        this,
        'set DAYBOOK_PUBLIC_EXAMPLES to a folder with the sources named in test/fixtures/public-runs.json',
      )
    }
    for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      files.set(basename(path), join(folder, path))
    }
    python = await cachedEnvironment('kernel-module-libraries', libraryPackages)
  })

  for (const { from, file, runs, fits } of examples) {
    it(`${file} (${from}): ${runs} at the top, ${fits ?? 'some'} fits`, async function () {
      this.timeout(700_000)
      const path = files.get(file) ?? skip(this, `${file} is not there`)
      const seen = await runExample(python, path)
      const extra = [`${seen.children} inside`, `${seen.metrics} metrics`, `${seen.inputs} inputs`]
      if (seen.failed !== '') extra.push(`the example itself fails: ${seen.failed}`)
      rows.push(
        `${from} ${file}: expected ${runs}/${fits ?? '?'}, seen ${seen.runs}/${seen.fits}, ${extra.join(', ')}`,
      )
      assert.equal(seen.runs, runs, `runs; ${JSON.stringify(seen)}`)
      if (fits !== null) assert.equal(seen.fits, fits, `fits; ${JSON.stringify(seen)}`)
    })
  }

  after('the table', () => console.log(rows.join('\n')))
})

async function runExample(python: string, path: string): Promise<Seen> {
  return new Promise((resolve, reject) => {
    execFile(
      python,
      [join(import.meta.dirname, 'public_runs.py'), path],
      { cwd: root },
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as Seen)
        else reject(new Error(`Cannot run ${path}: ${stderr}`))
      },
    )
  })
}
