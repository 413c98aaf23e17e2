import { serveDataRequest, type DataTools } from '../data/data_worker.ts'
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
import { joinShadow } from './shadow_join.ts'

serveDataRequest<MonitorResults[keyof MonitorResults]>((request: MonitorRequest, tools) => {
  switch (request.kind) {
    case 'labels':
      return addLabels(request, tools)
    case 'shadow':
      return reportShadow(request, tools)
    case 'coverage':
      return read(request.files, tools).then(coverageOf)
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
