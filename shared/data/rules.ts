import type { Rule } from './rule.ts'
import { emptyColumns, missingTogether, missingValues } from './rules/missing.ts'

/** Every rule, in the order in which docs/data-lint.md lists them. */
export const rules: readonly Rule[] = [missingTogether, missingValues, emptyColumns]
