import type { Loaded } from './loaded.ts'

/** Names that a column to be predicted has in most tables that have one; the surest first. */
const names = [
  /^(target|label|labels|y|y_true|outcome|response)$/i,
  /^(survived|churn|churned|default|defaulted|is_?fraud|fraud|two_year_recid|diagnosis|species|cnt|medv|saleprice|sale_price|click|clicked|converted)$/i,
  /^(class|income|salary|quality)$/i,
]

/**
 * The column that is probably to be predicted, by its name; the last of several with equally good ones. Null if
 * none has a usual name: it is then better not to guess.
 */
export function guessTarget(data: Loaded): string | null {
  const able = data.profile.columns.filter((column) => column.distinct > 1 && column.kind !== 'nested')
  for (const form of names) {
    const fitting = able.filter((column) => form.test(column.name))
    const last = fitting.at(-1)
    if (last !== undefined) return last.name
  }
  return null
}
