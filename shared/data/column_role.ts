import { type Column, isNumeric, isText } from './column.ts'
import { distinctOf } from './contingency.ts'
import { encode } from './column.ts'
import type { Checked } from './rule.ts'

const sensitiveNames =
  /(^|[\W_])(sex|gender|race|ethnicity|ethnic|religion|nationality|disability|disabled|sexual_orientation)($|[\W_])/i
const weightNames =
  /^(fnlwgt|wgt|pweight|.*(survey|sampling|sample|person|household|population)[\W_]?(weight|wt|wgt).*)$/i
const idNames =
  /(^|[\W_])(id|uuid|guid|key|instant|index|rownames|row_?(id|no|num|number)|record_?no)$|^Unnamed: 0$/i
const camelIds = /[a-z]I[dD]$/

/** Whether a column is about something that people must not be judged by, going by its name. */
export function isSensitive(name: string): boolean {
  return sensitiveNames.test(name)
}

/** Whether a column says for how many people a row stands, going by its name. */
export function isWeight(name: string): boolean {
  return weightNames.test(name)
}

/** Whether a column names its rows, going by its name. */
export function isIdName(name: string): boolean {
  return idNames.test(name) || camelIds.test(name)
}

/** Whether a column has few values that come again and again: kinds of things rather than amounts. */
export function isCategorical(column: Column, most = 50): boolean {
  const distinct = distinctOf(encode(column))
  if (distinct < 2 || distinct > most) return false
  if (isText(column) || column.kind === 'boolean') return distinct <= Math.max(2, column.length / 4)
  return column.kind === 'integer' && distinct <= Math.min(most, 20)
}

/** The column to be predicted, if it is in the sample. */
export function targetColumn(data: Checked): Column | null {
  return data.sample.columns.find((column) => column.name === data.target) ?? null
}

/** Whether a column to be predicted has classes; else it is an amount. */
export function hasClasses(column: Column): boolean {
  const distinct = distinctOf(encode(column))
  return distinct >= 2 && (isNumeric(column) ? column.kind === 'integer' && distinct <= 12 : distinct <= 100)
}
