import type { Table } from '../data/column.ts'
import { serveDataRequests, type DataTools } from '../data/data_worker.ts'
import { loadFiles } from '../data/load.ts'
import { appendLabels } from '../serving/label.ts'
import { mostAnswered, readAnswered, type Answered, type AnsweredFiles } from './answered.ts'
import { compareShadow } from './compare_shadow.ts'
import { labelsOfTable } from './label_file.ts'
import type {
  AddedLabels,
  Coverage,
  JoinedReport,
  MonitorRequest,
  MonitorResults,
} from './monitor_process.ts'
import { labelledRows, type LabelledRows } from './labelled_rows.ts'
import { heldOutRows, plainRows } from './plain_rows.ts'
import { joinShadow } from './shadow_join.ts'
import { watchLog } from './watch.ts'
import type { WatchReport } from './watch_report.ts'

serveDataRequests<MonitorResults[keyof MonitorResults]>((request: MonitorRequest, tools) => {
  switch (request.kind) {
    case 'labels':
      return addLabels(request, tools)
    case 'shadow':
      return reportShadow(request, tools)
    case 'coverage':
      return read(request.files, tools).then(coverageOf)
    case 'model':
      return read(request.files, tools).then(lastModel)
    case 'watch':
      return watch(request, tools)
    case 'labelled':
      return labelled(request, tools)
    case 'heldOut':
      return load(request.path, tools).then((table) => heldOutRows(table, request))
    case 'table':
      return load(request.path, tools).then((table) => plainRows(table, request.label))
  }
})

async function addLabels(
  { files, path, label, on, toldMs }: Extract<MonitorRequest, { kind: 'labels' }>,
  tools: DataTools,
): Promise<AddedLabels> {
  const answered = await read(files, tools)
  const database = await tools.open()
  const { sample } = await loadFiles(database, path, { sampleRows: mostAnswered, progress: tools.progress })
  database.close()
  const asked = answered.filter(({ slot }) => slot !== 'shadow')
  const { labels, rows, unmatched, repeated } = labelsOfTable(sample, asked, { label, on }, toldMs)
  appendLabels(files.labels, 'daemon', labels)
  return { rows, added: labels.length, unmatched, repeated, coverage: coverageOf(await read(files, tools)) }
}

async function reportShadow(
  { files, revision, withLabels }: Extract<MonitorRequest, { kind: 'shadow' }>,
  tools: DataTools,
): Promise<JoinedReport> {
  const { records, kind, champion, shadow, answered } = joinShadow(
    await read(files, tools),
    revision ?? undefined,
  )
  const judged = withLabels ? records : records.map((record) => ({ ...record, label: null }))
  return { ...compareShadow(judged, kind), champion, shadow, answered }
}

async function watch(
  request: Extract<MonitorRequest, { kind: 'watch' }>,
  tools: DataTools,
): Promise<WatchReport | null> {
  const { files, background, deployment, windowDays, atMs, nowMs } = request
  const { training, test, target, prediction } = background
  const held = { training: await load(training, tools), test: await load(test, tools), target, prediction }
  const options = { deployment, windowDays, atMs: atMs ?? undefined, history: 60, nowMs }
  return watchLog(await read(files, tools), held, options)
}

async function labelled(
  { files, training, span }: Extract<MonitorRequest, { kind: 'labelled' }>,
  tools: DataTools,
): Promise<LabelledRows | null> {
  return labelledRows(await read(files, tools), await load(training, tools), span)
}

async function load(path: string | null, tools: DataTools): Promise<Table | null> {
  if (path === null) return null
  const database = await tools.open()
  try {
    return (await loadFiles(database, path, { sampleRows: mostBackground, progress: tools.progress })).sample
  } finally {
    database.close()
  }
}

/** So many rows of what a model was made from are compared with; of more, a sample. */
const mostBackground = 200_000

/** What answered last as champion. */
function lastModel(rows: readonly Answered[]): string | null {
  return rows.findLast(({ slot }) => slot === 'champion')?.modelUri ?? null
}

async function read(files: AnsweredFiles, tools: DataTools): Promise<Answered[]> {
  const database = await tools.open()
  try {
    return await readAnswered(database, files)
  } finally {
    database.close()
  }
}

function coverageOf(rows: readonly Answered[]): Coverage {
  const asked = rows.filter(({ slot }) => slot !== 'shadow')
  const labelled = asked.filter(({ label }) => label !== null)
  return {
    answered: asked.length,
    labelled: labelled.length,
    firstMs: asked[0]?.timeMs ?? null,
    lastMs: asked.at(-1)?.timeMs ?? null,
    labelledUntilMs: labelled.at(-1)?.timeMs ?? null,
  }
}
