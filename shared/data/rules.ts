import type { Rule } from './rule.ts'
import { alikeColumns } from './rules/alike.ts'
import { heavyTails, impossible, infinities, oddDates, outliers } from './rules/amounts.ts'
import { categoryVariants, damagedText, typos } from './rules/categories.ts'
import {
  beyondRange,
  columnsDiffer,
  missingMoved,
  newKinds,
  overlappingRows,
  shifts,
} from './rules/compared.ts'
import { constantColumns, nearConstantColumns } from './rules/constant.ts'
import { derivedColumns } from './rules/derived.ts'
import { numberMissing, writtenMissing } from './rules/disguised.ts'
import { brokenKeys, identifiers, leakage } from './rules/leakage.ts'
import { emptyColumns, missingTogether, missingValues } from './rules/missing.ts'
import { personalData } from './rules/personal.ts'
import { proxies } from './rules/proxy.ts'
import { duplicateRows, labelConflicts, missingTarget, rareClasses } from './rules/rows.ts'
import { dependencies, sameColumns } from './rules/same_columns.ts'
import { caps } from './rules/spike.ts'
import { rareCategories, smallGroups, surveyWeights } from './rules/survey.ts'
import { mixedTypes, storedAsText } from './rules/text_types.ts'
import { timeGaps, timeOrder } from './rules/time.ts'

/** Every rule, in the order in which docs/data-lint.md lists them. */
export const rules: readonly Rule[] = [
  // What is missing
  missingTogether,
  missingValues,
  emptyColumns,
  writtenMissing,
  numberMissing,
  // What a column holds
  storedAsText,
  mixedTypes,
  constantColumns,
  nearConstantColumns,
  caps,
  impossible,
  infinities,
  oddDates,
  outliers,
  heavyTails,
  categoryVariants,
  typos,
  rareCategories,
  damagedText,
  // Rows and columns together
  duplicateRows,
  sameColumns,
  derivedColumns,
  alikeColumns,
  dependencies,
  brokenKeys,
  identifiers,
  // The answer
  leakage,
  labelConflicts,
  rareClasses,
  missingTarget,
  // Time
  timeOrder,
  timeGaps,
  // People
  personalData,
  proxies,
  smallGroups,
  surveyWeights,
  // Two tables
  columnsDiffer,
  newKinds,
  overlappingRows,
  shifts,
  missingMoved,
  beyondRange,
]
