import type { MetricPoint } from '../../runs/logging.ts'
import { MlflowProblem } from './problem.ts'
import { pythonFloat, pythonLength, pythonNormpath, pythonRepr, pythonSlice } from './python_text.ts'
import { invalidValue } from './validation.ts'

/**
 * What MLflow takes and what it refuses, with its words (mlflow/utils/validation.py, 3.18). Lengths are in
 * characters as Python counts them.
 */
export const limits = {
  keyLength: 250,
  paramValueLength: 6000,
  tagValueLength: 8000,
  experimentTagValueLength: 20_000,
  experimentNameLength: 500,
  metricsPerBatch: 1000,
  paramsPerBatch: 100,
  tagsPerBatch: 100,
  entitiesPerBatch: 1000,
  datasetNameLength: 500,
  datasetDigestLength: 36,
  datasetSchemaLength: 1_048_575,
  datasetSourceLength: 65_535,
  datasetProfileLength: 16_777_215,
  inputTagKeyLength: 255,
  inputTagValueLength: 500,
  searchResults: 50_000,
  historyResults: 25_000,
  sampledResults: 2500,
  sampledRuns: 100,
} as const

/** A refusal in MLflow's way. */
export function refuse(message: string): MlflowProblem {
  return new MlflowProblem('INVALID_PARAMETER_VALUE', message)
}

/** @throws MlflowProblem if the name of a parameter, metric or tag cannot be a path of a file */
export function checkName(name: string, path: string): void {
  if (!/^[/\p{L}\p{N}_.\- :]*$/u.test(name)) throw invalidValue(path, name, badCharacters)
  const norm = pythonNormpath(name)
  if (norm === name && norm !== '.' && !norm.startsWith('..') && !norm.startsWith('/')) return
  throw invalidValue(
    path,
    name,
    'Names may be treated as files in certain cases, and must not resolve to other names when treated as such. ' +
      `This name would resolve to ${pythonRepr(norm)}`,
  )
}

const badCharacters =
  'Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colon(:) and slashes (/).'

/** @throws MlflowProblem if a text is too long */
export function checkLength(what: string, limit: number, text: string | null | undefined): void {
  if (text === null || text === undefined || text.length <= limit || pythonLength(text) <= limit) return
  throw refuse(`'${what}' exceeds the maximum length of ${limit} characters`)
}

/** @throws MlflowProblem */
export function checkMetric(point: MetricPoint, path: string): void {
  checkName(point.key, join(path, 'name'))
  if (point.atMs < 0) {
    throw invalidValue(
      join(path, 'timestamp'),
      Number(point.atMs),
      `metric '${point.key}' (value=${pythonFloat(point.value)}). Timestamp must be a nonnegative long (64-bit integer) `,
    )
  }
  checkLength('Metric name', limits.keyLength, point.key)
}

/**
 * Checks the metrics of a batch. Most repeat a few names: each is checked once.
 * @throws MlflowProblem for the first that cannot be taken
 */
export function checkMetrics(points: readonly MetricPoint[]): void {
  const checked = new Set<string>()
  for (const [i, point] of points.entries()) {
    if (point.atMs >= 0 && checked.has(point.key)) continue
    checkMetric(point, `metrics[${i}]`)
    checked.add(point.key)
  }
}

/**
 * A parameter's value as it may be kept: cut off where it is too long, as MLflow does.
 * @throws MlflowProblem if the name cannot be taken
 */
export function fitParam(key: string, value: string, path: string): string {
  checkName(key, join(path, 'key'))
  checkLength('Param key', limits.keyLength, key)
  return pythonSlice(value, limits.paramValueLength)
}

/**
 * A tag's value as it may be kept: cut off where it is too long, as MLflow does.
 * @throws MlflowProblem if the name cannot be taken
 */
export function fitTag(key: string, value: string, path: string): string {
  checkName(key, join(path, 'key'))
  checkLength(join(path, 'key'), limits.keyLength, key)
  return pythonSlice(value, limits.tagValueLength)
}

/** @throws MlflowProblem */
export function checkExperimentTag(key: string, value: string): void {
  checkName(key, 'key')
  checkLength('key', limits.keyLength, key)
  checkLength('value', limits.experimentTagValueLength, value)
}

/** @throws MlflowProblem */
export function checkExperimentName(name: string): void {
  if (name.trim() === '') throw refuse(`Invalid experiment name: '${name}'`)
  checkLength('name', limits.experimentNameLength, name)
}

/**
 * The id as it is kept.
 * @throws MlflowProblem if it is no number
 */
export function checkExperimentId(id: string): string {
  const digits = /^\s*\+?0*([0-9]+)\s*$/.exec(id)?.[1]
  if (digits !== undefined) return digits
  if (/^\s*-[0-9]+\s*$/.test(id)) return id.trim()
  throw refuse(`Invalid experiment ID '${id}'. Experiment ID must be a valid integer.`)
}

/** @throws MlflowProblem */
export function checkRunId(runId: string): void {
  if (!/^[a-zA-Z0-9][\p{L}\p{N}_-]{0,255}$/u.test(runId)) throw invalidValue('run_id', runId)
}

/** @throws MlflowProblem */
export function checkMaxResults(maxResults: number): void {
  if (maxResults < 1) {
    throw refuse(
      `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be a positive integer`,
    )
  }
  if (maxResults > limits.searchResults) {
    throw refuse(
      `Invalid value ${maxResults} for parameter 'max_results' supplied. It must be at most ${limits.searchResults}`,
    )
  }
}

/** @throws MlflowProblem if there is too much in one batch */
export function checkBatchSize(metrics: number, params: number, tags: number): void {
  const rows: [string, number, number][] = [
    ['metrics', limits.metricsPerBatch, metrics],
    ['params', limits.paramsPerBatch, params],
    ['tags', limits.tagsPerBatch, tags],
    ['metrics, params, and tags', limits.entitiesPerBatch, metrics + params + tags],
  ]
  for (const [name, limit, length] of rows) {
    if (length <= limit) continue
    throw refuse(
      `A batch logging request can contain at most ${limit} ${name}. Got ${length} ${name}. ` +
        `Please split up ${name} across multiple requests and try again.`,
    )
  }
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
