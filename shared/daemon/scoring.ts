import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '../base/problem.ts'
import { readModelPackage } from '../models/model_package.ts'

/** Rows that models are asked about: a Parquet file, or columns and rows. */
export type ScoredTable =
  { path: string } | { columns: readonly string[]; data: readonly (readonly unknown[])[] }

/** What a model said, row by row, or why it said nothing. */
export type Scored = { values: (string | number | null)[] } | { error: string }

/** How models are asked. */
export interface Scoring {
  python: string
  /** Folder of the Python module. */
  pythonFolder: string
  timeLimitMs?: number
}

/**
 * Asks models about all rows of a table, in one Python process of its own: no deployment is needed.
 * @param folders of their packages
 * @throws Problem `data_unreadable` with the process's own words
 */
export async function scoreTable(
  table: ScoredTable,
  folders: readonly string[],
  { python, pythonFolder, timeLimitMs = 300_000 }: Scoring,
): Promise<Scored[]> {
  const place = mkdtempSync(join(tmpdir(), 'daybook-score-'))
  const [request, to, rows] = ['request.json', 'said.json', 'rows.json'].map((name) => join(place, name)) as [
    string,
    string,
    string,
  ]
  try {
    if (!('path' in table)) writeFileSync(rows, JSON.stringify(table), { mode: 0o600 })
    const models = folders.map((folder) => {
      const { flavors, signature, code } = readModelPackage(folder)
      const columns =
        signature.inputs?.kind === 'columns' ? signature.inputs.columns.map(({ name }) => name) : []
      return { folder, flavors, columns, code }
    })
    const wanted = { table: 'path' in table ? table.path : rows, models, to }
    writeFileSync(request, JSON.stringify(wanted), { mode: 0o600 })
    const program = join(pythonFolder, 'daybook', 'serve', 'score.py')
    await promisify(execFile)(python, [program, request], {
      timeout: timeLimitMs,
      env: { ...process.env, OMP_WAIT_POLICY: 'passive', PYTHONWARNINGS: 'ignore' },
    })
    return JSON.parse(readFileSync(to, 'utf8')) as Scored[]
  } catch (error) {
    if (error instanceof Problem) throw error
    const words = (error as { stderr?: string }).stderr ?? (error as Error).message
    const last = words.trim().split('\n').at(-1) ?? ''
    throw new Problem('data_unreadable', `The models could not be asked: ${last}`, { cause: error })
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
