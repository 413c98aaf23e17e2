import type { Slot } from './prediction.ts'

/** Whose request it was. */
export interface MetricLabel {
  deployment: string
  revision: number
  slot: Slot
}

interface Series {
  label: MetricLabel
  buckets: number[]
  sumS: number
  count: number
  failed: number
  /** Requests of the last minutes, for a small picture: one number each ten seconds. */
  recent: { at: number; count: number }[]
}

const boundsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** Counts what the gateway does, as Prometheus asks for it (text format 0.0.4). */
export class GatewayMetrics {
  readonly #series = new Map<string, Series>()
  readonly #refused = new Map<string, number>()
  readonly #crashes = new Map<string, number>()
  readonly #batches = new Map<string, { count: number; rows: number }>()

  /** A request was answered. */
  answered(label: MetricLabel, latencyMs: number): void {
    const series = this.#of(label)
    const seconds = latencyMs / 1000
    for (let i = boundsS.length - 1; i >= 0 && seconds <= (boundsS[i] ?? 0); i--)
      series.buckets[i] = (series.buckets[i] ?? 0) + 1
    series.sumS += seconds
    series.count++
    const at = Math.floor(Date.now() / 10_000)
    const last = series.recent.at(-1)
    if (last?.at === at) last.count++
    else series.recent = [...series.recent, { at, count: 1 }].slice(-30)
  }

  /** The model failed on a request. */
  failed(label: MetricLabel): void {
    this.#of(label).failed++
  }

  /** A request was not taken up, with this status. */
  refused(deployment: string, status: number): void {
    add(this.#refused, `${deployment}\n${status}`, 1)
  }

  /** A process died. */
  crashed(deployment: string): void {
    add(this.#crashes, deployment, 1)
  }

  /** A batch of so many rows was asked. */
  batch(deployment: string, rows: number): void {
    const known = this.#batches.get(deployment) ?? { count: 0, rows: 0 }
    this.#batches.set(deployment, { count: known.count + 1, rows: known.rows + rows })
  }

  /** What people are shown of a deployment's traffic. */
  traffic(deployment: string): Traffic[] {
    return [...this.#series.values()]
      .filter(({ label }) => label.deployment === deployment)
      .map(({ label, buckets, count, failed, sumS, recent }) => ({
        revision: label.revision,
        slot: label.slot,
        requests: count,
        failed,
        meanMs: count === 0 ? null : (sumS / count) * 1000,
        p50Ms: quantile(buckets, count, 0.5),
        p99Ms: quantile(buckets, count, 0.99),
        perTenSeconds: lastFiveMinutes(recent),
      }))
  }

  /** All of it as text. @param extra further gauges and counters by name */
  text(extra: readonly ExtraMetric[]): string {
    const lines: string[] = []
    const head = (name: string, type: string, help: string): void =>
      void lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    head(
      'daybook_request_duration_seconds',
      'histogram',
      'From arrival to answer, by deployment, revision and slot.',
    )
    for (const { label, buckets, count, sumS } of this.#series.values()) {
      const words = labels({ ...label })
      boundsS.forEach((bound, i) =>
        lines.push(`daybook_request_duration_seconds_bucket{${words},le="${bound}"} ${buckets[i] ?? 0}`),
      )
      lines.push(`daybook_request_duration_seconds_bucket{${words},le="+Inf"} ${count}`)
      lines.push(`daybook_request_duration_seconds_sum{${words}} ${sumS}`)
      lines.push(`daybook_request_duration_seconds_count{${words}} ${count}`)
    }
    head('daybook_model_errors_total', 'counter', 'Requests on which the model failed.')
    for (const { label, failed } of this.#series.values())
      lines.push(`daybook_model_errors_total{${labels({ ...label })}} ${failed}`)
    head('daybook_refused_total', 'counter', 'Requests that were not taken up, by status.')
    for (const [key, count] of this.#refused) {
      const [deployment = '', status = ''] = key.split('\n')
      lines.push(`daybook_refused_total{${labels({ deployment, status })}} ${count}`)
    }
    head('daybook_worker_crashes_total', 'counter', 'Processes of models that died by themselves.')
    for (const [deployment, count] of this.#crashes)
      lines.push(`daybook_worker_crashes_total{${labels({ deployment })}} ${count}`)
    head('daybook_batch_rows', 'summary', 'Rows that were asked together, once for each request in them.')
    for (const [deployment, { count, rows }] of this.#batches) {
      lines.push(`daybook_batch_rows_sum{${labels({ deployment })}} ${rows}`)
      lines.push(`daybook_batch_rows_count{${labels({ deployment })}} ${count}`)
    }
    for (const { name, type, help, values } of extra) {
      head(name, type, help)
      for (const { deployment, value } of values) lines.push(`${name}{${labels({ deployment })}} ${value}`)
    }
    return lines.join('\n') + '\n'
  }

  #of(label: MetricLabel): Series {
    const key = `${label.deployment}\n${label.revision}\n${label.slot}`
    let series = this.#series.get(key)
    if (series === undefined) {
      series = { label, buckets: boundsS.map(() => 0), sumS: 0, count: 0, failed: 0, recent: [] }
      this.#series.set(key, series)
    }
    return series
  }
}

/** What one revision in one slot had to do since the gateway started. Times are from the histogram's bounds. */
export interface Traffic {
  revision: number
  slot: Slot
  requests: number
  failed: number
  meanMs: number | null
  p50Ms: number | null
  p99Ms: number | null
  /** The last five minutes, the newest at the end. */
  perTenSeconds: number[]
}

/** A number that is known elsewhere. */
export interface ExtraMetric {
  name: string
  type: 'gauge' | 'counter'
  help: string
  values: readonly { deployment: string; value: number }[]
}

function quantile(buckets: readonly number[], count: number, share: number): number | null {
  if (count === 0) return null
  const place = buckets.findIndex((sum) => sum >= share * count)
  if (place < 0) return (boundsS.at(-1) ?? 0) * 1000
  // Between the bounds, as Prometheus' histogram_quantile does.
  const [below, upTo] = [place === 0 ? 0 : (boundsS[place - 1] ?? 0), boundsS[place] ?? 0]
  const [before, within] = [place === 0 ? 0 : (buckets[place - 1] ?? 0), buckets[place] ?? 0]
  return (below + ((upTo - below) * (share * count - before)) / Math.max(1, within - before)) * 1000
}

function lastFiveMinutes(recent: readonly { at: number; count: number }[]): number[] {
  const now = Math.floor(Date.now() / 10_000)
  return Array.from({ length: 30 }, (_, i) => recent.find(({ at }) => at === now - 29 + i)?.count ?? 0)
}

function labels(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        `${name}="${String(value).replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
    )
    .join(',')
}

function add(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}
