import { isBesideMetric } from '../base/metric_name.ts'
import { guessDirection } from './metric_direction.ts'
import type { Headline } from './table_row.ts'

/** Most telling first, by the last part of a name. What is on unseen rows counts more than what is on seen ones. */
const words: readonly RegExp[] = [
  /^(accuracy|acc|balancedaccuracy)$/,
  /(rocauc|auroc|auc)$/,
  /^(f1|f1score|r2|r2score|score)$/,
  /^(rmse|mae|mse|logloss|loss)$/,
]

/** The one metric of a run that tells most about how good it is; null if no name tells anything. */
export function headlineMetric(metrics: Readonly<Record<string, number>>): Headline | null {
  let best: { key: string; weight: number } | null = null
  for (const key of Object.keys(metrics)) {
    if (isBesideMetric(key) || !Number.isFinite(metrics[key])) continue
    const weight = weightOf(key)
    if (weight === null || (best !== null && weight >= best.weight)) continue
    best = { key, weight }
  }
  if (best === null) return null
  const { key } = best
  const beside = (kind: string): number | null => metrics[`baseline/${kind}/${key}`] ?? null
  return {
    key,
    value: metrics[key] ?? NaN,
    better: guessDirection(key),
    linear: beside('linear'),
    dummy: beside('dummy'),
  }
}

/** Smaller is more telling; null for names that say nothing. */
function weightOf(key: string): number | null {
  const direction = guessDirection(key)
  if (direction === null) return null
  const parts = key.toLowerCase().split(/[^a-z0-9]+/)
  const plain = parts
    .filter((part) => !/^(val|valid|validation|test|eval|train|training)$/.test(part))
    .join('')
  const kind = words.findIndex((pattern) => pattern.test(plain))
  const place = parts.some((part) => /^test|^eval/.test(part))
    ? 0
    : parts.some((part) => /^val/.test(part))
      ? 1
      : 2
  const training = parts.some((part) => /^train/.test(part)) ? 100 : 0
  return training + place * 10 + (kind < 0 ? words.length : kind)
}
