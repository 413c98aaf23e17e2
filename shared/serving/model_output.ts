import type { PredictionOutput, PredictionValue } from './prediction.ts'

/** One array or column of an answer, row by row. */
export interface OutputPart {
  name: string
  /** As NumPy writes it, or `json` for a list of anything. */
  dtype: string
  /** Rows first, where the answer has rows. */
  shape: readonly number[]
  values: ArrayLike<unknown>
}

/** What a model answered. `plain`: something that has no rows. */
export interface ModelOutput {
  form: 'array' | 'frame' | 'arrays' | 'plain'
  parts: readonly OutputPart[]
  /** The chance of each class, row by row; null where the model tells none. */
  chances: OutputPart | null
  /** How long the model took. */
  computeMs: number
}

/** Whether an answer has one entry for each row that was asked, so that several requests can be asked together. */
export function hasRows(output: ModelOutput, rows: number): boolean {
  return output.form !== 'plain' && output.parts.every(({ shape }) => shape[0] === rows)
}

/** The part of an answer that belongs to some of its rows. */
export function sliceOutput(output: ModelOutput, from: number, to: number): ModelOutput {
  const slice = (part: OutputPart): OutputPart => {
    const width = widthOf(part)
    const values = part.values as unknown as { slice(from: number, to: number): ArrayLike<unknown> }
    return {
      ...part,
      shape: [to - from, ...part.shape.slice(1)],
      values: values.slice(from * width, to * width),
    }
  }
  return {
    ...output,
    parts: output.parts.map(slice),
    chances: output.chances === null ? null : slice(output.chances),
  }
}

/** The answer as `/invocations` gives it: a list of values, of records for a table, an object for arrays by name. */
export function toPredictions(output: ModelOutput): unknown {
  const [first] = output.parts
  if (first === undefined) return []
  if (output.form === 'plain') return plain(first.values[0])
  if (output.form === 'array') return nest(first)
  if (output.form === 'arrays') return Object.fromEntries(output.parts.map((part) => [part.name, nest(part)]))
  return Array.from({ length: first.shape[0] ?? 0 }, (_, row) => recordOf(output.parts, row))
}

/** What was said to one row, as the prediction log keeps it. */
export function outputOfRow(output: ModelOutput, row: number): PredictionOutput {
  const [first] = output.parts
  if (first === undefined) return null
  if (output.form === 'array') {
    const width = widthOf(first)
    if (width === 1) return toValue(first.values[row])
    return Array.from({ length: width }, (_, i) => Number(first.values[row * width + i]))
  }
  if (output.form === 'plain') return toValue(first.values[0])
  return recordOf(output.parts, row) as Record<string, PredictionValue>
}

/** The chances of the classes for one row. */
export function chancesOfRow(output: ModelOutput, row: number): readonly number[] | null {
  if (output.chances === null) return null
  const width = widthOf(output.chances)
  return Array.from({ length: width }, (_, i) => Number(output.chances?.values[row * width + i]))
}

function recordOf(parts: readonly OutputPart[], row: number): Record<string, unknown> {
  return Object.fromEntries(
    parts.map((part) => {
      const width = widthOf(part)
      if (width === 1) return [part.name, plain(part.values[row])]
      return [part.name, Array.from({ length: width }, (_, i) => plain(part.values[row * width + i]))]
    }),
  )
}

function nest(part: OutputPart): unknown {
  let level: unknown[] = Array.from(part.values, plain)
  for (let depth = part.shape.length - 1; depth > 0; depth--) {
    const length = part.shape[depth] ?? 1
    const outer: unknown[] = []
    for (let i = 0; i < level.length; i += length) outer.push(level.slice(i, i + length))
    level = outer
  }
  return level
}

function widthOf({ shape }: OutputPart): number {
  return shape.slice(1).reduce((product, length) => product * length, 1)
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}

function toValue(value: unknown): PredictionValue {
  const known = plain(value)
  return typeof known === 'object' && known !== null ? JSON.stringify(known) : (known as PredictionValue)
}
