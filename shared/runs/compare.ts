import { readFileSync } from 'node:fs'
import { parseLooseJson } from '../base/json.ts'
import type { Store } from '../store/store.ts'
import { compareCells, type RanCell } from './compare_cells.ts'
import { compareDatasets } from './compare_datasets.ts'
import type { ComparedMetric, ComparedRun, ComparedTexts, Comparison } from './comparison.ts'
import { guessDirection, isBetter } from './metric_direction.ts'
import { rowsBehind } from './metric_rows.ts'
import { getRun } from './run.ts'
import { findRunArtifact } from './run_artifact.ts'
import type { Run } from './run_data.ts'

/**
 * What differs between two or more runs: parameters, metrics, origin, code cell by cell, packages, data.
 * Code and packages are what capture wrote among the run's artifacts at its end.
 * @throws RunNotFoundError
 */
export function compareRuns(store: Store, runIds: readonly string[], artifactsDir: string): Comparison {
  const runs = runIds.map((id) => getRun(store, id))
  const cells = runs.map((run) => readCells(artifactsDir, run))
  const environments = runs.map((run) => readJson(artifactsDir, run, 'daybook/environment.json'))
  const packages = environments.map((found) => textsOf(asRecord(found)?.['packages']))
  return {
    runs: runs.map((run, i) => describe(store, run, cells[i] !== null, packages[i] !== null)),
    params: compareTexts(runs.map((run) => run.params)),
    metrics: compareMetrics(runs),
    tags: compareTexts(runs.map((run) => originTags(run.tags))),
    cells: compareCells(cells),
    environment: compareTexts(environments.map((found) => textsOf(pick(found, ['python', 'platform'])))),
    // A run whose packages are not known would make every package of the others look added.
    packages: compareTexts(packages, { unknown: 'skip' }),
    datasets: compareDatasets(runs),
  }
}

/** Texts by key, run by run: those that differ first, then by key. A missing text is a difference. */
export function compareTexts(
  records: readonly (Readonly<Record<string, string>> | null)[],
  options: { unknown?: 'skip' | 'count' } = {},
): ComparedTexts[] {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record ?? {})))].sort()
  const compared = keys.map((key) => {
    const values = records.map((record) => ownValue(record, key))
    const counted = options.unknown === 'skip' ? values.filter((_value, i) => records[i] !== null) : values
    return { key, values, differs: new Set(counted).size > 1 }
  })
  return [...compared.filter(({ differs }) => differs), ...compared.filter(({ differs }) => !differs)]
}

function compareMetrics(runs: readonly Run[]): ComparedMetric[] {
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.metrics)))].sort()
  return keys.map((key) => {
    const values = runs.map((run) => {
      const value = Object.hasOwn(run.metrics, key) ? run.metrics[key]?.value : undefined
      if (value === undefined) return null
      return Number.isNaN(value) ? 'NaN' : value
    })
    const numbers = values.filter((value) => typeof value === 'number')
    const better = guessDirection(key)
    const differs = new Set(values).size > 1
    return {
      key,
      values,
      rows: runs.map((run) => rowsBehind(run, key)),
      differs,
      better,
      best: better === null || !differs ? [] : bestPlaces(values, better),
      range: numbers.length === 0 ? null : { min: Math.min(...numbers), max: Math.max(...numbers) },
    }
  })
}

function bestPlaces(values: ComparedMetric['values'], better: 'lower' | 'higher'): number[] {
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length === 0) return []
  const best = numbers.reduce((a, b) => (isBetter(better, b, a) ? b : a))
  return values.flatMap((value, i) => (value === best ? [i] : []))
}

function describe(store: Store, run: Run, hasCode: boolean, hasPackages: boolean): ComparedRun {
  const experiment = store.get('SELECT name FROM experiment WHERE id = ?', Number(run.experimentId))
  const { id, name, status, startMs, endMs } = run
  return {
    id,
    name,
    experiment: experiment?.['name'] as string,
    status,
    startMs,
    endMs,
    hasCode,
    hasPackages,
  }
}

/** Tags that tell where a run came from. The cell's code and the cost have places of their own. */
function originTags(tags: Readonly<Record<string, string>>): Record<string, string> {
  const wanted = /^(mlflow\.source\.|daybook\.git\.|daybook\.notebook$|daybook\.cell$|daybook\.error$)/
  return Object.fromEntries(Object.entries(tags).filter(([key]) => wanted.test(key)))
}

function readCells(artifactsDir: string, run: Run): RanCell[] | null {
  const found = readJson(artifactsDir, run, 'daybook/cells.json')
  if (!Array.isArray(found)) return null
  return found.flatMap((entry) => {
    const cell = asRecord(entry)
    if (typeof cell?.['code'] !== 'string') return []
    return [{ cell: typeof cell['cell'] === 'string' ? cell['cell'] : null, code: cell['code'] }]
  })
}

/** An artifact as JSON; null if it is not there or is none: what a run left is never a reason to fail. */
function readJson(artifactsDir: string, run: Run, path: string): unknown {
  try {
    const file = findRunArtifact({ artifactsDir, run }, path)
    return file === null ? null : parseLooseJson(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

function asRecord(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

function pick(value: unknown, keys: readonly string[]): Record<string, unknown> | null {
  const record = asRecord(value)
  return record === null ? null : Object.fromEntries(keys.map((key) => [key, record[key]]))
}

function textsOf(value: unknown): Record<string, string> | null {
  const record = asRecord(value)
  if (record === null) return null
  const texts = Object.entries(record).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return Object.fromEntries(texts)
}

function ownValue(record: Readonly<Record<string, string>> | null, key: string): string | null {
  return record !== null && Object.hasOwn(record, key) ? (record[key] ?? null) : null
}
