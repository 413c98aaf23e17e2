import type { Database } from '../data/database.ts'
import { labelKey, readLabels } from '../serving/label.ts'
import type { Prediction, PredictionOutput, PredictionValue } from '../serving/prediction.ts'
import { readPredictions, type PredictionQuery } from '../serving/prediction_reader.ts'

/** A row of the prediction log with what turned out to be true. */
export interface Answered extends Omit<Prediction, 'output'> {
  /** The answer as one value: a class or a number; null if it failed. */
  value: string | number | null
  /** Null while it is not known. */
  label: string | number | null
}

/** Where a deployment's predictions and labels lie. */
export interface AnsweredFiles {
  predictions: string
  labels: string
}

/** Rows beyond this number are not looked at: the newest count. */
export const mostAnswered = 500_000

/** What was asked and answered, in the order of time, each row joined with its label. */
export async function readAnswered(
  database: Database,
  files: AnsweredFiles,
  query: PredictionQuery = {},
): Promise<Answered[]> {
  const labels = readLabels(files.labels)
  let rows: Answered[] = []
  for await (const batch of readPredictions(database, files.predictions, query)) {
    for (const { output, ...rest } of batch) {
      const label = labels.get(labelKey(rest.requestId, rest.row))?.label ?? null
      rows.push({ ...rest, value: onlyValue(output), label: plain(label) })
    }
    if (rows.length > 2 * mostAnswered) rows = rows.slice(-mostAnswered)
  }
  return rows.slice(-mostAnswered)
}

/** Whether the answers are classes or numbers. Whole numbers of few kinds are classes only where chances stand beside. */
export function answerKind(rows: readonly Answered[]): 'class' | 'number' {
  if (rows.some(({ chances }) => chances !== undefined)) return 'class'
  const values = rows.map(({ value }) => value).filter((value) => value !== null)
  if (values.some((value) => typeof value === 'string')) return 'class'
  const kinds = new Set(values)
  return values.length >= 100 && kinds.size <= 2 && values.every(Number.isInteger) ? 'class' : 'number'
}

/** Of an answer of several parts the first counts; of a list the place of the largest. */
function onlyValue(output: PredictionOutput): string | number | null {
  if (Array.isArray(output)) return output.indexOf(Math.max(...(output as number[])))
  if (typeof output === 'object' && output !== null) return plain(Object.values(output)[0] ?? null)
  return plain(output)
}

function plain(value: PredictionValue): string | number | null {
  return typeof value === 'boolean' ? String(value) : value
}
