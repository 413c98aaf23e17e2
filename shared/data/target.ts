import type { Loaded } from './loaded.ts'

/** Names that a column to be predicted has in most tables that have one. */
const names =
  /^(target|label|labels|class|y|outcome|response|survived|churn|churned|default|defaulted|is_?fraud|fraud|income|salary|diagnosis|species|cnt|medv|quality|two_year_recid|saleprice|sale_price|click|clicked|converted|y_true)$/i

/**
 * The column that is probably to be predicted: the only one with a usual name for it, or the last of several. Null
 * if none has; it is then better not to guess.
 */
export function guessTarget(data: Loaded): string | null {
  const fitting = data.profile.columns.filter(
    (column) => names.test(column.name) && column.distinct > 1 && column.kind !== 'nested',
  )
  return fitting.at(-1)?.name ?? null
}
