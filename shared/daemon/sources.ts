import { existsSync, globSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { z } from 'zod'
import { rankFindings } from '../base/finding.ts'
import { Problem } from '../base/problem.ts'
import { dataDefaults } from '../data/data_process.ts'
import { lintInProcess } from '../data/lint_process.ts'
import { isAddress, shownAddress } from '../data/postgres.ts'
import type { LintReport } from '../data/report.ts'
import { parseSchema } from '../data/schema.ts'
import { checkSource, type SeenSource } from '../data/source_check.ts'
import { type DataSource, parseSources } from '../data/source_settings.ts'
import { readLintSettings } from './lint_settings_file.ts'

/** What was found in one source: a report, or why there is none. */
export type SourceResult = { name: string; path: string } & (
  { kind: 'checked'; report: LintReport } | { kind: 'failed'; message: string; hint: string | null }
)

/** How sources are checked. */
export interface SourceChecks {
  root: string
  /** Folder for what was seen last. */
  stateFolder: string
  nowMs: number
  timeLimitMs: number
  memoryBytes: number
  signal: AbortSignal
  progress: (says: string) => void
}

/**
 * The sources that the project's daybook.yaml names.
 * @throws Problem if there are none, or not these
 */
export function readSources(root: string, names: readonly string[]): DataSource[] {
  const path = join(root, 'daybook.yaml')
  const all = existsSync(path) ? parseSources(readFileSync(path, 'utf8'), process.env) : []
  if (all.length === 0) {
    throw new Problem('not_found', `${path} names no sources`, {
      hint: 'sources: {orders: {path: data/orders.parquet, fresh: 1 day, rows: {least: 1000}}}',
    })
  }
  const unknown = names.find((name) => !all.some((source) => source.name === name))
  if (unknown !== undefined) {
    throw new Problem('not_found', `daybook.yaml has no source "${unknown}"`, {
      hint: `It has ${all.map(({ name }) => name).join(', ')}`,
    })
  }
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}

/** Checks sources one after the other; one that cannot be read is told and stops no other. */
export async function checkSources(
  sources: readonly DataSource[],
  how: SourceChecks,
): Promise<SourceResult[]> {
  const seen = readSeen(how.stateFolder)
  const results: SourceResult[] = []
  for (const source of sources) {
    const shown = isAddress(source.path) ? shownAddress(source.path) : source.path
    try {
      const report = await checkOne(source, how, seen[source.name] ?? null)
      seen[source.name] = { rows: report.rows, checkedAtMs: how.nowMs }
      results.push({ name: source.name, path: shown, kind: 'checked', report })
    } catch (error) {
      if (how.signal.aborted || !(error instanceof Problem)) throw error
      results.push({
        name: source.name,
        path: shown,
        kind: 'failed',
        message: error.message,
        hint: error.hint ?? null,
      })
    }
  }
  writeSeen(how.stateFolder, seen)
  return results
}

async function checkOne(
  source: DataSource,
  how: SourceChecks,
  before: SeenSource | null,
): Promise<LintReport> {
  const { rules, suppress } = readLintSettings(how.root)
  const path =
    isAddress(source.path) || isAbsolute(source.path) ? source.path : resolve(how.root, source.path)
  const report = await lintInProcess(
    {
      path,
      against: null,
      table: source.table,
      ...(source.target === undefined ? {} : { target: source.target }),
      ...(source.schema === null ? {} : { schema: schemaOf(how.root, source.schema) }),
      rules,
      suppress,
      sampleRows: dataDefaults.sampleRows,
      engine: 'auto',
      memoryBytes: how.memoryBytes,
      threads: dataDefaults.threads,
    },
    {
      timeLimitMs: how.timeLimitMs,
      signal: how.signal,
      progress: (says) => how.progress(`${source.name}: ${says}`),
    },
  )
  const own = checkSource(source, report, { nowMs: how.nowMs, writtenAtMs: newestOf(path), before })
  return { ...report, name: source.name, findings: rankFindings([...own, ...report.findings]) }
}

function schemaOf(root: string, path: string): ReturnType<typeof parseSchema> {
  const whole = resolve(root, path)
  if (!existsSync(whole))
    throw new Problem('not_found', `There is no schema ${path}`, {
      hint: `daybook schema DATA > ${path} makes one from data that is known to be good.`,
    })
  return parseSchema(readFileSync(whole, 'utf8'))
}

/** When the newest of the files was written; null for a database. */
function newestOf(path: string): number | null {
  if (isAddress(path)) return null
  const times = (existsSync(path) ? [path] : globSync(path)).map((file) => statSync(file).mtimeMs)
  return times.length === 0 ? null : Math.max(...times)
}

const seenForm = z.record(z.string(), z.object({ rows: z.number(), checkedAtMs: z.number() }))

function readSeen(folder: string): Record<string, SeenSource> {
  try {
    return seenForm.parse(JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8')))
  } catch {
    // Lost or broken, it is begun anew: the next check has nothing to compare with.
    return {}
  }
}

function writeSeen(folder: string, seen: Readonly<Record<string, SeenSource>>): void {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'sources.json')
  writeFileSync(`${path}.part`, JSON.stringify(seen))
  renameSync(`${path}.part`, path)
}
