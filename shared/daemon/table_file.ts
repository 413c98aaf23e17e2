import {
  Float64,
  Table,
  tableToIPC,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
  type Vector,
} from 'apache-arrow'
import type { Searcher } from '../runs/searcher.ts'
import type { RunRow, TablePart, TableQuery } from '../runs/table_row.ts'

/** A table of runs that is to become a file. */
export interface TableToWrite {
  searcher: Searcher
  query: TableQuery
  shown: TablePart['shown']
}

/** Rows that are read at once: between two reads others are answered. */
const readRows = 2_000

interface FileColumn {
  name: string
  kind: 'text' | 'number' | 'time'
  values: (string | number | null)[]
}

/** As CSV (RFC 4180) with a head line, in UTF-8; times in ISO 8601. */
export async function tableToCsv(table: TableToWrite): Promise<Uint8Array> {
  const columns = await readColumns(table)
  const rows = columns[0]?.values.length ?? 0
  const lines = [columns.map(({ name }) => quote(name)).join(',')]
  for (let i = 0; i < rows; i++) {
    lines.push(columns.map(({ kind, values }) => cell(values[i] ?? null, kind)).join(','))
  }
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}

/** As an Arrow file: metrics as doubles, times as timestamps, all else as text. */
export async function tableToArrow(table: TableToWrite): Promise<Uint8Array> {
  const vectors: Record<string, Vector> = {}
  for (const { name, kind, values } of await readColumns(table)) {
    const type = kind === 'number' ? new Float64() : kind === 'time' ? new TimestampMillisecond() : new Utf8()
    vectors[name] = vectorFromArray(values, type)
  }
  return tableToIPC(new Table(vectors), 'file')
}

async function readColumns({ searcher, query, shown }: TableToWrite): Promise<FileColumn[]> {
  const columns: (FileColumn & { of(run: RunRow): string | number | null })[] = []
  const add = (name: string, kind: FileColumn['kind'], of: (run: RunRow) => string | number | null): void =>
    void columns.push({ name, kind, of, values: [] })
  add('run_id', 'text', (run) => run.id)
  add('name', 'text', (run) => run.name)
  add('experiment', 'text', (run) => run.experiment)
  add('status', 'text', (run) => run.status)
  add('started', 'time', (run) => run.startMs)
  add('ended', 'time', (run) => run.endMs)
  add('duration_s', 'number', (run) => (run.endMs === null ? null : (run.endMs - run.startMs) / 1000))
  for (const key of shown.metrics) {
    // Not a number is a value, and no value is none.
    add(`metrics.${key}`, 'number', (run) => (run.metrics[key] === null ? NaN : (run.metrics[key] ?? null)))
  }
  for (const key of shown.params) add(`params.${key}`, 'text', (run) => run.params[key] ?? null)
  for (const key of shown.tags) add(`tags.${key}`, 'text', (run) => run.tags[key] ?? null)
  for (let offset = 0, total = Infinity; offset < total; offset += readRows) {
    const window = await searcher.ask('window', { query, part: { offset, limit: readRows, shown } })
    total = window.total
    for (const row of window.rows) {
      if (row.kind === 'run') for (const column of columns) column.values.push(column.of(row))
    }
  }
  return columns
}

function cell(value: string | number | null, kind: FileColumn['kind']): string {
  if (value === null) return ''
  return kind === 'time' ? new Date(value).toISOString() : quote(String(value))
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
