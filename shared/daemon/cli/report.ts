import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Client } from '../../api/client.ts'
import { recordAnswers, type RecordedAnswers } from '../../api/recorded_client.ts'
import { curvePoints, shownCurves } from '../../api/curve_limits.ts'
import { Problem } from '../../base/problem.ts'
import { formatBytes } from '../../base/quantity.ts'
import { viewsFile } from '../page_files.ts'
import { print, withClient, type CommandContext } from './context.ts'
import { recordStudy } from './study_report.ts'

/** What a report shows. */
export type ReportPage =
  { kind: 'run'; id: string } | { kind: 'compare'; ids: string[] } | { kind: 'study'; id: string }

/** Files that are larger, or come after so many bytes, are left out. */
const fileBytes = 2_000_000
const allFilesBytes = 12_000_000

/** Writes a run or a comparison as one HTML file that needs nothing else, for whoever has a browser. */
export async function writeReport(context: CommandContext, page: ReportPage, file: string): Promise<number> {
  const written = await withClient(context, async (client) => {
    const answers: RecordedAnswers = {}
    const asker = recordAnswers(client, answers)
    const found = await findRuns(client, page)
    if (found.kind === 'compare') await recordComparison(asker, found.ids)
    if (found.kind === 'study') await recordStudy(asker, found.id)
    let leftOut = 0
    const runs = found.kind === 'run' ? [found.id] : found.kind === 'compare' ? found.ids : []
    for (const id of runs) leftOut += await recordRun(asker, id)
    const html = composeReport(found, answers)
    writeFileSync(file, html)
    return { file, sizeBytes: Buffer.byteLength(html), filesLeftOut: leftOut }
  })
  print(context, written, ({ sizeBytes, filesLeftOut }) => {
    const left = filesLeftOut === 0 ? '' : `; ${filesLeftOut} large files of the runs are not in it`
    return `Wrote ${file} (${formatBytes(sizeBytes)})${left}`
  })
  return 0
}

type Asker = Pick<Client, 'call'>

/** With whole ids: in the file they are what everything is found by. */
async function findRuns(client: Client, page: ReportPage): Promise<ReportPage> {
  const whole = async (id: string): Promise<string> => (await client.call('runs.get', { id })).id
  if (page.kind === 'run') return { kind: 'run', id: await whole(page.id) }
  if (page.kind === 'study') return { kind: 'study', id: (await client.call('studies.get', page)).id }
  return { kind: 'compare', ids: await Promise.all(page.ids.map(whole)) }
}

async function recordComparison(asker: Asker, ids: string[]): Promise<void> {
  const { metrics } = await asker.call('runs.compare', { ids })
  await asker.call('runs.siblings', { ids })
  for (const { key } of metrics.slice(0, shownCurves)) {
    await asker.call('runs.curves', { ids, key, points: curvePoints })
  }
}

/** Returns how many files were left out. */
async function recordRun(asker: Asker, id: string): Promise<number> {
  const run = await asker.call('runs.get', { id })
  await asker.call('runs.standing', { id })
  await asker.call('runs.code', { id })
  for (const key of Object.keys(run.metrics).slice(0, 2 * shownCurves)) {
    await asker.call('runs.curves', { ids: [id], key, points: curvePoints })
  }
  let kept = 0
  let leftOut = 0
  for (const { path, sizeBytes } of run.artifacts) {
    if (sizeBytes > fileBytes || kept + sizeBytes > allFilesBytes) leftOut++
    else {
      kept += sizeBytes
      await asker.call('runs.artifact', { id, path, maxBytes: fileBytes })
    }
  }
  return leftOut
}

function composeReport(page: ReportPage, answers: RecordedAnswers): string {
  const script = readView('single.js').replaceAll('</script', '<\\/script')
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; img-src data: blob:; frame-src data: blob:`
  // In JSON a "<" can stand in texts only, where it may be written so: no text can end the element it stands in.
  const recorded = JSON.stringify({ page, answers }).replaceAll('<', '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>Daybook</title>
<link rel="icon" href="data:,">
<style>${readView('page.css')}</style>
</head>
<body>
<script type="application/json" id="recorded">${recorded}</script>
<script>${script}</script>
</body>
</html>
`
}

function readView(name: string): string {
  try {
    return readFileSync(viewsFile(name), 'utf8')
  } catch (error) {
    throw new Problem('not_found', 'The pages are not built', {
      hint: '"npm run build" makes them.',
      cause: error,
    })
  }
}
