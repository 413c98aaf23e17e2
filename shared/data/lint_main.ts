import { serveDataRequests } from './data_worker.ts'
import type { LintRequest } from './lint_process.ts'
import type { WarmUp } from './ready_process.ts'
import { warmUp } from './warm_up.ts'
import { loadFrame, nameFrame } from './frame.ts'
import { loadFiles } from './load.ts'
import { previewOf } from './preview.ts'
import { reportOn, type LintReport } from './report.ts'

serveDataRequests<LintReport>(async (request: LintRequest | WarmUp, { open, progress }) => {
  if ('warmUp' in request) return warmUp()
  const begin = performance.now()
  const load = async (path: string): ReturnType<typeof loadFiles> => {
    const { sampleRows, table, engine } = request
    return loadFiles(await open(), path, { sampleRows, table, engine, progress })
  }
  const { frame } = request
  const data = frame === undefined ? await load(request.path) : loadFrame(request.path, frame)
  const against = request.against === null ? null : await load(request.against)
  const { target, rules, suppress, schema = null } = request
  const options = { against, rules, suppress, schema, ...(target === undefined ? {} : { target }) }
  const plain = reportOn(data, options, () => performance.now())
  const report = request.preview === true ? { ...plain, preview: previewOf(data, plain) } : plain
  const tookMs = Math.round(performance.now() - begin)
  return frame === undefined ? { ...report, tookMs } : { ...nameFrame(report, frame), tookMs }
})
