import { resolve } from 'node:path'
import type { Client } from '../../api/client.ts'
import { Problem } from '../../base/problem.ts'
import { amount, plural } from '../../data/wording.ts'
import { askMonitor } from '../../monitor/monitor_process.ts'
import type { PlainRows } from '../../monitor/plain_rows.ts'
import { periodWords, valueWords } from '../../monitor/watch_words.ts'
import { withClient, type CommandContext } from './context.ts'
import { showShadow } from './shadow.ts'

/** Options of `daybook replay`. */
export interface ReplayOptions {
  to?: string
  on?: string
  against?: string
  label?: string
  time?: string
  from?: string
  until?: string
  by: number
  pace: number
  untilAlert?: boolean
}

const dayMs = 86_400_000

/**
 * `daybook replay TABLE`: sends what was to a deployment, day by day as it came, with its labels and a look at each
 * window; or, where there is no traffic, compares two models on the table's rows.
 */
export async function replayCommand(
  context: CommandContext,
  table: string,
  options: ReplayOptions,
): Promise<number> {
  if (options.to !== undefined)
    return withClient(context, (client) => replayTo(context, client, resolve(table), options))
  if (options.on === undefined || options.against === undefined)
    throw new Problem('bad_request', 'Say to whom the table is to be replayed', {
      hint: 'daybook replay TABLE --to DEPLOYMENT, or --on MODEL --against MODEL --label COLUMN.',
    })
  const { on, against, label } = options
  return withClient(context, async (client) => {
    const path = resolve(table)
    const report = await client.call('shadow.replay', { path, on, against, label: label ?? null })
    const joined = {
      ...report,
      champion: { revision: null, modelUri: against },
      shadow: { revision: null, modelUri: on },
      answered: report.joined,
      latency: { champion: null, shadow: null },
    }
    context.terminal.out(
      context.json ? JSON.stringify(report, null, 2) : showShadow(context.terminal, joined),
    )
    return 0
  })
}

/** A window that was replayed. */
interface Replayed {
  fromMs: number
  toMs: number
  rows: number
  says: string | null
  alerts: number[]
}

async function replayTo(
  context: CommandContext,
  client: Client,
  path: string,
  options: ReplayOptions,
): Promise<number> {
  const { terminal, json } = context
  const name = options.to ?? ''
  const detail = await client.call('deployments.show', { name })
  const url = detail.summary.url
  if (url === null) throw new Problem('bad_request', `"${name}" does not answer`, { hint: 'daybook up' })
  const rows = await askMonitor<'table'>({ kind: 'table', path, label: options.label ?? null })
  const days = intoDays(rows, options)
  if (days.length === 0) throw new Problem('bad_request', 'The table has no rows in that time')
  const sender = { url: `${url}/invocations`, token: detail.token, columns: columnsOf(detail.example, rows) }
  const done: Replayed[] = []
  const start = days[0]?.atMs ?? 0
  for (let at = 0; at < days.length;) {
    const beganMs = performance.now()
    const fromMs =
      start + Math.floor(((days[at]?.atMs ?? 0) - start) / (options.by * dayMs)) * options.by * dayMs
    const toMs = fromMs + options.by * dayMs
    let sent = 0
    const labels: { requestId: string; row: number; label: string | number }[] = []
    for (; at < days.length && (days[at]?.atMs ?? 0) < toMs; at++) {
      const day = days[at]
      if (day === undefined) break
      const requestId = await send(sender, rows, day)
      sent += day.rows.length
      day.rows.forEach((row, place) => {
        const label = rows.labels?.[row] ?? null
        if (label !== null) labels.push({ requestId, row: place, label })
      })
      terminal.progress(`${amount(sent)} rows`)
    }
    if (labels.length > 0) await client.call('labels.tell', { name, labels })
    // The gateway writes its log ten times a second.
    await new Promise((wait) => setTimeout(wait, 250))
    const looked = await client.call('monitor.check', { name, atMs: fromMs, windowDays: options.by })
    const alerts = looked.alerts.map(({ id }) => id)
    done.push({ fromMs, toMs, rows: sent, says: looked.report?.says ?? null, alerts })
    if (!json) {
      const { performance: good, kind } = looked.report ?? { performance: null, kind: 'number' as const }
      const value = good === null ? 'no labels' : `${good.metric} ${valueWords(good.value, kind)}`
      terminal.out(`${periodWords({ fromMs, toMs }).padEnd(34)} ${amount(sent).padStart(5)} rows   ${value}`)
      for (const { id, severity, says } of looked.alerts)
        terminal.out(terminal.style('red', `  Alert ${id} (${severity}): ${says}`))
    }
    if (options.untilAlert === true && alerts.length > 0) break
    await new Promise((wait) => setTimeout(wait, Math.max(0, options.pace - (performance.now() - beganMs))))
  }
  if (json) terminal.out(JSON.stringify(done, null, 2))
  else terminal.out(terminal.style('dim', `${plural(done.length, 'window')} replayed to ${name}.`))
  return 0
}

interface Day {
  atMs: number
  rows: number[]
}

/** Rows by day, in the order of time. */
function intoDays(rows: PlainRows, { time, from, until }: ReplayOptions): Day[] {
  const column =
    time ??
    rows.columns.find((_, at) =>
      rows.data.slice(0, 50).every((row) => /^\d{4}-\d{2}-\d{2}/.test(String(row[at]))),
    )
  const at = column === undefined ? -1 : rows.columns.indexOf(column)
  if (at < 0)
    throw new Problem(
      'bad_request',
      column === undefined
        ? 'No column of the table says when its rows are from'
        : `The table has no column "${column}"`,
      {
        hint: 'Name the column of days: --time COLUMN.',
      },
    )
  const [first, last] = [from, until].map((word) => (word === undefined ? null : Date.parse(word)))
  const days = new Map<number, Day>()
  rows.data.forEach((row, number) => {
    const atMs = Date.parse(String(row[at]).slice(0, 10))
    if (Number.isNaN(atMs) || (first != null && atMs < first) || (last != null && atMs > last)) return
    const day = days.get(atMs) ?? { atMs, rows: [] }
    day.rows.push(number)
    days.set(atMs, day)
  })
  return [...days.values()].sort((a, b) => a.atMs - b.atMs)
}

/** What the model wants to be asked: the columns of its example, where it brings one. */
function columnsOf(example: unknown, rows: PlainRows): string[] {
  const named = (example as { dataframe_split?: { columns?: unknown } } | null)?.dataframe_split?.columns
  const wanted = Array.isArray(named) ? named.map(String) : rows.columns
  return wanted.filter((name) => rows.columns.includes(name))
}

/** Sends the rows of one day; returns the request's id. */
async function send(
  { url, token, columns }: { url: string; token: string | null; columns: readonly string[] },
  rows: PlainRows,
  day: Day,
): Promise<string> {
  const places = columns.map((name) => rows.columns.indexOf(name))
  const data = day.rows.map((row) => places.map((place) => rows.data[row]?.[place] ?? null))
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'daybook-time-ms': String(day.atMs),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ dataframe_split: { columns, data } }),
  })
  const id = answer.headers.get('x-request-id')
  if (answer.ok && id !== null) return id
  throw new Problem(
    'bad_request',
    `The deployment answered with ${answer.status}: ${(await answer.text()).slice(0, 300)}`,
  )
}
