import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync, type WriteStream } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { Problem } from '../base/problem.ts'
import { serveDataRequests, type DataTools } from '../data/data_worker.ts'
import { quoteName, quoteText, type Database, type RelationColumn } from '../data/database.ts'
import { findFiles, makeRelation, withoutRowNumber } from '../data/relation.ts'
import { readModelPackage } from '../models/model_package.ts'
import { BatchAnswers } from './batch_answer.ts'
import type { BatchRequest, BatchResult } from './batch_predict.ts'
import { inputOfTable, wantedColumns } from './batch_table.ts'
import { sliceInput, type ModelInput } from './frame.ts'
import { predictionLine, type Prediction } from './prediction.ts'
import { recordsOf } from './prediction_record.ts'
import { batchSegmentPath, rollSegment } from './prediction_segment.ts'
import { processMemoryBytes } from './process_memory.ts'
import { WorkerDoor } from './worker_door.ts'
import { ModelError, ModelWorker, WorkerDiedError } from './worker_process.ts'

serveDataRequests<BatchResult>(async (request: BatchRequest, tools) => {
  const form = formOf(request)
  const database = await tools.open()
  const door = await WorkerDoor.open(join(database.spillFolder, 'worker.sock'))
  try {
    return await predict(request, tools, { database, door, form })
  } finally {
    door.close()
    database.close()
  }
})

interface Parts {
  database: Database
  door: WorkerDoor
  form: string
}

/** So many failed rows without an answer say that the model cannot answer this table at all. */
const hopeless = 50

async function predict(
  request: BatchRequest,
  { progress }: DataTools,
  { database, door, form }: Parts,
): Promise<BatchResult> {
  const model = readModelPackage(request.folder)
  const schema = model.signature.inputs
  progress('reading the table')
  const { from, number } = await relationOf(database, request.input)
  const all = (await database.describe(from)).filter(({ name }) => withoutRowNumber(name))
  const wanted = wantedColumns(schema)
  const columns = wanted === null ? all : all.filter(({ name }) => wanted.includes(name))
  const [counted] = await database.rows(`SELECT count(*) AS n FROM ${from}`)
  const total = Number(counted?.['n'] ?? 0)
  if (total === 0) throw new Problem('data_unreadable', 'The table has no rows')
  progress('loading the model')
  const { worker, loaded } = await ModelWorker.start(door, {
    ...{ python: request.python, program: request.program, model, rank: 'first', loadTimeoutMs: 300_000 },
    logFile: join(database.spillFolder, 'worker.log'),
  })
  const watch = setInterval(() => {
    const bytes = processMemoryBytes(worker.pid)
    if (bytes > request.modelBytes)
      worker.kill(
        `took ${Math.round(bytes / 1e6)} MB of ${Math.round(request.modelBytes / 1e6)} and was ended`,
      )
  }, 200)
  const answers = new BatchAnswers(loaded.classes)
  const lines = createWriteStream(join(database.spillFolder, 'answers.jsonl'), { mode: 0o600 })
  const record = openRecord(request)
  let [done, failed, failure]: [number, number, string | null] = [0, 0, null]
  try {
    const named: RelationColumn = { name: number, type: 'BIGINT', kind: 'integer' }
    // A name that is missing is told by the check of the first piece, in its words.
    for await (const piece of database.pieces([named, ...columns], from, request.batchRows)) {
      const [numbers, ...rest] = piece.columns
      const first = done
      const input = inputOfTable({ columns: rest, rows: piece.rows }, schema, first)
      const text: string[] = []
      for await (const part of askAll(worker, input)) {
        for (let row = 0; row < part.rows; row++) {
          const n = numbers?.numbers?.[part.from + row] ?? first + part.from + row
          text.push('error' in part ? answers.failure(n, part.error) : answers.line(n, part.output, row))
        }
        if ('error' in part) {
          failed += part.rows
          failure ??= part.error
          if (failed === done + part.from + part.rows && failed >= Math.min(hopeless, total))
            throw new Problem('bad_request', `The model cannot answer the rows of this table: ${part.error}`)
        }
        record?.add(part, input, first)
      }
      await write(lines, text.join(''))
      done += piece.rows
      progress(`${done.toLocaleString('en')} of ${total.toLocaleString('en')} rows`)
    }
  } catch (error) {
    record?.drop()
    if (!(error instanceof WorkerDiedError)) throw error
    throw new Problem('data_limit', `The model's process ${error.message} at row ${done} of ${total}`, {
      hint: 'Ask fewer rows at a time (--batch), or allow the model more memory (--model-memory).',
      cause: error,
    })
  } finally {
    clearInterval(watch)
    worker.kill('is not needed any more')
    await new Promise<void>((ended) => lines.end(() => ended()))
  }
  progress(`writing ${request.output}`)
  const added = await writeOutput(request, answers, { database, from, number, form, columns: all })
  const recorded = (await record?.close()) ?? 0
  return {
    ...{ rows: done, failed, failure, added, recorded },
    inputs: columns.map(({ name }) => name),
    others: all.map(({ name }) => name).filter((name) => columns.every((column) => column.name !== name)),
    answers: answers.summary,
  }
}

type Part = { from: number; rows: number } & (
  { output: Awaited<ReturnType<ModelWorker['predict']>> } | { error: string }
)

/** The answers to all rows; where the model fails, by halves, so that one bad row does not hurt the others. */
async function* askAll(worker: ModelWorker, input: ModelInput): AsyncGenerator<Part> {
  const open: [number, number][] = [[0, input.rows]]
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    const [from, to] = span
    try {
      const output = await worker.predict(sliceInput(input, from, to), { chances: true })
      if (output.parts.some(({ shape }) => shape[0] !== to - from))
        throw new Problem('bad_request', 'The model does not answer row by row')
      yield { from, rows: to - from, output }
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      const middle = (from + to) >> 1
      if (to - from === 1) yield { from, rows: 1, error: error.message }
      else open.push([middle, to], [from, middle])
    }
  }
}

/** Puts the answers beside the table's columns, in the table's order. Written under another name first. */
async function writeOutput(
  { output }: BatchRequest,
  answers: BatchAnswers,
  table: {
    database: Database
    from: string
    number: string
    form: string
    columns: readonly RelationColumn[]
  },
): Promise<string[]> {
  const { database, from, number, form } = table
  const types = [...answers.columns].map(([name, type]) => `${quoteText(name)}: '${type}'`)
  const taken = new Set(table.columns.map(({ name }) => name.toLowerCase()))
  const free = (name: string): string => (taken.has(name.toLowerCase()) ? free(`${name}_`) : name)
  const renamed = [...answers.columns.keys()].map((name) => [name, free(name)] as const)
  const own = table.columns.map(({ name }) => `d.${quoteName(name)}`)
  const said = renamed.map(([name, as]) => `a.${quoteName(name)} AS ${quoteName(as)}`)
  const lines = quoteText(join(database.spillFolder, 'answers.jsonl'))
  const options = form === '.csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet, COMPRESSION zstd'
  const unfinished = `${output}.part`
  try {
    await database.run(
      `COPY (SELECT ${[...own, ...said].join(', ')} FROM ${from} d
         JOIN read_json(${lines}, columns = {n: 'BIGINT', ${types.join(', ')}}, format = 'newline_delimited') a
         ON d.${number} = a.n ORDER BY a.n) TO ${quoteText(unfinished)} (${options})`,
    )
    renameSync(unfinished, output)
  } finally {
    rmSync(unfinished, { force: true })
  }
  return renamed.map(([, as]) => as)
}

/** The table with a number for each row. */
async function relationOf(database: Database, input: string): Promise<{ from: string; number: string }> {
  const files = findFiles(input)
  if (files.kind !== 'parquet' && files.kind !== 'csv' && files.kind !== 'json')
    throw new Problem('bad_request', `${input} is ${files.kind}: give Parquet, CSV or JSON lines`)
  const { from, rowNumber } = await makeRelation(database, files)
  if (rowNumber !== null) return { from, number: rowNumber }
  await database.run(`CREATE TABLE rows_of_all AS SELECT * EXCLUDE (file_row_number) FROM ${from}`)
  return { from: 'rows_of_all', number: 'rowid' }
}

interface BatchRecord {
  add(part: Part, input: ModelInput, firstRow: number): void
  /** Lets it count. Returns how many rows were recorded. */
  close(): Promise<number>
  drop(): void
}

/** What is predicted here goes to a deployment's log as well, in a segment of its own that counts when it is whole. */
function openRecord({ log, folder, python }: BatchRequest): BatchRecord | null {
  if (log === null) return null
  mkdirSync(log.folder, { recursive: true, mode: 0o700 })
  const path = batchSegmentPath(log.folder, log.word)
  const unfinished = `${path}.part`
  const stream = createWriteStream(unfinished, { mode: 0o600 })
  let [rows, trouble]: [number, boolean] = [0, false]
  // A disk that is full must not cost the answers.
  stream.on('error', () => (trouble = true))
  const { revision, modelUri, nowMs } = log
  const spec = { revision, modelUri, folder, python, runId: null, notebook: null, createdAtMs: 0, notes: [] }
  return {
    add(part, input, firstRow) {
      const asked = {
        requestId: `batch-${log.word}-${firstRow + part.from}`,
        ...{ timeMs: nowMs, revision: spec, slot: 'champion' as const },
        input: sliceInput(input, part.from, part.from + part.rows),
        latencyMs: 'output' in part ? part.output.computeMs : 0,
      }
      const records: Prediction[] = recordsOf(asked, 'error' in part ? part.error : part.output)
      rows += records.length
      stream.write(records.map(predictionLine).join(''))
    },
    async close() {
      await new Promise<void>((ended) => stream.end(() => ended()))
      if (trouble) {
        rmSync(unfinished, { force: true })
        return 0
      }
      renameSync(unfinished, path)
      // What cannot be rolled now stays as lines, which readers read as well.
      await rollSegment({ seq: 0, kind: 'jsonl', path }).catch(() => undefined)
      return rows
    },
    drop() {
      stream.destroy()
      rmSync(unfinished, { force: true })
    },
  }
}

function formOf({ input, output }: BatchRequest): string {
  const form = extname(output).toLowerCase()
  if (form !== '.parquet' && form !== '.csv')
    throw new Problem('bad_request', `Cannot write ${output}: it must end in .parquet or .csv`)
  if (resolve(input) === resolve(output))
    throw new Problem('bad_request', 'The answers would be written over the table they are for')
  if (!existsSync(dirname(output)))
    throw new Problem('not_found', `There is no folder ${dirname(output)} to write to`)
  return form
}

function write(stream: WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error == null ? resolve() : reject(error)))
  })
}
