import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Store } from '../store/store.ts'
import { getExperiment } from './experiment.ts'
import { exportMlruns, type ExportWish, type MlrunsSummary } from './export_mlruns.ts'
import { int64Column, readInt64 } from './int64.ts'
import { allRuns } from './run_data.ts'

/** A column of a CSV file. */
export type CsvColumn = [name: string, kind: 'text' | 'number' | 'whole' | 'time']

/** What was written. */
export interface ExportSummary extends MlrunsSummary {
  metricRows: number
  /** Absolute paths. */
  files: { runs: string; metrics: string; mlruns: string }
  /** Columns of the CSV files, with what their values are. */
  columns: { runs: CsvColumn[]; metrics: CsvColumn[] }
}

/**
 * Writes every experiment and run in open formats: `runs.csv` (a row a run), `metrics.csv` (a row a value) and
 * `mlruns/`, the folder layout of MLflow's file store, with artifacts. May be repeated into the same folder.
 */
export async function exportAll(store: Store, wish: ExportWish): Promise<ExportSummary> {
  mkdirSync(wish.folder, { recursive: true })
  const files = {
    runs: join(wish.folder, 'runs.csv'),
    metrics: join(wish.folder, 'metrics.csv'),
    mlruns: join(wish.folder, 'mlruns'),
  }
  const runs = writeRunsCsv(store, files.runs)
  const metricRows = writeMetricsCsv(store, files.metrics)
  const mlruns = await exportMlruns(store, { ...wish, folder: files.mlruns })
  return { ...mlruns, metricRows, files, columns: { runs, metrics: metricsColumns } }
}

/** A row for each run, one column for each parameter, metric and tag that any run has. Returns the columns. */
export function writeRunsCsv(store: Store, path: string): CsvColumn[] {
  const names = (table: string): string[] =>
    store
      .all(
        `SELECT name FROM key_name k WHERE EXISTS (SELECT 1 FROM ${table} t WHERE t.key = k.id) ORDER BY name`,
      )
      .map((row) => row['name'] as string)
  const [params, metrics, tags] = [names('param'), names('latest_metric'), names('tag')]
  const experiments = new Map<string, string>()
  const experimentName = (id: string): string => {
    const known = experiments.get(id) ?? getExperiment(store, id).name
    experiments.set(id, known)
    return known
  }
  const texts = (...names: string[]): CsvColumn[] => names.map((name) => [name, 'text'])
  const columns: CsvColumn[] = [
    ...texts('run_id', 'name', 'experiment', 'status', 'user'),
    ...['start', 'end', 'deleted'].map((name): CsvColumn => [name, 'time']),
    ...texts('parent_run_id', ...params.map((name) => `params.${name}`)),
    ...metrics.map((name): CsvColumn => [`metrics.${name}`, 'number']),
    ...texts(...tags.map((name) => `tags.${name}`)),
  ]
  writeCsv(path, (write) => {
    write(columns.map(([name]) => name))
    for (const run of allRuns(store)) {
      write([
        run.id,
        run.name,
        experimentName(run.experimentId),
        run.status,
        run.userId,
        isoTime(run.startMs),
        isoTime(run.endMs),
        isoTime(run.deletedMs),
        run.parentId,
        ...params.map((name) => own(run.params, name)),
        ...metrics.map((name) => own(run.metrics, name)?.value),
        ...tags.map((name) => own(run.tags, name)),
      ])
    }
  })
  return columns
}

const metricsColumns: CsvColumn[] = [
  ['run_id', 'text'],
  ['metric', 'text'],
  ['step', 'whole'],
  ['timestamp_ms', 'whole'],
  ['value', 'number'],
]

/** A row for each value of each metric: run, metric, step, time, value. Returns the number of values. */
export function writeMetricsCsv(store: Store, path: string): number {
  let rows = 0
  writeCsv(path, (write) => {
    write(metricsColumns.map(([name]) => name))
    const values = store.each(
      `SELECT r.id, k.name, ${int64Column('m.step', 'step')}, ${int64Column('m.at_ms', 'at_ms')}, m.value, m.is_nan
       FROM metric m JOIN run r ON r.seq = m.run JOIN key_name k ON k.id = m.key`,
    )
    for (const row of values) {
      rows++
      const value = row['is_nan'] === 1 ? NaN : (row['value'] as number)
      write([
        row['id'] as string,
        row['name'] as string,
        readInt64(row['step']),
        readInt64(row['at_ms']),
        value,
      ])
    }
  })
  return rows
}

type Cell = string | number | bigint | null | undefined

/** Text by RFC 4180, lines ended by a line feed. */
function writeCsv(path: string, fill: (write: (cells: readonly Cell[]) => void) => void): void {
  const file = openSync(path, 'w', 0o600)
  try {
    let pending = ''
    fill((cells) => {
      pending += `${cells.map(csvCell).join(',')}\n`
      if (pending.length < 100_000) return
      writeSync(file, pending)
      pending = ''
    })
    writeSync(file, pending)
  } finally {
    closeSync(file)
  }
}

function csvCell(cell: Cell): string {
  if (cell === null || cell === undefined) return ''
  const text = String(cell)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function isoTime(ms: number | null): string | null {
  // Beyond these a date has no name; the number itself is then better than nothing.
  if (ms === null || Math.abs(ms) > 8.64e15) return ms === null ? null : String(ms)
  return new Date(ms).toISOString()
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
