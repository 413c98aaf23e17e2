/** Which of a deployment's models answered: the one that users get, one that some of them get, one that only listens. */
export type Slot = 'champion' | 'canary' | 'shadow'

/** One value of a row. */
export type PredictionValue = string | number | boolean | null

/** What a model says to one row: a value, several by name, or a list such as the chances of the classes. */
export type PredictionOutput = PredictionValue | readonly number[] | Readonly<Record<string, PredictionValue>>

/**
 * One row that was predicted, as it stands in the log: one line of JSON. NaN is null there, infinities are the texts
 * "Infinity" and "-Infinity".
 */
export interface Prediction {
  /** As the answer's `X-Request-Id`. The shadow's record has that of the champion's. */
  requestId: string
  /** Number of the row in its request, from 0. */
  row: number
  /** When the request came, UTC milliseconds; as the client said where it replays what was. */
  timeMs: number
  /** Which revision of the deployment answered, from 1. */
  revision: number
  slot: Slot
  /** What was served: `models:/NAME/VERSION` or `runs:/ID/PATH`. */
  modelUri: string
  /** From the request's arrival at the gateway (the shadow: from its own start) to the model's answer. */
  latencyMs: number
  inputs: Readonly<Record<string, PredictionValue>>
  /** What was answered; null if it failed. */
  output: PredictionOutput
  /** The chance of each class, in the order of the revision's `classes`; only where the model tells them. */
  chances?: readonly number[]
  /** Why there is no answer; only where there is none. */
  error?: string
}

/** A prediction as a line of the log, with its line break. */
export function predictionLine(prediction: Prediction): string {
  const { inputs, output, chances } = prediction
  // JSON makes null of infinities by itself; to look at each value in its way costs as much again as the line.
  const known =
    Object.values(inputs).every(isPlain) &&
    (typeof output === 'object' && output !== null ? Object.values(output) : [output]).every(isPlain) &&
    (chances ?? []).every(isPlain)
  return `${known ? JSON.stringify(prediction) : JSON.stringify(prediction, infinityAsText)}\n`
}

function isPlain(value: unknown): boolean {
  return value !== Infinity && value !== -Infinity
}

/** A prediction from a record of texts and numbers, as both forms of a segment give them; null if it is none. */
export function parsePrediction(record: Readonly<Record<string, unknown>>): Prediction | null {
  const { requestId, row, timeMs, revision, slot, modelUri, latencyMs, error } = record
  const inputs = parseJson(record['inputs'])
  const chances = parseJson(record['chances'])
  if (typeof requestId !== 'string' || !isSlot(slot) || typeof modelUri !== 'string') return null
  const numbers = [row, timeMs, revision, latencyMs].map(Number)
  if (!numbers.every(Number.isFinite) || typeof inputs !== 'object' || inputs === null) return null
  return {
    requestId,
    row: numbers[0] ?? 0,
    timeMs: numbers[1] ?? 0,
    revision: numbers[2] ?? 0,
    slot,
    modelUri,
    latencyMs: numbers[3] ?? 0,
    inputs: inputs as Prediction['inputs'],
    output: (parseJson(record['output']) ?? null) as PredictionOutput,
    ...(Array.isArray(chances) ? { chances: chances as number[] } : {}),
    ...(typeof error === 'string' ? { error } : {}),
  }
}

/** Whether a word names a slot. */
export function isSlot(word: unknown): word is Slot {
  return word === 'champion' || word === 'canary' || word === 'shadow'
}

function infinityAsText(_key: string, value: unknown): unknown {
  return isPlain(value) ? value : String(value)
}

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
