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
import { movedCorrelations } from './rules/correlation.ts'
import { derivedColumns } from './rules/derived.ts'
import { quasiIdentifiers, stuckValues, timeDisorder } from './rules/disorder.ts'
import { numberMissing, writtenMissing } from './rules/disguised.ts'
import { groupsInBoth, repeatedGroups, smallTest, timesOverlap } from './rules/groups.ts'
import { brokenKeys, identifiers, leakage } from './rules/leakage.ts'
import { circularColumns, codesAsNumbers, freeText, kindsAsNumbers, manyKinds } from './rules/meaning.ts'
import { emptyColumns, missingTogether, missingValues } from './rules/missing.ts'
import { mislabelled } from './rules/mislabelled.ts'
import { nearDuplicates } from './rules/near_duplicates.ts'
import { brokenOrder } from './rules/order.ts'
import { personalData } from './rules/personal.ts'
import { proxies } from './rules/proxy.ts'
import { duplicateRows, labelConflicts, missingTarget, rareClasses } from './rules/rows.ts'
import { sameColumns } from './rules/same_columns.ts'
import { caps } from './rules/spike.ts'
import { rareCategories, smallGroups, surveyWeights } from './rules/survey.ts'
import { columnNames, emptyRows, sortedByAnswer, totalRow } from './rules/table_shape.ts'
import { mixedTypes, storedAsText } from './rules/text_types.ts'
import { timeGaps, timeOrder } from './rules/time.ts'
import { brokenDependencies, gluedValues, oddFormats } from './rules/wrong_cells.ts'

/** Every rule, in the order in which docs/data-lint.md lists them. */
export const rules: readonly Rule[] = [
  // What is missing
  missingTogether,
  missingValues,
  emptyColumns,
  emptyRows,
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
  oddFormats,
  // What a column means
  codesAsNumbers,
  kindsAsNumbers,
  circularColumns,
  freeText,
  manyKinds,
  // Rows and columns together
  columnNames,
  totalRow,
  duplicateRows,
  nearDuplicates,
  sameColumns,
  derivedColumns,
  alikeColumns,
  brokenDependencies,
  gluedValues,
  brokenKeys,
  identifiers,
  brokenOrder,
  repeatedGroups,
  // The answer
  leakage,
  labelConflicts,
  rareClasses,
  missingTarget,
  mislabelled,
  sortedByAnswer,
  // Time
  timeOrder,
  timeGaps,
  timeDisorder,
  stuckValues,
  // People
  personalData,
  proxies,
  smallGroups,
  surveyWeights,
  quasiIdentifiers,
  // Two tables
  columnsDiffer,
  newKinds,
  overlappingRows,
  groupsInBoth,
  timesOverlap,
  smallTest,
  shifts,
  movedCorrelations,
  missingMoved,
  beyondRange,
]
