import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from '../base/problem.ts'

/** What turned out to be true of one row that was predicted. */
export interface Label {
  /** The request's id, as its answer had it in `X-Request-Id`. */
  requestId: string
  /** Number of the row in its request, from 0. */
  row: number
  label: string | number | boolean
  /** When it was told, UTC milliseconds. */
  toldMs: number
}

/** At most so many labels are taken in one request. */
export const mostLabels = 100_000

/**
 * Labels from what a program sends: `{"labels": [{"requestId": "…", "row": 0, "label": 12}]}`, the list alone, or
 * `{"requestId": "…", "labels": [12, 7]}` with the labels of all rows of one request. `row` is 0 if left out.
 * @throws Problem `bad_request` that names the entry
 */
export function parseLabels(body: unknown, toldMs: number): Label[] {
  const whole = isRecord(body) ? body['labels'] : body
  if (!Array.isArray(whole))
    throw new Problem('bad_request', 'Labels come as a list: {"labels": [{"requestId": "…", "label": …}]}')
  if (whole.length > mostLabels)
    throw new Problem('bad_request', `At most ${mostLabels} labels are taken at once, not ${whole.length}`)
  const common = isRecord(body) ? body['requestId'] : undefined
  return whole.map((entry: unknown, at) => {
    const bare = common !== undefined && !isRecord(entry)
    const one = bare ? { requestId: common, row: at, label: entry } : entry
    return parseLabel(one, `labels[${at}]`, toldMs)
  })
}

function parseLabel(entry: unknown, where: string, toldMs: number): Label {
  if (!isRecord(entry)) throw new Problem('bad_request', `${where} is not an object with requestId and label`)
  const { requestId, label } = entry
  const row = entry['row'] ?? 0
  if (typeof requestId !== 'string' || requestId === '')
    throw new Problem('bad_request', `${where} has no requestId`, {
      hint: 'It is what the answer had as X-Request-Id.',
    })
  if (typeof row !== 'number' || !Number.isInteger(row) || row < 0)
    throw new Problem('bad_request', `${where}: row must be a whole number from 0 on`)
  if (!isValue(label))
    throw new Problem('bad_request', `${where}: label must be a text, a number, true or false`)
  return { requestId, row, label, toldMs }
}

/**
 * Keeps labels on the disk. Each writer has a file of its own, so that gateway and daemon never write into one.
 * @param folder the deployment's `labels`
 * @throws Problem `store_full` if the disk takes them not
 */
export function appendLabels(folder: string, writer: 'gateway' | 'daemon', labels: readonly Label[]): void {
  if (labels.length === 0) return
  const lines = labels.map((label) => `${JSON.stringify(label)}\n`).join('')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    appendFileSync(join(folder, `${writer}.jsonl`), lines, { mode: 0o600 })
  } catch (error) {
    throw new Problem('store_full', `The labels could not be kept: ${(error as Error).message}`, {
      hint: 'None of them counts yet: tell them again when there is space.',
      cause: error,
    })
  }
}

/** The labels of a deployment by `labelKey`; of several for one row the one told last counts. */
export function readLabels(folder: string): Map<string, Label> {
  const found = new Map<string, Label>()
  for (const name of listLabelFiles(folder)) {
    for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const label = readLine(line)
      if (label === null) continue
      const key = labelKey(label.requestId, label.row)
      const known = found.get(key)
      if (known === undefined || known.toldMs <= label.toldMs) found.set(key, label)
    }
  }
  return found
}

/** What a prediction and its label have in common. */
export function labelKey(requestId: string, row: number): string {
  return `${requestId}/${row}`
}

function listLabelFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.jsonl'))
  } catch {
    return []
  }
}

/** A line that was torn by a full disk or a crash is left out. */
function readLine(line: string): Label | null {
  if (line === '') return null
  try {
    const value = JSON.parse(line) as Label
    return typeof value.requestId === 'string' && isValue(value.label) ? value : null
  } catch {
    return null
  }
}

function isValue(value: unknown): value is Label['label'] {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
