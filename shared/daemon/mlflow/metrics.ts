import { metricHistories, metricHistory, sampleHistory } from '../../runs/history.ts'
import { limits, refuse } from './limits.ts'
import type { JsonRoute, Route } from './route.ts'
import { metricJson } from './run_json.ts'
import { integer, listOf, readParams, required, text } from './validation.ts'

type Handle = JsonRoute['handle']

const seeDocs = 'See the API docs for more information about request parameters.'

const history: Handle = (context, params) => {
  const read = readParams(params, {
    run_id: required(text),
    metric_key: required(text),
    max_results: integer,
    page_token: text,
  })
  if (read.max_results !== undefined && read.max_results <= 0) {
    throw refuse(
      `Invalid value ${read.max_results} for parameter 'max_results' supplied. It must be a positive integer.`,
    )
  }
  const page = metricHistory(
    context.store,
    { runId: read.run_id, key: read.metric_key },
    {
      ...(read.max_results === undefined ? {} : { limit: read.max_results }),
      pageToken: read.page_token ?? '',
    },
  )
  return { metrics: page.points.map(metricJson), next_page_token: page.nextPageToken ?? undefined }
}

const bulk: Handle = (context, params) => {
  const read = readParams(params, { run_id: listOf(text), metric_key: text, max_results: integer })
  const runIds = read.run_id ?? []
  if (runIds.length === 0) throw refuse('GetMetricHistoryBulk request must specify at least one run_id.')
  if (runIds.length > limits.sampledRuns) {
    throw refuse(
      `GetMetricHistoryBulk request cannot specify more than ${limits.sampledRuns} run_ids. ` +
        `Received ${runIds.length} run_ids.`,
    )
  }
  if (read.metric_key === undefined) throw refuse('GetMetricHistoryBulk request must specify a metric_key.')
  const limit = Math.min(read.max_results ?? limits.historyResults, limits.historyResults)
  const points = metricHistories(context.store, runIds, { key: read.metric_key, limit })
  return { metrics: points.map(metricJson) }
}

const bulkInterval: Handle = (context, params) => {
  const read = readParams(params, {
    run_ids: required(listOf(text)),
    metric_key: required(text),
    start_step: integer,
    end_step: integer,
    max_results: integer,
  })
  if (read.run_ids.length > limits.sampledRuns) {
    throw refuse(
      `GetMetricHistoryBulkInterval request must specify at most ${limits.sampledRuns} run_ids. ` +
        `Received ${read.run_ids.length} run_ids. ${seeDocs}`,
    )
  }
  const limit = read.max_results ?? limits.sampledResults
  if (limit < 1 || limit > limits.sampledResults) {
    throw refuse(`max_results must be between 1 and ${limits.sampledResults}. ${seeDocs}`)
  }
  const { start_step: from, end_step: to } = read
  if ((from === undefined) !== (to === undefined)) {
    throw refuse('If either start step or end step are specified, both must be specified.')
  }
  if (from !== undefined && to !== undefined && from > to) {
    throw refuse(`end_step must be greater than start_step. Found start_step=${from} and end_step=${to}.`)
  }
  const steps = from === undefined || to === undefined ? {} : { steps: { from, to } }
  const points = read.run_ids.flatMap((runId) =>
    sampleHistory(context.store, runId, { key: read.metric_key, limit, ...steps }),
  )
  return { metrics: points.map(metricJson) }
}

/** Histories of metrics: of one run in pages, of several, thinned out for a chart. */
export const metricRoutes: readonly Route[] = [
  { kind: 'json', method: 'GET', path: 'metrics/get-history', handle: history },
  { kind: 'json', method: 'GET', path: 'metrics/get-history-bulk', handle: bulk },
  { kind: 'json', method: 'GET', path: 'metrics/get-history-bulk-interval', handle: bulkInterval },
]
