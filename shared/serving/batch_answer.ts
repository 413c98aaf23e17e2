import { chancesOfRow, outputOfRow, type ModelOutput } from './model_output.ts'
import type { BatchResult } from './batch_predict.ts'
import type { PredictionValue } from './prediction.ts'

/** Columns with the answers, as lines of JSON: `n` is the row's number in the table. */
export class BatchAnswers {
  /** Columns by their DuckDB type, in the order in which they came. */
  readonly columns = new Map<string, string>()
  readonly #counts = new Map<string, number>()
  #numbers = { count: 0, sum: 0, least: Infinity, most: -Infinity, all: true }
  readonly #classes: readonly string[] | null

  constructor(classes: readonly unknown[] | null) {
    this.#classes =
      classes === null ? null : classes.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  }

  /** The line of a row that was answered. */
  line(n: number, output: ModelOutput, row: number): string {
    const said = outputOfRow(output, row)
    const record: Record<string, unknown> = { n }
    const set = (name: string, value: PredictionValue): void => {
      record[name] = typeof value === 'number' && !Number.isFinite(value) ? null : value
      this.#know(name, value)
    }
    if (Array.isArray(said)) said.forEach((value: number, i) => set(`prediction_${i}`, value))
    else if (typeof said === 'object' && said !== null)
      for (const [name, value] of Object.entries(said)) set(`prediction_${name}`, plain(value))
    else {
      set('prediction', said)
      this.#count(said)
    }
    chancesOfRow(output, row)?.forEach((chance, i) => set(`chance_${this.#classes?.[i] ?? i}`, chance))
    return `${JSON.stringify(record)}\n`
  }

  /** The line of a row that the model could not answer. */
  failure(n: number, error: string): string {
    this.columns.set('error', 'VARCHAR')
    return `${JSON.stringify({ n, error })}\n`
  }

  /** What was answered, in a few numbers. */
  get summary(): BatchResult['answers'] {
    const { count, sum, least, most, all } = this.#numbers
    const rows = [...this.#counts.values()].reduce((total, one) => total + one, 0)
    if (rows === 0) return null
    if (all && this.#classes === null && count > 0 && this.#counts.size > 2)
      return { kind: 'number', mean: sum / count, least, most }
    const shares = [...this.#counts].sort((a, b) => b[1] - a[1]).slice(0, 10)
    return { kind: 'class', shares: shares.map(([label, n]) => [label, n / rows] as const) }
  }

  #know(name: string, value: PredictionValue): void {
    const known = this.columns.get(name)
    const type =
      typeof value === 'boolean'
        ? 'BOOLEAN'
        : typeof value === 'string'
          ? 'VARCHAR'
          : typeof value === 'number'
            ? Number.isSafeInteger(value)
              ? 'BIGINT'
              : 'DOUBLE'
            : null
    if (type === null) this.columns.set(name, known ?? 'DOUBLE')
    else if (known === undefined) this.columns.set(name, type)
    else if (known !== type)
      this.columns.set(
        name,
        [known, type].every((one) => one !== 'VARCHAR' && one !== 'BOOLEAN') ? 'DOUBLE' : 'VARCHAR',
      )
  }

  #count(value: PredictionValue): void {
    const label = String(value)
    if (this.#counts.size < 1_000 || this.#counts.has(label))
      this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1)
    if (typeof value !== 'number') this.#numbers.all = false
    else if (Number.isFinite(value)) {
      this.#numbers.count++
      this.#numbers.sum += value
      this.#numbers.least = Math.min(this.#numbers.least, value)
      this.#numbers.most = Math.max(this.#numbers.most, value)
    }
  }
}

function plain(value: unknown): PredictionValue {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value as PredictionValue)
}
